"""Work on vouchers beyond a request: partners are asked, and those whose time is over give points and stock back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from app.core.clock import Clock
from app.core.database import Database
from app.redemption.asking import (
    Question,
    QuestionKeys,
    claim_question,
    list_due_questions,
    note_kept,
    note_let_go,
    note_promised,
    note_refused,
    note_used,
)
from app.redemption.service import expire_due_vouchers
from partners.interface import Delivery, PartnerAdapter, PartnerRefused, PartnerUnavailable, Standing

BATCH = 500

_log = structlog.get_logger("app.redemption")


@dataclass(frozen=True)
class Asking:
    """What it takes to ask partners."""

    database: Database
    clock: Clock
    adapters: Mapping[str, PartnerAdapter]
    keys: QuestionKeys


def sweep_due_vouchers(database: Database, *, now: datetime) -> int:
    """End every voucher that is due, in transactions of up to BATCH; returns how many."""
    total = 0
    while True:
        ended = database.in_transaction(lambda session: expire_due_vouchers(session, now=now, limit=BATCH))
        total += ended
        if ended < BATCH:
            return total


def ask_due_partners(asking: Asking) -> int:
    """Put every question that is due, those too whose job was lost; returns how many."""
    now = asking.clock.now()
    due = asking.database.in_transaction(lambda session: list_due_questions(session, now=now, limit=BATCH))
    for redemption in due:
        try:
            ask_partner(asking, redemption=redemption)
        except Exception as fault:  # noqa: BLE001 - one voucher must not keep the others waiting; it is asked again
            _log.error("asking a partner failed", redemption=redemption, fault=type(fault).__name__)
    return len(due)


def ask_partner(asking: Asking, *, redemption: int) -> None:
    """Put the question that is due about one voucher, if there is one, and keep the answer.

    Without an answer nothing changes: the question is due again later.
    """
    now = asking.clock.now()
    question = asking.database.in_transaction(
        lambda session: claim_question(session, redemption_id=redemption, keys=asking.keys, now=now)
    )
    if question is None:
        return
    adapter = asking.adapters.get(question.adapter)
    try:
        if adapter is None:
            _log.error("no such adapter is wired", adapter=question.adapter)
        elif question.taking_back:
            _take_back(asking, adapter, question)
        else:
            _have_promised(asking, adapter, question)
    except PartnerUnavailable:
        _log.warning("partner gave no answer", adapter=question.adapter, redemption=redemption)


def _have_promised(asking: Asking, adapter: PartnerAdapter, question: Question) -> None:
    number, settled = question.redemption_id, adapter.delivery is Delivery.SETTLED
    try:
        issued = adapter.issue(question.request)
    except PartnerRefused as refused:
        sentence, is_member = str(refused), refused.is_member
        asking.database.in_transaction(
            lambda session: note_refused(
                session, redemption_id=number, sentence=sentence, is_member=is_member, now=asking.clock.now()
            )
        )
    else:
        kept = asking.database.in_transaction(
            lambda session: note_promised(
                session,
                redemption_id=number,
                reference=issued.partner_reference,
                settled=settled,
                now=asking.clock.now(),
            )
        )
        if not kept:  # we were so slow that others had ended it
            ask_partner(asking, redemption=number)


def _take_back(asking: Asking, adapter: PartnerAdapter, question: Question) -> None:
    number, now = question.redemption_id, asking.clock.now()
    try:
        adapter.cancel(question.request)
    except PartnerRefused as refused:
        sentence = str(refused)
        standing = adapter.look_up(question.request)
        if standing is Standing.USED:
            if not asking.database.in_transaction(lambda session: note_used(session, redemption_id=number, now=now)):
                _log.error("partner gave what had been taken back", redemption=number)
        elif standing is Standing.PROMISED:
            asking.database.in_transaction(
                lambda session: note_kept(session, redemption_id=number, sentence=sentence, now=now)
            )
        else:
            asking.database.in_transaction(lambda session: note_let_go(session, redemption_id=number, now=now))
    else:
        asking.database.in_transaction(lambda session: note_let_go(session, redemption_id=number, now=now))
