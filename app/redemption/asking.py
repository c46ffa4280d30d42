"""What is open with a partner across the network: the next question, and what its answer makes of the voucher.

A question is put with no transaction open, and may be put again at any time with the same reference. So whoever dies
between two steps leaves a voucher that is asked about again when `ask_at` has come, until its fate is known. Until then
its points stay on hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.core.units import Pence
from app.offers.endpoints import EndpointKeys, find_endpoint
from app.offers.tables import Partner, Reward
from app.redemption.codes import VoucherCodes
from app.redemption.ending import end_unused, spend_voucher
from app.redemption.queries import VoucherStatus
from app.redemption.tables import Redemption
from app.residents.cards import CardKeys
from app.residents.memberships import find_token
from partners.interface import Endpoint, IssueRequest

SHORTEST_WAIT: Final = timedelta(seconds=15)
LONGEST_WAIT: Final = timedelta(hours=1)
_OPEN: Final = frozenset({VoucherStatus.CONFIRMING, VoucherStatus.CANCELLING})
_ENDED: Final = frozenset({VoucherStatus.CANCELLED, VoucherStatus.EXPIRED, VoucherStatus.DECLINED})
_DUE: Final = text("SELECT id FROM redemptions WHERE ask_at <= :now ORDER BY ask_at LIMIT :limit")


@dataclass(frozen=True)
class QuestionKeys:
    """What opens and derives the secrets of a question; none of them is in the database."""

    codes: VoucherCodes
    endpoints: EndpointKeys
    cards: CardKeys


@dataclass(frozen=True)
class Question:
    """To promise it, or with `taking_back` to let go of it."""

    redemption_id: int
    adapter: str
    taking_back: bool
    request: IssueRequest


def list_due_questions(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Redemptions about which a partner is to be asked now, longest due first."""
    return list(session.execute(_DUE, {"now": now, "limit": limit}).scalars())


def claim_question(session: Session, *, redemption_id: int, keys: QuestionKeys, now: datetime) -> Question | None:
    """The question that is due, which is ours until it is due again; None when none is."""
    row = _lock(session, redemption_id)
    if row is None or row.ask_at is None or row.ask_at > now:
        return None
    row.asked += 1
    row.ask_at = now + min(SHORTEST_WAIT * 2 ** min(row.asked - 1, 12), LONGEST_WAIT)
    session.flush()
    reward, partner = session.get_one(Reward, row.reward_id), session.get_one(Partner, row.partner_id)
    found = find_endpoint(session, partner_id=partner.id, adapter=row.adapter, keys=keys.endpoints)
    member = None
    if row.member_source is not None:
        member = find_token(session, resident_id=row.resident_id, source=row.member_source, keys=keys.cards)
    request = IssueRequest(
        reference=row.public_id,
        partner=partner.name,
        partner_kind=partner.kind,
        reward=reward.title,
        points=row.points,
        cost_pence=Pence(row.cost_pence),
        expires_at=row.expires_at,
        code=keys.codes.code_for(row.public_id) if row.code_hash is not None else None,
        member=member,
        pass_days=row.pass_days,
        endpoint=Endpoint(found.url, found.secret) if found else None,
    )
    return Question(row.id, row.adapter, row.status != VoucherStatus.CONFIRMING, request)


def note_promised(session: Session, *, redemption_id: int, reference: str, settled: bool, now: datetime) -> bool:
    """The partner will honour it, or, when it is settled by that, has.

    False when the voucher has ended meanwhile: the partner is then to be asked, until it has, to let go of it.
    """
    row = _lock(session, redemption_id)
    if row is None or row.status in {VoucherStatus.ISSUED, VoucherStatus.REDEEMED}:
        return True
    row.partner_reference = reference
    if row.status in _ENDED:
        row.ask_at, row.asked = now, 0
        session.flush()
        return False
    if settled:
        spend_voucher(session, row, now=now)
    elif row.status == VoucherStatus.CONFIRMING:
        row.status, row.ask_at, row.asked = VoucherStatus.ISSUED, None, 0
    else:  # taken back by the resident meanwhile
        row.ask_at = now
    session.flush()
    return True


def note_refused(session: Session, *, redemption_id: int, sentence: str, is_member: bool, now: datetime) -> None:
    """The partner will not honour it: the resident reads why, and has points back."""
    row = _lock(session, redemption_id)
    if row is None or row.status not in _OPEN:
        return
    if row.status == VoucherStatus.CANCELLING:
        note_let_go(session, redemption_id=redemption_id, now=now)
        return
    row.end_reason, row.offers_instead = sentence, is_member
    end_unused(session, [row], status=VoucherStatus.DECLINED, now=now)


def note_let_go(session: Session, *, redemption_id: int, now: datetime) -> None:
    """The partner will not honour it any more: it ends as it was meant to."""
    row = _lock(session, redemption_id)
    if row is not None and row.status in _ENDED:
        row.ask_at = None
        session.flush()
    if row is None or row.status != VoucherStatus.CANCELLING:
        return
    assert row.ends_as is not None, "what is being cancelled says how it ends"
    end_unused(session, [row], status=VoucherStatus(row.ends_as), now=now)


def note_used(session: Session, *, redemption_id: int, now: datetime) -> bool:
    """The resident has had it, by the partner's own books. False when its points had gone back already."""
    row = _lock(session, redemption_id)
    if row is not None and row.status in _OPEN:
        spend_voucher(session, row, now=now)
    if row is None or row.status not in _ENDED:
        return True
    row.ask_at = None
    session.flush()
    return False


def note_kept(session: Session, *, redemption_id: int, sentence: str, now: datetime) -> None:
    """The partner does not take it back though it is unused: it can be used until its time is over, and ends then."""
    row = _lock(session, redemption_id)
    if row is not None and row.expires_at <= now:
        note_let_go(session, redemption_id=redemption_id, now=now)
    if row is None or row.status != VoucherStatus.CANCELLING:
        return
    row.status, row.ask_at, row.asked, row.ends_as = VoucherStatus.ISSUED, None, 0, None
    row.end_reason = sentence
    session.flush()


def begin_taking_back(session: Session, row: Redemption, *, ends_as: VoucherStatus, now: datetime) -> None:
    """The partner has to let go of it first; the caller holds the row and promises the question.

    A question that is being put now is let finish: a partner must not hear of the end before the beginning.
    """
    row.ask_at = now if row.ask_at is None else max(row.ask_at, now)
    row.status, row.ends_as, row.asked = VoucherStatus.CANCELLING, ends_as, 0
    session.flush()


def _lock(session: Session, redemption_id: int) -> Redemption | None:
    wanted = select(Redemption).where(col(Redemption.id) == redemption_id).with_for_update()
    return session.exec(wanted.execution_options(populate_existing=True)).first()
