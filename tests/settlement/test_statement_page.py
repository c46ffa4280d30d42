"""A statement's page says what its JSON says: each line, balance and VAT sum, to the penny, read out of the PDF."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from functools import partial

import httpx2
import pytest
from sqlalchemy import text

from app.core.clock import LONDON
from app.core.database import Database
from app.core.secret_store import Secrets
from app.core.units import Pence, Points
from app.ledger.settling import settle_partner
from app.redemption.refunds import refund_redemption
from app.settlement.papers import KINDS, TREATMENTS
from tests.api.city import City, build_city
from tests.settlement.pdf_text import read_texts

PERIOD = "2026-11"
PATH = f"/v1/partner/statements/{PERIOD}"


@pytest.fixture
def city(rolled_back: Database, secrets: Secrets, now: datetime) -> City:
    """A month with three vouchers used, some points of one given back, and a payment of a part."""
    city = build_city(rolled_back, secrets, now)
    for _ in range(3):
        city.clock.at += timedelta(minutes=1)
        assert city.redeem(city.take("drink").json()["code"]).status_code == 200
    first = city.runtime.database.in_transaction(
        lambda session: session.execute(text("SELECT public_id, partner_id FROM redemptions ORDER BY id LIMIT 1")).one()
    )
    city.clock.at += timedelta(minutes=1)
    now = city.clock.at
    city.runtime.database.in_transaction(
        partial(refund_redemption, redemption=first.public_id, points=Points(40), reason="It was cold.", now=now)
    )
    city.runtime.database.in_transaction(
        partial(settle_partner, partner_id=first.partner_id, pence=Pence(101), now=now + timedelta(minutes=1))
    )
    city.clock.at += timedelta(minutes=2)
    return city


def ask(city: City, accept: str) -> httpx2.Response:
    answer = city.http.get(PATH, headers=city.by("staff") | {"Accept": accept})
    assert answer.status_code == 200
    return answer


def pounds(pence: int) -> str:
    """By division and not by the code that is tried."""
    return f"{pence / 100:.2f}"


def test_every_figure_of_the_page_is_the_jsons(city: City) -> None:
    said = ask(city, "application/json").json()
    texts = read_texts(ask(city, "application/pdf").content)
    begins = texts.index("Pounds") + 1
    ends = texts.index("VAT in what you earned")
    lines = [
        [
            f"{datetime.fromisoformat(line['at']).astimezone(LONDON):%-d %b %Y, %H:%M}",
            KINDS[line["kind"]],
            line["title"] or "",
            pounds(line["pence"]),
        ]
        for line in said["lines"]
    ]
    assert [line["kind"] for line in said["lines"]] == ["redemption"] * 3 + ["correction", "payment"]
    rows = [
        ["1 Nov 2026", "Opening balance", pounds(said["opening_pence"])],
        *lines,
        ["1 Dec 2026", "Closing balance", pounds(said["closing_pence"])],
    ]
    assert texts[begins:ends] == [cell for row in rows for cell in row if cell], "a cell without words shows none"
    assert sum(float(row[-1]) for row in rows[:-1]) == pytest.approx(float(rows[-1][-1])), "it adds up as it stands"
    assert texts[ends + 1 :] == [
        f"{TREATMENTS[vat['treatment']]}, {vat['percent']}%: net £{pounds(vat['net_pence'])}, "
        f"VAT £{pounds(vat['vat_pence'])}, in all £{pounds(vat['gross_pence'])}"
        for vat in said["vat"]
    ]
    assert said["vat"], "there is VAT to compare"
    assert texts[0] == f"Statement {PERIOD}"
    assert "You need not send an invoice." in texts[2]


def test_every_figure_of_the_table_is_the_jsons(city: City) -> None:
    said = ask(city, "application/json").json()
    rows = list(csv.DictReader(io.StringIO(ask(city, "text/csv").text)))
    figures = [(row["what"], row["voucher"], row["pounds"]) for row in rows]
    assert figures == [
        ("Opening balance", "", pounds(said["opening_pence"])),
        *((KINDS[line["kind"]], line["voucher"] or "", pounds(line["pence"])) for line in said["lines"]),
        ("Closing balance", "", pounds(said["closing_pence"])),
        *(
            (f"VAT in what you earned: {what}", "", pounds(vat[f"{name}_pence"]))
            for vat in said["vat"]
            for what, name in (("net", "net"), ("VAT", "vat"), ("in all", "gross"))
        ),
    ]
