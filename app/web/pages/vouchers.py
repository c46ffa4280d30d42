"""The resident's vouchers: to show at the till, and to cancel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from app.core.ids import parse_public_id, public_id
from app.redemption.callback_errors import CallbackUnknown
from app.redemption.callbacks import answer_callback, list_callbacks
from app.redemption.errors import RedemptionUnknown
from app.redemption.qr import draw_qr
from app.redemption.queries import VoucherStatus, get_redemption, list_redemptions
from app.redemption.service import cancel_redemption
from app.web.callers import as_resident
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again

A_PAGE = 25

DAY_MINUTES = 24 * 60

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Left:
    """How long a voucher can still be used, in whole days, hours or minutes, the largest that fits."""

    unit: Literal["days", "hours", "minutes"]
    number: int


@router.get("/vouchers")
def vouchers(request: Request, after: str | None = None) -> Response:
    call = sign_in_again(request, Role.RESIDENT)
    page = call.run(
        as_resident,
        lambda session, resident: list_redemptions(
            session,
            resident_id=resident.id,
            codes=call.runtime.voucher_codes,
            now=call.now,
            after=after,
            limit=A_PAGE,
        ),
    )
    return render(request, "vouchers.html", vouchers=page.items, after=page.after)


@router.get("/vouchers/{written}")
def voucher(request: Request, written: str) -> Response:
    call = sign_in_again(request, Role.RESIDENT)
    wanted = _read_id(written)
    shown, callbacks = call.run(
        as_resident,
        lambda session, resident: (
            get_redemption(
                session, resident_id=resident.id, redemption=wanted, codes=call.runtime.voucher_codes, now=call.now
            ),
            list_callbacks(session, resident_id=resident.id),
        ),
    )
    to_show = shown.status is VoucherStatus.ISSUED or (shown.valid_until_at or call.now) > call.now
    qr = draw_qr(shown.token) if shown.token and to_show else None
    asked = next((one for one in callbacks if one.redemption == wanted), None)
    left = _measure_left(shown.expires_at - call.now)
    return render(request, "voucher.html", voucher=shown, qr=qr, asked=asked, left=left)


@router.post("/vouchers/{written}/answer")
def answer(
    request: Request,
    written: str,
    callback: Annotated[str, Form()] = "",
    got: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """Whether the resident got what the voucher was for."""
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)
    wanted, asked = _read_id(written), parse_public_id("cbk", callback)
    if asked is None or got not in {"yes", "no"}:
        raise CallbackUnknown
    call.run(
        as_resident,
        lambda session, resident: answer_callback(
            session, resident_id=resident.id, callback=asked, got=got == "yes", told="resident", now=call.now
        ),
    )
    return RedirectResponse(f"/vouchers/{public_id('red', wanted)}", status_code=303)


@router.post("/vouchers/{written}/cancel")
def cancel(request: Request, written: str, csrf: Annotated[str, Form()] = "") -> Response:
    call = sign_in_again(request, Role.RESIDENT)
    check_form(request, csrf)
    wanted = _read_id(written)
    call.run(
        as_resident,
        lambda session, resident: cancel_redemption(
            session, resident_id=resident.id, redemption=wanted, codes=call.runtime.voucher_codes, now=call.now
        ),
    )
    return RedirectResponse(f"/vouchers/{public_id('red', wanted)}", status_code=303)


def _measure_left(time: timedelta) -> Left:
    minutes = max(0, int(time.total_seconds()) // 60)
    if minutes >= DAY_MINUTES:
        return Left("days", minutes // DAY_MINUTES)
    return Left("hours", minutes // 60) if minutes >= 60 else Left("minutes", minutes)  # noqa: PLR2004 - an hour


def _read_id(written: str) -> UUID:
    uuid = parse_public_id("red", written)
    if uuid is None:
        raise RedemptionUnknown
    return uuid
