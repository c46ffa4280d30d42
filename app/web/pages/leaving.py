"""Taking one's data along, and leaving."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from app.ledger.queries import get_balance
from app.rights.erasure import erase_resident
from app.rights.errors import PointsWouldBeLost
from app.web.api.own_data import stream_export
from app.web.callers import Call, as_resident
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.session_cookies import drop_session_cookie

LEAVE = "/you/leave"

router = APIRouter(include_in_schema=False)


@router.get("/you/data")
def data(request: Request, form: str = "") -> Response:
    """With `?form=page` or `json`, everything that is held, to keep."""
    call = sign_in_again(request, Role.RESIDENT)
    if form in {"page", "json"}:
        return stream_export(call, readable=form == "page")
    call.run(as_resident, lambda _, me: me)
    return render(request, "own/data.html", year=call.now.year)


@router.get(LEAVE)
def ask(request: Request) -> Response:
    return _show(request, sign_in_again(request, Role.RESIDENT))


@router.post(LEAVE)
def leave(
    request: Request,
    sure: Annotated[str, Form()] = "",
    points: Annotated[int, Form()] = -1,
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """`points` is what the page said that is lost; if it is not that many any more, the page says so anew."""
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)
    if not sure:
        return _show(request, call, status=422, problem=mark("Tick the box to say that you want to leave"))
    try:
        call.run(
            as_resident,
            lambda session, me: erase_resident(session, resident=me, forfeit=points, actor=me.actor, now=call.now),
        )
    except PointsWouldBeLost:
        return _show(request, call, status=409, problem=mark("Your points have changed. Look again before you leave"))
    response = RedirectResponse("/goodbye", status_code=303)
    drop_session_cookie(request, response)
    return response


@router.get("/goodbye")
def goodbye(request: Request) -> Response:
    return render(request, "goodbye.html")


def _show(request: Request, call: Call, *, status: int = 200, problem: str | None = None) -> Response:
    balance = call.run(as_resident, lambda session, me: get_balance(session, wallet_id=me.id, now=call.now))
    lost = balance.available + balance.held
    return render(request, "own/leave.html", status=status, lost=lost, problem=problem)
