"""Vouchers that a partner across the network has left open for a day: for an officer to call the partner."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.redemption.unanswered import list_unanswered
from app.web.callers import as_officer
from app.web.pages.rendering import render
from app.web.pages.visits import Role, sign_in_again

router = APIRouter(include_in_schema=False)

MOST_SHOWN = 200


@router.get("/officer/unanswered")
def show_unanswered(request: Request) -> Response:
    """The oldest `MOST_SHOWN`; nothing of who holds them."""
    call = sign_in_again(request, Role.OFFICER)
    found = call.run(as_officer, lambda session, _: list_unanswered(session, limit=MOST_SHOWN + 1))
    return render(
        request,
        "council/unanswered.html",
        vouchers=found[:MOST_SHOWN],
        partners=sorted({one.partner for one in found}),
        more=len(found) > MOST_SHOWN,
    )
