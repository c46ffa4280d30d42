"""Two texts of a rule beside each other: versions in the book, and the draft of the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.clock import london_date
from app.core.ids import public_id
from app.identity.permissions import DRAFTERS
from app.identity.queries import OfficerRead, find_officers
from app.rulebook.drafting.texts import TextRead, list_texts
from app.rulebook.titles import list_titles
from app.web.api.rules import read_rule_key
from app.web.callers import as_officer
from app.web.faults import ParameterInvalid
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.rulewriting.differences import Group, compare_rules, count_changes
from app.web.pages.visits import Role, sign_in_again

router = APIRouter(include_in_schema=False)

DRAFT: Final = "draft"
_MOMENT: Final = timedelta(microseconds=1)
STANDINGS: Final = {
    "off": mark("Off"),
    "scheduled": mark("Scheduled"),
    "in_force": mark("In force"),
    "ended": mark("Ended"),
    "stopped": mark("Stopped"),
    "withdrawn": mark("Taken back before it began"),
}


@dataclass(frozen=True)
class Side:
    """One of the two, or one that could be; `name` is what the address calls it.

    In force from `first_on` to `last_on`; both None where it never is.
    """

    name: str
    text: TextRead
    standing: str
    first_on: date | None = None
    last_on: date | None = None


@dataclass(frozen=True)
class _Shelf:
    may_write: bool
    sides: tuple[Side, ...]
    titles: Mapping[str, str]
    officers: Mapping[int, OfficerRead]


@router.get("/officer/rules/{key}/compare")
def compare(request: Request, key: str, left: str = "", right: str = "", only: str = "") -> Response:
    """Without a choice, the draft beside what is in force, or the last two versions; `only` leaves out what agrees."""
    call, rule = sign_in_again(request, Role.OFFICER), read_rule_key(key)

    def serve(session: Session, officer: OfficerRead) -> _Shelf:
        texts = list_texts(session, key=rule)
        ids = {step.officer_id for text in texts if text.draft for step in text.draft.steps}
        ids |= {step.on_behalf_of for text in texts if text.draft for step in text.draft.steps if step.on_behalf_of}
        sides = tuple(_stand(text, call.now) for text in texts)
        may_write = not officer.roles.isdisjoint(DRAFTERS)
        return _Shelf(may_write, sides, list_titles(session), find_officers(session, ids=ids))

    shelf = call.run(as_officer, serve)
    chosen = _choose(shelf.sides, left, right)
    groups = compare_rules(chosen[0].text.rule, chosen[1].text.rule, shelf.titles)
    changed, rows = count_changes(groups)
    return render(
        request,
        "rule_compare.html",
        key=rule,
        heading=shelf.sides[-1].text.rule.title["en"],
        sides=shelf.sides,
        may_write=shelf.may_write,
        chosen=chosen,
        standings=STANDINGS,
        officers=shelf.officers,
        groups=[group for group in map(Group.leave_differences, groups) if group.rows] if only else groups,
        only=bool(only),
        changed=changed,
        rows=rows,
        reference=lambda evidence: public_id("bkt", evidence.reference) if evidence.reference else "",
    )


def _stand(text: TextRead, now: datetime) -> Side:
    if text.published is None:
        return Side(DRAFT, text, DRAFT)
    from_at, until_at = text.published.from_at, text.published.until_at
    return Side(
        str(text.version),
        text,
        text.published.standing(now),
        london_date(from_at) if from_at else None,
        london_date(until_at - _MOMENT) if until_at else None,
    )


def _choose(sides: Sequence[Side], left: str, right: str) -> tuple[Side, Side]:
    """Raises ParameterInvalid for a version that there is not."""
    named = {side.name: side for side in sides}
    for parameter, wanted in (("left", left), ("right", right)):
        if wanted and wanted not in named:
            raise ParameterInvalid(parameter, "choose one of the versions of this rule")
    after = named[right] if right else sides[-1]
    others = [side for side in sides if side is not after]
    in_force = next((side for side in others if side.standing == "in_force"), None)
    before = named[left] if left else in_force or (others[-1] if others else after)
    return before, after
