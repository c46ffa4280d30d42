"""A statement as a table for a spreadsheet, and as a page for a drawer. The café never sends an invoice: this is it."""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import date
from typing import Final

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from app.core.clock import LONDON
from app.core.ids import public_id
from app.settlement.queries import Line, StatementRead

TREATMENTS: Final = {
    "single_purpose": "Single-purpose vouchers",
    "multi_purpose": "Multi-purpose vouchers",
    "free": "Free of VAT",
}
KINDS: Final = {"redemption": "Redeemed", "correction": "Given back", "payment": "Paid to you"}
COLUMNS: Final = ("date", "time", "what", "reward", "voucher", "pounds", "vat_percent", "vat_treatment")
# First characters by which a spreadsheet takes a text for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_WIDTHS: Final = (38, 32, 78, 32)


def write_csv(statement: StatementRead) -> str:
    """One row for each line, between the opening and the closing balance; pounds with two decimals.

    Then net, VAT and gross of each rate: sums of the lines above, which no balance counts again.
    """
    page = io.StringIO()
    table = csv.writer(page, lineterminator="\r\n")
    table.writerow(COLUMNS)
    table.writerow([statement.from_on, "", "Opening balance", "", "", write_pounds(statement.opening_pence), "", ""])
    for line in statement.lines:
        local = line.at.astimezone(LONDON)
        table.writerow(
            [
                local.date(),
                f"{local:%H:%M}",
                KINDS[line.kind],
                guard_text(line.title or ""),
                public_id("red", line.voucher) if line.voucher else "",
                write_pounds(line.pence),
                "" if line.vat_percent is None else line.vat_percent,
                line.vat_treatment or "",
            ]
        )
    table.writerow([statement.until_on, "", "Closing balance", "", "", write_pounds(statement.closing_pence), "", ""])
    for vat in statement.vat:
        for what, pence in (("net", vat.net_pence), ("VAT", vat.vat_pence), ("in all", vat.gross_pence)):
            said = f"VAT in what you earned: {what}"
            table.writerow([statement.until_on, "", said, "", "", write_pounds(pence), vat.percent, vat.treatment])
    return page.getvalue()


def write_pdf(statement: StatementRead, *, scheme: str, partner: str, made_on: date) -> bytes:
    """A4, in the letters of Western Europe; others lose their accents."""
    page = FPDF()
    page.set_title(_plain(f"{partner}: {statement.period}"))
    page.set_lang("en-GB")
    page.set_auto_page_break(auto=True, margin=18)
    page.add_page()
    page.set_font("Helvetica", "B", 18)
    _say(page, f"Statement {statement.period}", 10)
    page.set_font("Helvetica", "", 11)
    ends = "" if statement.closed else ", so far"
    _say(page, f"{partner}, {statement.from_on:%-d %B %Y} until the day before {statement.until_on:%-d %B %Y}{ends}", 7)
    _say(page, f"From {scheme}, {made_on:%-d %B %Y}. You need not send an invoice.", 10)
    _write_table(page, statement)
    page.ln(4)
    page.set_font("Helvetica", "B", 12)
    _say(page, "VAT in what you earned", 8)
    page.set_font("Helvetica", "", 10)
    for vat in statement.vat:
        net, share, gross = (write_pounds(pence) for pence in (vat.net_pence, vat.vat_pence, vat.gross_pence))
        _say(page, f"{TREATMENTS[vat.treatment]}, {vat.percent}%: net £{net}, VAT £{share}, in all £{gross}", 6)
    if not statement.vat:
        _say(page, "None.", 6)
    return bytes(page.output())


def write_pounds(pence: int) -> str:
    """12.34, with a minus where it goes the other way."""
    return f"{'-' if pence < 0 else ''}{abs(pence) // 100}.{abs(pence) % 100:02}"


def guard_text(text: str) -> str:
    """So that a spreadsheet takes it for no formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _write_table(page: FPDF, statement: StatementRead) -> None:
    page.set_font("Helvetica", "B", 10)
    _write_row(page, "When", "What", "Reward", "Pounds")
    page.set_font("Helvetica", "", 10)
    _write_row(page, f"{statement.from_on:%-d %b %Y}", "Opening balance", "", write_pounds(statement.opening_pence))
    for line in statement.lines:
        _write_row(page, _when(line), KINDS[line.kind], line.title or "", write_pounds(line.pence))
    page.set_font("Helvetica", "B", 10)
    _write_row(page, f"{statement.until_on:%-d %b %Y}", "Closing balance", "", write_pounds(statement.closing_pence))


def _write_row(page: FPDF, *cells: str) -> None:
    for place, (width, cell) in enumerate(zip(_WIDTHS, cells, strict=True)):
        last = place == len(cells) - 1
        # Cut to what fits, so that a long title never runs into the money beside it.
        text = _plain(cell)
        while text and page.get_string_width(text) > width - 2:
            text = text[:-1]
        page.cell(
            width,
            6,
            text,
            border="B",
            align="R" if last else "L",
            new_x=XPos.LMARGIN if last else XPos.RIGHT,
            new_y=YPos.NEXT if last else YPos.TOP,
        )


def _say(page: FPDF, text: str, height: int) -> None:
    page.multi_cell(0, height, _plain(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _when(line: Line) -> str:
    return f"{line.at.astimezone(LONDON):%-d %b %Y, %H:%M}"


def _plain(text: str) -> str:
    """In the letters that the page's own font has."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        split = unicodedata.normalize("NFKD", text)
        return (
            "".join(letter for letter in split if not unicodedata.combining(letter))
            .encode("latin-1", "replace")
            .decode("latin-1")
        )
    return text
