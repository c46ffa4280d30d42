"""Statements as they are shown: JSON, a table for a spreadsheet, or a page to print, whichever is asked for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Header
from starlette.responses import JSONResponse, Response

from app.core.clock import london_date
from app.core.ids import public_id
from app.settlement.papers import write_csv, write_pdf
from app.settlement.queries import StatementRead
from app.web.api.answers import Shape

CSV_TYPE = "text/csv"
PDF_TYPE = "application/pdf"
SCHEME_NAME = "Smart Leeds Rewards"

Accept = Annotated[str, Header(description=f"`{CSV_TYPE}` or `{PDF_TYPE}` for a file; else JSON.", max_length=1000)]
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            CSV_TYPE: {"schema": {"type": "string"}},
            PDF_TYPE: {"schema": {"type": "string", "format": "binary"}},
        }
    }
}


class LineShape(Shape):
    """`pence` is below zero for what was given back or paid, and contains VAT; `voucher` is null for a payment."""

    kind: str
    at: datetime
    pence: int
    voucher: str | None
    title: str | None
    vat_percent: int | None
    vat_treatment: str | None


class VatShape(Shape):
    """`gross_pence` is `net_pence` and `vat_pence`."""

    treatment: str
    percent: int
    gross_pence: int
    net_pence: int
    vat_pence: int


class StatementShape(Shape):
    """`closed` once the month or week is over. `closing_pence` is what is owed at its end."""

    period: str
    from_on: date
    until_on: date
    closed: bool
    opening_pence: int
    redeemed_pence: int
    corrected_pence: int
    paid_pence: int
    closing_pence: int
    lines: list[LineShape]
    vat: list[VatShape]


def respond_with(statement: StatementRead, *, accept: str, partner: str, now: datetime) -> Response:
    """In the form that `accept` asks for."""
    wanted = accept.lower()
    name = f"statement-{statement.period}"
    if PDF_TYPE in wanted:
        page = write_pdf(statement, scheme=SCHEME_NAME, partner=partner, made_on=london_date(now))
        return give_file(page, media_type=PDF_TYPE, name=f"{name}.pdf")
    if CSV_TYPE in wanted:
        return give_file(write_csv(statement), media_type=CSV_TYPE, name=f"{name}.csv")
    return JSONResponse(present_statement(statement).model_dump(mode="json"))


def present_statement(statement: StatementRead) -> StatementShape:
    return StatementShape(
        period=statement.period,
        from_on=statement.from_on,
        until_on=statement.until_on,
        closed=statement.closed,
        opening_pence=statement.opening_pence,
        redeemed_pence=statement.sum_of("redemption"),
        corrected_pence=statement.sum_of("correction"),
        paid_pence=statement.sum_of("payment"),
        closing_pence=statement.closing_pence,
        lines=[
            LineShape(
                kind=line.kind,
                at=line.at,
                pence=line.pence,
                voucher=public_id("red", line.voucher) if line.voucher else None,
                title=line.title,
                vat_percent=line.vat_percent,
                vat_treatment=line.vat_treatment,
            )
            for line in statement.lines
        ],
        vat=[VatShape(**vars(vat)) for vat in statement.vat],
    )


def give_file(content: bytes | str, *, media_type: str, name: str) -> Response:
    """To be kept under this name."""
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
