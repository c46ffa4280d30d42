"""Messages of a campaign: one officer writes, another approves, and those who asked for them get them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.clock import london_date
from app.core.errors import Conflict
from app.core.ids import public_id
from app.identity.permissions import CAMPAIGN_EDITORS, MESSAGE_APPROVERS
from app.identity.queries import OfficerRead
from app.residents.cards import BankCardNumber, refuse_bank_card_number
from app.rulebook.campaigns import get_campaign
from app.rulebook.messages.choices import count_audience
from app.rulebook.messages.errors import CampaignIsOver, MessagesTooOften, MessageUnfit
from app.rulebook.messages.queries import MessageRead, get_message, list_messages, write_text
from app.rulebook.messages.writing import (
    LONGEST_BODY,
    LONGEST_SUBJECT,
    REST_DAYS,
    approve_message,
    discard_message,
    write_message,
)
from app.web.api.campaign_messages import as_approver, as_either, as_writer, read_message_id
from app.web.callers import Call, as_officer
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

PAGE: Final = "/officer/campaigns/{campaign}/messages"
ONE: Final = "/officer/campaign-messages/{message}"
FAULTS: Mapping[str, str] = {
    "subject": mark("Enter a subject of one line, of at most 80 characters"),
    "body": mark("Enter what they read, in at most 500 characters"),
}


@router.get(PAGE)
def show_messages(request: Request, campaign: str) -> Response:
    return _show_all(request, sign_in_again(request, Role.OFFICER), campaign)


@router.post(PAGE)
def write(request: Request, campaign: str, form: SentForm) -> Response:
    """Nobody gets it before another officer has approved it."""
    call = sign_in_again(request, Role.OFFICER, as_writer)
    check_form(request, form.one("csrf"))
    subject, body = form.one("subject"), form.one("body").replace("\r\n", "\n")

    def serve(session: Session, officer: OfficerRead) -> MessageRead:
        return write_message(session, key=campaign, subject=subject, body=body, officer=officer, now=call.now)

    faults: dict[str, str] = {}
    for name, words in (("subject", subject), ("body", body)):
        try:
            refuse_bank_card_number(words)
        except BankCardNumber as refusal:
            faults[name] = str(refusal)
    try:
        if faults:
            return _show_all(request, call, campaign, form=form, faults=faults)
        written = call.run(as_writer, serve)
    except MessageUnfit as refusal:
        faults = {fault["path"]: FAULTS[fault["path"]] for fault in refusal.faults}
        return _show_all(request, call, campaign, form=form, faults=faults)
    except CampaignIsOver as refusal:
        return _show_all(request, call, campaign, form=form, faults={"": str(refusal)}, status=409)
    return RedirectResponse(f"{_address(written)}?done=message_written", status_code=303)


@router.get(ONE)
def show_message(request: Request, message: str) -> Response:
    return _show(request, sign_in_again(request, Role.OFFICER), read_message_id(message))


@router.post(ONE + "/approve")
def approve(request: Request, message: str, form: SentForm) -> Response:
    """It is sent to those who want it then."""
    return _decide(request, message, form, as_approver, approve_message, done="message_approved")


@router.post(ONE + "/discard")
def discard(request: Request, message: str, form: SentForm) -> Response:
    return _decide(request, message, form, as_either, discard_message, done="message_discarded")


def _decide(
    request: Request,
    written: str,
    form: WholeForm,
    resolve: Callable[..., OfficerRead],
    decide: Callable[..., MessageRead],
    *,
    done: str,
) -> Response:
    call, message = sign_in_again(request, Role.OFFICER), read_message_id(written)
    check_form(request, form.one("csrf"))
    try:
        call.run(resolve, lambda session, officer: decide(session, message=message, officer=officer, now=call.now))
    except Conflict as refusal:
        return _show(request, call, message, refusal=refusal)
    return RedirectResponse(f"/officer/campaign-messages/{written}?done={done}", status_code=303)


def _address(message: MessageRead) -> str:
    return f"/officer/campaign-messages/{public_id('cmm', message.public_id)}"


def _show(request: Request, call: Call, message: UUID, *, refusal: Conflict | None = None) -> Response:
    officer, found = call.run(
        as_officer, lambda session, officer: (officer, get_message(session, message=message))
    )  # fmt: skip
    earliest = refusal.earliest_at if isinstance(refusal, MessagesTooOften) else None
    return render(
        request,
        "council/campaign_message.html",
        status=status_of(type(refusal)) if refusal else 200,
        message=found,
        address=_address(found),
        own=found.written_by.id == officer.id,
        may_approve=not officer.roles.isdisjoint(MESSAGE_APPROVERS),
        may_discard=not officer.roles.isdisjoint((*CAMPAIGN_EDITORS, *MESSAGE_APPROVERS)),
        faults={"": str(refusal)} if refusal else {},
        earliest_at=datetime.fromisoformat(earliest) if earliest else None,
        rest_days=REST_DAYS,
    )


def _show_all(
    request: Request,
    call: Call,
    key: str,
    *,
    form: WholeForm | None = None,
    faults: Mapping[str, str] | None = None,
    status: int = 422,
) -> Response:
    """The status is of a form that is wrong."""
    officer, campaign, audience, messages = call.run(
        as_officer,
        lambda session, officer: (
            officer,
            get_campaign(session, key=key, now=call.now),
            count_audience(session, key=key),
            list_messages(session, key=key),
        ),
    )
    return render(
        request,
        "council/campaign_messages.html",
        status=status if faults else 200,
        campaign=campaign,
        is_over=campaign.ends_on <= london_date(call.now),
        audience=audience,
        messages=[(one, _address(one)) for one in messages],
        may_write=not officer.roles.isdisjoint(CAMPAIGN_EDITORS),
        ending=write_text("", title=campaign.title, way_out="…").strip(),
        longest={"subject": LONGEST_SUBJECT, "body": LONGEST_BODY},
        rest_days=REST_DAYS,
        values=form.as_sent() if form else {},
        faults=faults or {},
    )
