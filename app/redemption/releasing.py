"""Vouchers of a partner that was stopped without honouring them: refused at its tills, and given back to residents."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.core.database import Database
from app.identity.queries import OfficerRead
from app.jobs import promise_job
from app.offers.stopping import is_honoured, list_unhonoured, stop_partner
from app.redemption.queries import NOT_HONOURED, VoucherStatus
from app.redemption.service import take_back
from app.redemption.tables import Redemption

RELEASE: Final = "partners.release_vouchers"
"""The job that gives the points of a stopped partner's vouchers back."""
BATCH: Final = 500
_OUT: Final = (VoucherStatus.ISSUED, VoucherStatus.CONFIRMING)


def stop_giving(
    session: Session, *, partner: UUID, reason: str, honour: bool, officer: OfficerRead, now: datetime
) -> int:
    """Stop a partner; how many vouchers are out, which stay good with `honour` and are given back without it.

    Raises PartnerUnknown, PartnerNotApproved, PartnerStopped.
    """
    stopped = stop_partner(session, partner=partner, reason=reason, honour=honour, officer=officer, now=now)
    if not honour:
        promise_job(session, task=RELEASE, args={"partner": stopped.id})
    return count_out(session, partner_id=stopped.id)


def count_out(session: Session, *, partner_id: int) -> int:
    """Vouchers that residents hold and have not used."""
    wanted = select(func.count()).where(Redemption.partner_id == partner_id, col(Redemption.status).in_(_OUT))
    return int(session.exec(wanted).one())


def release_due_vouchers(database: Database, *, now: datetime) -> int:
    """Of every partner that is stopped like that: also what was just being taken when it was stopped."""
    stopped = database.in_transaction(list_unhonoured)
    return sum(release_vouchers(database, partner=partner, now=now) for partner in stopped)


def release_vouchers(database: Database, *, partner: int, now: datetime) -> int:
    """Give all back, BATCH in a transaction, for as long as the partner is stopped like that; how many were."""
    released = 0
    while done := database.in_transaction(partial(_release_some, partner_id=partner, now=now)):
        released += done
    return released


def _release_some(session: Session, *, partner_id: int, now: datetime) -> int:
    if is_honoured(session, partner_id=partner_id):
        return 0
    rows = session.exec(
        select(Redemption)
        .where(Redemption.partner_id == partner_id, col(Redemption.status).in_(_OUT))
        .order_by(col(Redemption.id))
        .limit(BATCH)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        row.end_reason = NOT_HONOURED
    take_back(session, rows, ends_as=VoucherStatus.CANCELLED, now=now)
    return len(rows)
