"""A statement of many pages: every line's figure and every title that a page can hold is in the PDF, in order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.units import Pence
from app.settlement.papers import write_pdf
from app.settlement.queries import Line, StatementRead
from app.settlement.vat import VatLine
from tests.settlement.pdf_text import read_texts

START: Final = datetime(2026, 11, 2, 9, tzinfo=UTC)


def build_statement(pence: list[int]) -> StatementRead:
    lines = tuple(
        Line(
            number,
            "redemption" if part > 0 else "correction",
            START + timedelta(minutes=number),
            Pence(part),
            UUID(int=number),
            r"A (hot) drink \ cup",
            20,
            "multi_purpose",
        )
        for number, part in enumerate(pence)
    )
    vat = VatLine("multi_purpose", 20, Pence(sum(pence)), Pence(sum(pence)), Pence(0))
    return StatementRead(
        period="2026-11",
        from_on=date(2026, 11, 1),
        until_on=date(2026, 12, 1),
        closed=True,
        opening_pence=Pence(5),
        lines=lines,
        vat=(vat,),
        closing_pence=Pence(5 + sum(pence)),
    )


@given(pence=st.lists(st.integers(-99_999, 99_999).filter(bool), max_size=12))
@example(pence=[(-1) ** number * (number + 1) * 7 for number in range(130)])
@settings(max_examples=10)
def test_every_line_of_any_statement_stands_on_its_pages_in_order(pence: list[int]) -> None:
    statement = build_statement(pence)
    pages = write_pdf(statement, scheme="Leeds", partner="Café", made_on=date(2026, 12, 1))
    texts = read_texts(pages)
    begins, ends = texts.index("Opening balance") + 1, texts.index("VAT in what you earned")
    figures = [f"{part / 100:.2f}" for part in (5, *pence, 5 + sum(pence))]
    shown = [text for text in texts[begins:ends] if text.replace(".", "").lstrip("-").isdecimal()]
    assert shown == figures
    assert texts.count(r"A (hot) drink \ cup") == len(pence)
    assert pages.count(b"/Type /Page\n") > (len(pence) > 100), "many lines take more pages than one"
