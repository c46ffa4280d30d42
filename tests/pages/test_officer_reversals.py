"""What Stripe paid is taken back by two officers on their page of money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.pages.business import open_as
from tests.pages.test_every_page import check
from tests.pages.test_officer_money import press
from tests.pages.town import Town, open_town
from tests.settlement.stripe_city import StripeCity, built


@dataclass(frozen=True)
class PaidTown:
    """Stripe has paid the café the price of a drink."""

    town: Town
    stripe: StripeCity


@pytest.fixture
def paid_town(database: Database, secrets: Secrets, now: datetime) -> Iterator[PaidTown]:
    with built(database, secrets, now) as stripe:
        town = open_town(stripe.city, officers=list(stripe.city.officers.values()))
        stripe.connect()
        stripe.books.top_up(1_000)
        stripe.earn()
        stripe.work()
        yield PaidTown(town, stripe)


def test_what_stripe_paid_is_taken_back_by_two_officers(paid_town: PaidTown) -> None:
    finance, admin = open_as(paid_town.town, "finance"), open_as(paid_town.town, "admin")
    for pounds, told in (("nothing", "Write how much in pounds"), ("9.00", "")):
        page = press(finance, "reversals", pounds=pounds, reason="The drink was never made.")
        check(page, 409 if pounds == "9.00" else 422)
        assert told in page.text
        kept = next(form for form in page.forms if form.action.endswith("/reversals")).fields
        assert (kept["pounds"], kept["reason"]) == (pounds, "The drink was never made.")
    page = press(finance, "reversals", pounds="0.50", reason="The drink was never made.")
    check(page)
    assert "You proposed this. Another officer has to approve it." in page.text
    form = next(form for form in page.forms if "/reversals/rvs_" in form.action)
    form.action = form.action.replace("/refuse", "/approve")
    page = finance.send(form)
    check(page, 409)
    assert "You proposed this yourself. Another officer has to approve it." in page.text
    page = press(admin, "approve")
    check(page)
    assert "Stripe is asked to take it back." in page.text
    paid_town.stripe.work()
    (reversal,) = paid_town.stripe.ask("finance", "GET", "/v1/payouts/reversals")["items"]
    assert (reversal["status"], reversal["pence"]) == ("done", 50)
