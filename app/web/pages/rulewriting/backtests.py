"""The report of a back-test as a page: what the draft would have cost, for whom, and by day."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.backtest.errors import BacktestUnfinished
from app.backtest.jobs import cancel_backtest, get_backtest
from app.backtest.table import write_table
from app.core.ids import public_id
from app.rulebook.drafting.queries import list_drafts
from app.rulebook.queries import list_rules
from app.web.api.backtests import read_backtest_id
from app.web.api.drafts import as_drafter
from app.web.api.upload import CSV_TYPE
from app.web.callers import Call, as_officer
from app.web.chart_frame import write_short_day
from app.web.charts import Bar, draw_bars
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm

router = APIRouter(include_in_schema=False)

MOST_BARS = 62
"""About two months of days; longer spans are drawn by week."""
_WEEK = 7


@router.get("/officer/backtests/{id}")
def show(request: Request, id: str) -> Response:  # noqa: A002 - the path's own word
    call, wanted = sign_in_again(request, Role.OFFICER), read_backtest_id(id)
    found, titles = call.run(
        as_officer, lambda session, _: (get_backtest(session, backtest=wanted), _name_rules(session, call))
    )
    days = found.result["days"] if found.result else []
    return render(
        request,
        "rule_backtest.html",
        backtest=found,
        reference=public_id("bkt", found.public_id),
        report=found.result,
        titles=titles,
        read_day=date.fromisoformat,
        days=len(days),
        weekly=len(days) > MOST_BARS,
        draw=partial(draw_bars, _group(days), name="days"),
    )


@router.get("/officer/backtests/{id}/table.csv")
def download(request: Request, id: str) -> Response:  # noqa: A002 - the path's own word
    call, wanted = sign_in_again(request, Role.OFFICER), read_backtest_id(id)
    found = call.run(as_officer, lambda session, _: get_backtest(session, backtest=wanted))
    if found.result is None:
        raise BacktestUnfinished(status=found.status)
    headers = {
        "Content-Disposition": f'attachment; filename="{found.rule_key}-back-test.csv"',
        "Cache-Control": "no-store",
    }
    return Response(write_table(found.result), media_type=CSV_TYPE, headers=headers)


@router.post("/officer/backtests/{id}/cancel")
def cancel(request: Request, id: str, form: SentForm) -> Response:  # noqa: A002 - the path's own word
    call, wanted = sign_in_again(request, Role.OFFICER), read_backtest_id(id)
    check_form(request, form.one("csrf"))
    call.run(as_drafter, lambda session, _: cancel_backtest(session, backtest=wanted, now=call.now))
    return RedirectResponse(f"/officer/backtests/{id}", status_code=303)


def _name_rules(session: Session, call: Call) -> dict[str, str]:
    """Titles by key, of the rules in the book and of drafts."""
    drafts = {draft.key: draft.rule.title["en"] for draft in list_drafts(session)}
    return drafts | {rule.key: rule.title for rule in list_rules(session, at=call.now)}


def _group(days: list[dict[str, Any]]) -> list[Bar]:
    """By day, or by seven of the listed days where there are many."""
    size = 1 if len(days) <= MOST_BARS else _WEEK
    groups = [days[at : at + size] for at in range(0, len(days), size)]
    return [
        Bar(
            write_short_day(date.fromisoformat(group[0]["key"])),
            sum(day["before_points"] for day in group),
            sum(day["after_points"] for day in group),
        )
        for group in groups
    ]
