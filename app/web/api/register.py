"""The public register of rules: each in a sentence, what it has cost, and how it came to be as it is."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from sqlmodel import Session

from app.earning.queries import sum_points_by_rule
from app.ledger.rate import pence_behind, read_rate
from app.rulebook.queries import find_budgets, list_rules
from app.rulebook.versions import VersionRead
from app.web.api.answers import Shape, declines
from app.web.api.rules import RuleShape, StopShape, list_by_rule, present_rule, present_stop
from app.web.callers import Anybody

router = APIRouter(tags=["rules"])


class HistoryShape(Shape):
    """One version, in force from `from_at` until just before `until_at`; `stop` says why one ended before its time."""

    version: int
    status: str
    sentence: str
    from_at: datetime
    until_at: datetime
    stop: StopShape | None


class RegisterRuleShape(RuleShape):
    """It gave `cost_points`, behind which `cost_pence` stand at today's rate.

    `budget_spent`: its campaign has no points left, so it gives nothing now.
    """

    cost_points: int
    cost_pence: int
    budget_spent: bool
    history: list[HistoryShape]


class RegisterShape(Shape):
    """By title."""

    items: list[RegisterRuleShape]


@router.get("/v1/register/rules", responses=declines())
def show_register(call: Anybody) -> RegisterShape:
    """The public register: every rule, in plain English, with its cost, its past and what is to come. Open to all."""
    return RegisterShape(items=call.run(lambda session: _list_entries(session, call.now)))


def _list_entries(session: Session, now: datetime) -> list[RegisterRuleShape]:
    given, rate = sum_points_by_rule(session), read_rate(session)
    versions, budgets = list_by_rule(session), find_budgets(session)
    return [
        RegisterRuleShape(
            **present_rule(rule, versions[rule.key], now),
            cost_points=given.get(rule.key, 0),
            cost_pence=pence_behind(given.get(rule.key, 0), rate=rate),
            budget_spent=rule.campaign in budgets and budgets[rule.campaign].left == 0,
            history=_present_history(versions[rule.key], now),
        )
        for rule in list_rules(session, at=now)
    ]


def _present_history(versions: tuple[VersionRead, ...], now: datetime) -> list[HistoryShape]:
    """What was in force or will be; what was taken back before it began is nobody's business but the officers'."""
    return [
        HistoryShape(
            version=version.version,
            status=version.standing(now),
            sentence=version.sentence,
            from_at=version.from_at,
            until_at=version.until_at,
            stop=None if version.stop is None else present_stop(version.stop),
        )
        for version in versions
        if version.from_at is not None and version.until_at is not None
    ]
