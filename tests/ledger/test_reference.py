"""The reference page's table and the routes that `verify` allows are one."""

from __future__ import annotations

from pathlib import Path

from app.ledger.chart import TransferKind
from app.ledger.routes import ROUTES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "ledger.md"


def test_the_page_lists_every_way_a_transfer_may_go_and_no_other() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("## Operation by operation")[2].partition("##")[0]
    rows = [[cell.strip() for cell in line.split("|")[2:-1]] for line in table.splitlines() if line.startswith("|")]
    told = {
        (kind, debit, credit, unit, quarter != "-", names) for kind, debit, credit, unit, quarter, names in rows[2:]
    }
    allowed = {
        (
            route.kind.name.lower(),
            route.debit.name.lower(),
            route.credit.name.lower(),
            route.unit.name.lower(),
            route.lot,
            "-" if route.cause == "nothing" else route.cause,
        )
        for route in ROUTES
    }
    assert told == allowed


def test_every_kind_that_is_written_has_a_way_to_go() -> None:
    assert {route.kind for route in ROUTES} == set(TransferKind)
