"""A forecast for a draft about whose events nothing is stored yet, attached to it as evidence."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from app.core.units import MOST_AT_ONCE
from app.identity.queries import OfficerRead
from app.ledger.rate import pence_behind, read_rate
from app.rulebook.drafting.evidence import Finding, attach_evidence
from app.rulebook.drafting.queries import find_open, read_draft
from app.rulebook.forecast.assumptions import LEVELS, Assumptions, require_fit
from app.rulebook.forecast.errors import ForecastUnfit
from app.rulebook.forecast.working import Working, work_out
from app.rulebook.queries import find_budgets
from rules.document import Rule
from rules.parts import Community, Unlock
from rules.wording import points

CAVEAT: Final = (
    "This is what the assumptions come to, not what people will do. Once there are four weeks of events of this kind, "
    "have a draft of the next version back-tested."
)
_TOGETHER: Final = "Nothing at all is paid in a time in which everyone together does not reach the goal."
_UNLOCKS: Final = "The rules about the challenge that it unlocks cost something: make a forecast for each of them."
_PENNILESS: Final = "Its campaign has no points yet, so it would pay nothing before the campaign is funded."


def make_forecast(
    session: Session, *, key: str, said: Assumptions, officer: OfficerRead, now: datetime
) -> dict[str, Any]:
    """JSON values, as they are kept with the open draft of the rule `key`.

    The draft's evidence is what the rule asks for: a budget that is small today may be funded tomorrow, and the one
    who approves has to know then. What today's budget pays of it stands beside. Raises DraftNotFound and ForecastUnfit.
    """
    draft = read_draft(session, find_open(session, key, lock=True))
    require_fit(draft.rule, said)
    workings = {level: work_out(draft.rule, said, level) for level in LEVELS}
    if workings["high"].points > MOST_AT_ONCE:
        raise ForecastUnfit([("people.high", f"This comes to more than {points(MOST_AT_ONCE)}. Assume less.")])
    budget, rate = find_budgets(session).get(draft.rule.campaign), read_rate(session)
    left_points = None if budget is None else budget.left
    advice = _advise(draft.rule, left_points)
    result = {
        "schema": "rewards.forecast/1",
        "rule": key,
        "version": draft.version,
        "revision": draft.revision,
        "sentence": draft.sentence,
        "assumptions": asdict(said),
        "made_by": officer.public_id,
        "budget_left_points": left_points,
        "advice": advice,
    } | {level: _present(working, left_points, rate) for level, working in workings.items()}
    finding = Finding(
        kind="forecast",
        low_points=workings["low"].points,
        central_points=workings["central"].points,
        high_points=workings["high"].points,
        advice=advice,
        result=result,
    )
    attach_evidence(session, key=key, revision=draft.revision, finding=finding, now=now)
    return result


def _advise(rule: Rule, left_points: int | None) -> str:
    said = [CAVEAT]
    if isinstance(rule.progress, Community):
        said.append(_TOGETHER)
    if isinstance(rule.effect, Unlock):
        said.append(_UNLOCKS)
    if not left_points:
        said.append(_PENNILESS)
    return " ".join(said)


def _present(working: Working, left_points: int | None, rate: int) -> dict[str, Any]:
    paid_points = min(working.points, left_points or 0)
    pence = pence_behind(working.points, rate=rate)
    steps = [*working.steps, f"Behind them stand £{pence // 100:,}.{pence % 100:02} at today's rate."]
    if left_points is not None and left_points < working.points:
        steps.append(f"The budget has {points(left_points)} left, and other rules may use it, too: it pays no more.")
    return {
        "taking_part": working.taking_part,
        "times_each": working.times_each,
        "points_each": working.points_each,
        "points": working.points,
        "pence": pence,
        "paid_points": paid_points,
        "paid_pence": pence_behind(paid_points, rate=rate),
        "steps": steps,
    }
