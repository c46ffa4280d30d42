"""Payment by Stripe on pages: a partner connects and chooses it, an officer approves it, and what is stuck is seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.pages.business import open_as
from tests.pages.test_every_page import check, visit
from tests.pages.town import Town, open_town
from tests.settlement.stripe_city import StripeCity, built
from tests.settlement.stripe_scheme import open_stripe

MINE, THEIRS = "/partner/money/stripe", "/officer/money/stripe"


@dataclass
class StripeTown:
    """The town whose council pays by Stripe; `stripe` has the other side."""

    town: Town
    stripe: StripeCity

    @property
    def account(self) -> str:
        (account,) = self.stripe.books.accounts
        return account

    def enable(self) -> None:
        self.stripe.books.enable(self.account)
        self.stripe.tell_all()

    def disable(self) -> None:
        self.stripe.city.clock.at += timedelta(seconds=5)
        self.stripe.books.disable(self.account)
        self.stripe.tell_all()


@pytest.fixture
def paid_town(rolled_back: Database, secrets: Secrets, now: datetime) -> Iterator[StripeTown]:
    with built(rolled_back, secrets, now) as made:
        yield StripeTown(open_town(made.city, officers=[*made.city.officers.values()]), made)


def test_a_partner_connects_chooses_stripe_and_an_officer_approves_it_after_a_telephone_call(
    paid_town: StripeTown,
) -> None:
    owner, finance = open_as(paid_town.town, "owner"), open_as(paid_town.town, "finance")
    assert MINE in visit(owner, "/partner/money").links()
    page = owner.send(visit(owner, MINE).form(f"{MINE}/connect"))
    check(page)
    (link,) = [one for one in page.links() if one.startswith("http")]
    assert paid_town.account
    assert link not in visit(owner, MINE).response.text, "the link is good once, and stands on no page that is kept"
    assert "Not finished" in visit(owner, MINE).text
    paid_town.enable()
    page = owner.send(visit(owner, MINE).form(f"{MINE}/choose"))
    check(page)
    assert "You asked to be paid there." in page.text
    rows = visit(finance, "/officer/approvals")
    assert "Kirkgate Café Payment by Stripe Kirkgate Café" in rows.text
    (place,) = [one for one in rows.links() if one.startswith(f"{THEIRS}/prt_")]
    page = visit(finance, place)
    assert paid_town.account in page.text
    page = finance.send(page.form(place))
    check(page)
    assert "From now on the partner is paid by Stripe." in page.text
    assert "You are paid there." in visit(owner, MINE).text
    acts = visit(open_as(paid_town.town, "auditor"), "/officer/audit?act=partner.changed").text
    assert acts.count(f"partner:{paid_town.stripe.partner}") == 3


def test_an_account_that_is_disabled_says_what_is_missing_and_is_not_approved(paid_town: StripeTown) -> None:
    owner, finance = open_as(paid_town.town, "owner"), open_as(paid_town.town, "finance")
    owner.send(visit(owner, MINE).form(f"{MINE}/connect"))
    paid_town.enable()
    owner.send(visit(owner, MINE).form(f"{MINE}/choose"))
    place = f"{THEIRS}/{paid_town.stripe.partner}"
    form = visit(finance, place).form(place)
    paid_town.disable()
    page = finance.send(form)
    check(page, 409)
    assert "Disabled" in page.text
    assert "it can't be approved" in page.text
    page = visit(owner, MINE)
    assert "Stripe still wants to know 1 thing of you" in page.text
    assert "individual.verification.document" in page.text
    assert "Disabled" in visit(finance, THEIRS).text


def test_finance_reads_what_to_put_in_which_payments_are_stuck_and_what_a_bank_gave_back(paid_town: StripeTown) -> None:
    finance = open_as(paid_town.town, "finance")
    account = paid_town.stripe.connect()
    paid_town.stripe.earn()
    paid_town.stripe.work()
    page = visit(finance, THEIRS)
    assert "Put £0.80 in." in page.text
    assert "Kirkgate Café, £0.80 Waiting The council's balance at Stripe holds less than this." in page.text
    paid_town.stripe.books.top_up(80)
    paid_town.stripe.work(after=timedelta(hours=1))
    page = visit(finance, THEIRS)
    assert "No payment is stuck. Each is made by itself when its week is over." in page.text
    paid_town.stripe.books.pay_out(account, 80, status="failed", failure="account_closed")
    paid_town.stripe.tell_all()
    assert "Kirkgate Café, £0.80" in visit(finance, THEIRS).text
    assert "account_closed" in visit(finance, THEIRS).text
    assert "Failed: account_closed" in visit(open_as(paid_town.town, "owner"), MINE).text


def test_a_stripe_that_is_away_is_told_and_the_page_is_there(paid_town: StripeTown) -> None:
    owner, finance = open_as(paid_town.town, "owner"), open_as(paid_town.town, "finance")
    paid_town.stripe.books.faults[:] = ["unreached"]
    page = owner.send(visit(owner, MINE).form(f"{MINE}/connect"))
    check(page, 503)
    assert "Stripe did not answer. Nothing was changed." in page.text
    state = paid_town.town.app.state
    state.runtime = replace(state.runtime, stripe=open_stripe("http://127.0.0.1:1"))
    assert "Stripe did not answer just now" in visit(finance, THEIRS).text


def test_who_has_no_bank_account_with_us_stays_with_stripe_and_reads_why(paid_town: StripeTown) -> None:
    owner = open_as(paid_town.town, "owner")
    paid_town.stripe.connect()
    page = owner.send(visit(owner, MINE).form(f"{MINE}/bank"))
    check(page, 409)
    assert "There are no approved bank details to pay to." in page.text
    assert "You are paid there." in page.text
    assert [one for one in visit(open_as(paid_town.town, "cafe"), MINE).forms if MINE in one.action] == []


def test_where_stripe_is_not_set_up_both_sides_read_how_partners_are_paid(shared_town: Town) -> None:
    owner, finance = open_as(shared_town, "owner"), open_as(shared_town, "finance")
    assert MINE not in visit(owner, "/partner/money").links()
    assert "paid by bank transfer (BACS)" in visit(owner, MINE).text
    assert "Stripe is not set up here." in visit(finance, THEIRS).text
