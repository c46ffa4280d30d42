"""The catalogue, and taking a reward: once, however often its form is sent."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Refusal
from app.core.ids import new_secret, parse_public_id, public_id
from app.core.paging import Page
from app.identity.sign_in_errors import StepUpNeeded
from app.ledger.commands import Answer, answer_once
from app.ledger.errors import CommandRunning
from app.ledger.queries import get_balance
from app.offers.errors import RewardUnknown
from app.offers.queries import RewardRead, get_reward, list_kinds, list_places, list_rewards
from app.redemption.service import redeem_reward
from app.residents.queries import ResidentRead
from app.web.callers import Call, as_resident, get_runtime
from app.web.faults import FormExpired
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.rewards_map import draw_map
from app.web.pages.visits import Role, check_form, find_visitor, make_call, sign_in_again
from app.web.problems import status_of
from app.web.step_up import as_spender

A_PAGE = 50
KIND_NAMES = {
    "food": mark("Food and drink"),
    "leisure": mark("Sport and leisure"),
    "cycling": mark("Cycling"),
    "shopping": mark("Shopping"),
    "donation": mark("Gifts to local groups"),
    "culture": mark("Culture"),
    "travel": mark("Travel"),
}
_FORM_KEY = re.compile(r"[A-Za-z0-9_-]{43}")

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Shelf:
    """`balance_points` is None for anybody who is not a signed-in resident; `places` are with their rewards' number."""

    page: Page[RewardRead]
    balance_points: int | None
    kinds: tuple[str, ...]
    places: tuple[tuple[str, int], ...]


@router.get("/rewards")
def rewards(request: Request, kind: str = "", place: str = "", after: str | None = None) -> Response:
    def load(session: Session) -> Shelf:
        page = list_rewards(session, kind=kind or None, place=place or None, after=after, limit=A_PAGE)
        return Shelf(page, _find_balance(session, request), list_kinds(session), list_places(session))

    shelf = get_runtime(request).database.in_transaction(load)
    return render(
        request,
        "rewards.html",
        rewards=shelf.page.items,
        after=shelf.page.after,
        balance_points=shelf.balance_points,
        kinds={one: KIND_NAMES.get(one, one.capitalize()) for one in shelf.kinds},
        kind=kind,
        places=shelf.places,
        place=place,
        map=draw_map(shelf.places),
    )


@router.get("/give")
def give(request: Request) -> Response:
    """Gifts to community groups: a reward like any other, but that it is given at once."""

    def load(session: Session) -> tuple[Page[RewardRead], int | None]:
        return list_rewards(session, kind="donation", limit=A_PAGE), _find_balance(session, request)

    page, balance_points = get_runtime(request).database.in_transaction(load)
    return render(request, "give.html", rewards=page.items, balance_points=balance_points)


@router.get("/rewards/{written}")
def reward(request: Request, written: str) -> Response:
    return _show_reward(request, _read_id(written))


@router.post("/rewards/{written}")
def take_reward(
    request: Request, written: str, csrf: Annotated[str, Form()] = "", once: Annotated[str, Form()] = ""
) -> Response:
    """`once` is the form's own key: a form that is sent twice takes one reward and leads to the same voucher."""
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)
    if not _FORM_KEY.fullmatch(once):
        raise FormExpired
    wanted = _read_id(written)
    try:
        answer = call.run(
            as_spender(call, reward=wanted), lambda session, resident: _take(session, resident, call, wanted, once)
        )
    except StepUpNeeded as refusal:
        return RedirectResponse(refusal.sign_in_at, status_code=303)
    except CommandRunning:  # the first press is still being served, and its voucher will be on the list
        return RedirectResponse("/vouchers", status_code=303)
    if "problem" in answer.body:
        return _show_reward(request, wanted, status=answer.status, problem=answer.body["problem"])
    return RedirectResponse(f"/vouchers/{answer.body['voucher']}", status_code=303)


def _take(session: Session, resident: ResidentRead, call: Call, wanted: UUID, once: str) -> Answer:
    def serve() -> Answer:
        voucher = redeem_reward(
            session,
            resident_id=resident.id,
            reward=wanted,
            codes=call.runtime.voucher_codes,
            adapters=call.runtime.adapters,
            first_reward_after=timedelta(days=call.runtime.settings.first_reward_days),
            now=call.now,
        )
        return Answer(201, {"voucher": public_id("red", voucher.id)})

    return answer_once(
        session,
        caller=f"pages/{public_id('res', resident.public_id)}",
        key=once,
        digest=hashlib.sha256(wanted.bytes).digest(),
        now=call.now,
        serve=serve,
        refuse=_refuse,
    )


def _refuse(refusal: Refusal) -> Answer:
    return Answer(status_of(type(refusal)), {"problem": str(refusal)})


def _read_id(written: str) -> UUID:
    uuid = parse_public_id("rew", written)
    if uuid is None:
        raise RewardUnknown
    return uuid


def _find_balance(session: Session, request: Request) -> int | None:
    """What a signed-in resident may spend."""
    visitor = find_visitor(request)
    if visitor is None or visitor.role is not Role.RESIDENT:
        return None
    call = make_call(request)
    resident = as_resident(session, call.find_claims(session))
    return get_balance(session, wallet_id=resident.id, now=call.now).available


def _show_reward(request: Request, wanted: UUID, *, status: int = 200, problem: str | None = None) -> Response:
    shown, balance_points = get_runtime(request).database.in_transaction(
        lambda session: (get_reward(session, public_id=wanted), _find_balance(session, request))
    )
    return render(
        request,
        "reward.html",
        status=status,
        reward=shown,
        balance_points=balance_points,
        problem=problem,
        once=new_secret(),
    )
