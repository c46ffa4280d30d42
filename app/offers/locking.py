"""Rows of partners, held until the transaction ends, so that one thing happens to a partner at a time."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import Session, col, select

from app.offers.errors import PartnerUnknown
from app.offers.tables import Partner


def lock_partner(session: Session, *, partner: UUID) -> Partner:
    """Raises PartnerUnknown."""
    wanted = select(Partner).where(col(Partner.public_id) == partner, col(Partner.active))
    row = session.exec(wanted.with_for_update().execution_options(populate_existing=True)).first()
    if row is None:
        raise PartnerUnknown
    return row
