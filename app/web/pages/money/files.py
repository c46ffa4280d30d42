"""Files for the bank: one officer makes one, another has it sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict
from app.core.ids import public_id
from app.settlement.bacs import BacsFileRead, drop_file, send_file
from app.web.api.payment_files import TEXT
from app.web.api.payout_shapes import as_payer
from app.web.api.statement_shapes import give_file
from app.web.faults import PathUnknown
from app.web.pages.money.overview import MONEY, show_money
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm
from app.web.paying import end_bank_file, make_bank_file, open_bank_file, read_file_id

router = APIRouter(include_in_schema=False)

ENDS: Mapping[str, Callable[..., BacsFileRead]] = {"send": send_file, "drop": drop_file}


@router.post("/officer/money/files")
def make(request: Request, form: SentForm) -> Response:
    """Every payment that may go, in one file; how many could not is told on the page it leads to."""
    call = sign_in_again(request, Role.OFFICER)
    check_form(request, form.one("csrf"))
    try:
        made = call.run(as_payer, partial(make_bank_file, call=call))
    except Conflict as refusal:
        return show_money(request, call, refusal=refusal)
    done = "made-some" if made.left_out or made.held_back else "made"
    return RedirectResponse(f"{MONEY}?done={done}#files", status_code=303)


@router.get("/officer/money/files/{file}")
def download(request: Request, file: str) -> Response:
    """As the bank takes it (BACS Standard 18)."""
    call, wanted = sign_in_again(request, Role.OFFICER), read_file_id(file)
    content = call.run(as_payer, partial(open_bank_file, file=wanted, call=call))
    return give_file(content, media_type=TEXT, name=f"{public_id('bac', wanted)}.txt")


@router.post("/officer/money/files/{file}/{act}")
def end(request: Request, file: str, act: str, form: SentForm) -> Response:
    """One of ENDS."""
    call, wanted = sign_in_again(request, Role.OFFICER), read_file_id(file)
    check_form(request, form.one("csrf"))
    if act not in ENDS:
        raise PathUnknown
    try:
        call.run(as_payer, partial(end_bank_file, file=wanted, end=ENDS[act], now=call.now))
    except Conflict as refusal:
        return show_money(request, call, refusal=refusal)
    return RedirectResponse(f"{MONEY}?done={act}#files", status_code=303)
