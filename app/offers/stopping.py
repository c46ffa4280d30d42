"""The stop switch of a partner: from that instant it gives nothing out, until an officer starts it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.audit import record_act
from app.core.ids import public_id, take_id
from app.identity.queries import OfficerRead
from app.offers.locking import lock_partner
from app.offers.partner_errors import PartnerNotApproved, PartnerNotStopped, PartnerStopped
from app.offers.queries import PartnerRead, read_partner
from app.offers.tables import Partner, PartnerStop
from app.offers.webhooks.deliveries import announce


@dataclass(frozen=True)
class StopRead:
    """With `honour` vouchers that are out stay good; without it they are taken back. `reason` names nobody."""

    partner_id: int
    reason: str
    honour: bool
    stopped_at: datetime


def stop_partner(
    session: Session, *, partner: UUID, reason: str, honour: bool, officer: OfficerRead, now: datetime
) -> PartnerRead:
    """Raises PartnerUnknown, PartnerNotApproved, PartnerStopped."""
    row = lock_partner(session, partner=partner)
    if row.state == "stopped":
        raise PartnerStopped
    if row.state != "approved":
        raise PartnerNotApproved(state=row.state)
    row.state = "stopped"
    session.add(
        PartnerStop(
            id=take_id(session),
            partner_id=row.id,
            reason=reason,
            honour=honour,
            stopped_by=officer.id,
            stopped_at=now,
        )
    )
    _note(session, row, officer, {"what": "stopped", "honour": honour}, now)
    announce(
        session, partner_id=row.id, type_name="partner.stopped", data={"reason": reason, "honour": honour}, now=now
    )
    return read_partner(row)


def start_partner(session: Session, *, partner: UUID, officer: OfficerRead, now: datetime) -> PartnerRead:
    """Its rewards can be had again. Raises PartnerUnknown, PartnerNotStopped."""
    row = lock_partner(session, partner=partner)
    if row.state != "stopped":
        raise PartnerNotStopped
    row.state = "approved"
    open_stop = select(PartnerStop).where(PartnerStop.partner_id == row.id, col(PartnerStop.ended_at).is_(None))
    stop = session.exec(open_stop.with_for_update()).one()
    stop.ended_by, stop.ended_at = officer.id, now
    _note(session, row, officer, {"what": "started"}, now)
    announce(session, partner_id=row.id, type_name="partner.started", data={}, now=now)
    return read_partner(row)


def find_stop(session: Session, *, partner_id: int) -> StopRead | None:
    """The stop that lasts."""
    wanted = select(PartnerStop).where(PartnerStop.partner_id == partner_id, col(PartnerStop.ended_at).is_(None))
    row = session.exec(wanted).first()
    return StopRead(row.partner_id, row.reason, row.honour, row.stopped_at) if row else None


def is_honoured(session: Session, *, partner_id: int) -> bool:
    """Whether vouchers of the partner that are out are good: always, but after a stop that says otherwise."""
    stop = find_stop(session, partner_id=partner_id)
    return stop is None or stop.honour


def list_unhonoured(session: Session) -> list[int]:
    """Partners whose vouchers are being given back."""
    wanted = select(PartnerStop.partner_id).where(col(PartnerStop.ended_at).is_(None), ~col(PartnerStop.honour))
    return list(session.exec(wanted.order_by(col(PartnerStop.partner_id))))


def _note(
    session: Session, row: Partner, officer: OfficerRead, facts: dict[str, str | int | bool | None], now: datetime
) -> None:
    session.flush()
    subject = f"partner:{public_id('prt', row.public_id)}"
    record_act(session, actor=officer.actor, act="partner.stopped", subject=subject, facts=facts, now=now)
