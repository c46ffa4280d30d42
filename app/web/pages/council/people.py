"""Officers and their roles: who may do what, what waits for a second administrator, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.clock import london_date
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.identity.officers import look_at_officers
from app.identity.permissions import AUDIT_READERS, COLLEAGUE_READERS
from app.identity.queries import OfficerRead, find_officers
from app.identity.role_deciding import approve_role_change, refuse_role_change
from app.identity.role_queries import RoleChangeRead, list_officers, list_role_changes
from app.rulebook.drafting.deputies import DeputyRead, list_deputies
from app.web.api.officer_shapes import as_keeper
from app.web.api.role_changes import read_change_id
from app.web.callers import Call, as_officer_with
from app.web.faults import PathUnknown
from app.web.pages.council.role_words import ROLE_WORDS
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

PAGE = "/officer/people"
MOST = 200
as_colleague = as_officer_with(*COLLEAGUE_READERS)
Decide = Callable[[Session, str, OfficerRead, Call], RoleChangeRead]


@dataclass(frozen=True)
class _People:
    """`named` are the officers that the deputies' rows name, by internal id."""

    me: OfficerRead
    officers: tuple[OfficerRead, ...]
    changes: tuple[RoleChangeRead, ...]
    deputies: tuple[DeputyRead, ...]
    named: Mapping[int, OfficerRead]


@router.get(PAGE)
def show_people(request: Request) -> Response:
    return show(request, sign_in_again(request, Role.OFFICER))


@router.post(PAGE + "/changes/{act}")
def decide(request: Request, act: str, form: SentForm) -> Response:
    """Approve or refuse the change of roles `id`. A refusal is told on the page."""
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))
    serve = ACTS.get(act)
    if serve is None:
        raise PathUnknown
    try:
        call.run(as_keeper, lambda session, officer: serve(session, form.one("id"), officer, call))
    except (Conflict, Invalid, NotAllowed, NotFound) as refusal:
        return show(request, call, refused=str(refusal), status=status_of(type(refusal)))
    return RedirectResponse(f"{PAGE}?done=role_{act}", status_code=303)


def _approve(session: Session, change: str, officer: OfficerRead, call: Call) -> RoleChangeRead:
    return approve_role_change(session, change=read_change_id(change), by=officer, now=call.now)


def _refuse(session: Session, change: str, officer: OfficerRead, call: Call) -> RoleChangeRead:
    return refuse_role_change(session, change=read_change_id(change), by=officer, now=call.now)


ACTS: Mapping[str, Decide] = {"approve": _approve, "refuse": _refuse}


def show(
    request: Request,
    call: Call,
    *,
    refused: str | None = None,
    status: int = 200,
    faults: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
) -> Response:
    """`refused` stands at the top; `faults` and `values` are of the form that names a deputy."""
    people = call.run(as_colleague, lambda session, me: _find(session, me, call))
    return render(
        request,
        "council/people.html",
        status=status,
        people=people,
        words=ROLE_WORDS,
        sees_roles=not people.me.roles.isdisjoint(AUDIT_READERS),
        keeps_roles="admin" in people.me.roles,
        today=london_date(call.now),
        one_day=timedelta(days=1),
        refused=refused,
        faults=faults or {},
        values=values or {},
    )


def _find(session: Session, me: OfficerRead, call: Call) -> _People:
    deputies = list_deputies(session, now=call.now)
    if me.roles.isdisjoint(AUDIT_READERS):
        officers = list_officers(session, after=None, limit=MOST)  # for names of deputies; their roles are not shown
    else:
        officers = look_at_officers(session, after=None, limit=MOST, by=me, now=call.now)
    ids = {one for each in deputies for one in (each.approver_id, each.deputy_id)}
    return _People(
        me,
        officers.items,
        list_role_changes(session, decided=False, after=None, limit=MOST).items,
        deputies,
        find_officers(session, ids=ids),
    )
