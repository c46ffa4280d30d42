"""The rules, for officers with what they have cost, and on the public register."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from sqlmodel import Session

from app.core.clock import london_date
from app.earning.queries import sum_points_by_rule
from app.rulebook.queries import RuleRead, list_rules
from app.web.api.answers import SIGNED_IN, Shape, declines
from app.web.callers import Anybody, SignedIn, as_officer

router = APIRouter(tags=["rules"])


class RuleShape(Shape):
    """A rule in a sentence, with where it comes from. In force from `starts_on` until the day before `until_on`."""

    id: str
    version: int
    title: str
    sentence: str
    campaign: str
    trigger: str
    source: str
    basis: str
    starts_on: date
    until_on: date
    in_force: bool
    off_reason: str | None


class OfficerRuleShape(RuleShape):
    """And what it has given so far."""

    points_given: int


class RulesShape(Shape):
    """By title."""

    items: list[RuleShape]


class OfficerRulesShape(Shape):
    """By title."""

    items: list[OfficerRuleShape]


@router.get("/v1/rules", responses=declines(*SIGNED_IN))
def show_rules(call: SignedIn) -> OfficerRulesShape:
    """Every rule in the book, on and off, and what it has cost. For officers with a role."""
    rules, given = call.run(as_officer, lambda session, _: _list_with_points(session))
    today = london_date(call.now)
    return OfficerRulesShape(
        items=[OfficerRuleShape(**_facts(rule, today), points_given=given.get(rule.key, 0)) for rule in rules]
    )


@router.get("/v1/register/rules", responses=declines())
def show_register(call: Anybody) -> RulesShape:
    """The public register: every rule, in plain English, with its source. Open to all."""
    rules = call.run(list_rules)
    today = london_date(call.now)
    return RulesShape(items=[RuleShape(**_facts(rule, today)) for rule in rules])


def _list_with_points(session: Session) -> tuple[tuple[RuleRead, ...], dict[str, int]]:
    return list_rules(session), sum_points_by_rule(session)


def _facts(rule: RuleRead, today: date) -> dict[str, object]:
    return {
        "id": rule.key,
        "version": rule.version,
        "title": rule.title,
        "sentence": rule.sentence,
        "campaign": rule.campaign,
        "trigger": rule.trigger,
        "source": rule.source,
        "basis": rule.basis,
        "starts_on": rule.starts_on,
        "until_on": rule.until_on,
        "in_force": rule.in_force(today),
        "off_reason": rule.off_reason,
    }
