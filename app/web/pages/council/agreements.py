"""What a second officer decides about a partner that takes part: its next contract, and where its system is asked."""

from __future__ import annotations

from typing import Literal

from sqlmodel import Session

from app.core.errors import Invalid
from app.identity.queries import OfficerRead
from app.offers.connecting import decide_endpoint
from app.offers.contracts.service import approve_contract, refuse_contract
from app.web.api.partner_contracts import as_keeper, read_contract_id
from app.web.api.partner_shapes import read_partner_id
from app.web.api.payout_shapes import get_partner_by_id
from app.web.api.purposes import LONGEST_NOTE
from app.web.callers import Call
from app.web.languages import mark
from app.web.pages.whole_forms import WholeForm


class ReasonNotSaid(Invalid):
    """The form came without a reason where the partner reads one."""

    code = "reason-not-said"

    def __init__(self) -> None:
        super().__init__(mark("Say why, in a sentence that the partner can read."))


def read_reason(form: WholeForm) -> str:
    """Raises ReasonNotSaid."""
    reason = form.one("reason")
    if not 0 < len(reason) <= LONGEST_NOTE:
        raise ReasonNotSaid
    return reason


def approve_next(call: Call, form: WholeForm) -> None:
    partner, contract = read_partner_id(form.one("id")), read_contract_id(form.one("contract"))
    call.run(
        as_keeper,
        lambda session, officer: approve_contract(
            session, partner=partner, contract=contract, officer=officer, now=call.now
        ),
    )


def refuse_next(call: Call, form: WholeForm) -> None:
    partner, contract = read_partner_id(form.one("id")), read_contract_id(form.one("contract"))
    reason = read_reason(form)
    call.run(
        as_keeper,
        lambda session, officer: refuse_contract(
            session, partner=partner, contract=contract, reason=reason, officer=officer, now=call.now
        ),
    )


def approve_address(call: Call, form: WholeForm) -> None:
    _decide_address(call, form, "approve")


def refuse_address(call: Call, form: WholeForm) -> None:
    _decide_address(call, form, "refuse")


def _decide_address(call: Call, form: WholeForm, decision: Literal["approve", "refuse"]) -> None:
    """The form says which address the officer has read."""

    def serve(session: Session, officer: OfficerRead) -> None:
        decide_endpoint(
            session,
            partner_id=get_partner_by_id(session, form.one("id")).id,
            adapter=form.one("adapter"),
            url=form.one("url"),
            decision=decision,
            keys=call.runtime.endpoint_keys,
            actor=officer.actor,
            now=call.now,
        )

    call.run(as_keeper, serve)
