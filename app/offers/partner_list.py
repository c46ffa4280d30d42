"""Partners as officers see them: who proposed and decided, and the stop that lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.core.paging import Page, clamp_limit, parse_cursor
from app.offers.contracts.queries import ContractRead, list_contracts
from app.offers.contracts.tables import PartnerContract
from app.offers.errors import PartnerUnknown
from app.offers.queries import PartnerRead, read_partner
from app.offers.tables import Partner, PartnerStop


@dataclass(frozen=True)
class PartnerFile:
    """Officers are by internal id, None where a partner was added without them; contracts newest first."""

    partner: PartnerRead
    proposed_by: int | None
    proposed_at: datetime | None
    decided_by: int | None
    decided_at: datetime | None
    refusal: str | None
    stop_reason: str | None
    stop_honours: bool | None
    stopped_at: datetime | None
    contracts: tuple[ContractRead, ...]

    def find_contract(self, *, on: date) -> ContractRead | None:
        """The version that holds on a date in Leeds: of two that start on one day, the later."""
        running = [one for one in self.contracts if one.decision == "approved" and one.starts_on <= on]
        return max(running, key=lambda one: (one.starts_on, one.version), default=None)

    def find_waiting(self) -> ContractRead | None:
        """The version that has yet to be decided."""
        return next((one for one in self.contracts if one.decision is None), None)


def list_partners(session: Session, *, after: str | None, limit: int) -> Page[PartnerFile]:
    """Newest first, whatever their state. Raises CursorUnknown."""
    rows, more = _find_page(session, after, limit)
    return Page(_read(session, rows), more)


def list_waiting_and_others(
    session: Session, *, after: str | None, limit: int
) -> tuple[tuple[PartnerFile, ...], Page[PartnerFile]]:
    """On the first page those that wait for a second officer, the oldest first; then the page without these.

    Raises CursorUnknown.
    """
    rows, more = _find_page(session, after, limit)
    waiting = [] if after else _find_waiting(session)
    first = {row.id for row in waiting}
    found = _read(session, [*waiting, *(row for row in rows if row.id not in first)])
    return found[: len(waiting)], Page(found[len(waiting) :], more)


def _find_page(session: Session, after: str | None, limit: int) -> tuple[list[Partner], str | None]:
    cursor, size = parse_cursor(after), clamp_limit(limit)
    wanted = select(Partner).where(col(Partner.active)).order_by(col(Partner.id).desc())
    if cursor is not None:
        last = select(Partner.id).where(Partner.public_id == cursor).scalar_subquery()
        wanted = wanted.where(col(Partner.id) < last)
    rows = session.exec(wanted.limit(size + 1).execution_options(populate_existing=True)).all()
    return list(rows[:size]), rows[size - 1].public_id.hex if len(rows) > size else None


def _find_waiting(session: Session) -> list[Partner]:
    """Those that a second officer has to decide about, or whose next contract."""
    open_ones = select(PartnerContract.partner_id).where(col(PartnerContract.decision).is_(None))
    wanted = select(Partner).where(
        col(Partner.active), (col(Partner.state) == "proposed") | col(Partner.id).in_(open_ones)
    )
    found = session.exec(wanted.order_by(col(Partner.id)).execution_options(populate_existing=True)).all()
    return [row for row in found if row.state != "refused"]


def list_names(session: Session) -> tuple[PartnerRead, ...]:
    """All that were ever approved, also those that have left: what they redeemed still counts."""
    wanted = select(Partner).where(col(Partner.state).in_(("approved", "stopped"))).order_by(col(Partner.id))
    return tuple(read_partner(row) for row in session.exec(wanted))


def get_partner_file(session: Session, *, partner: UUID) -> PartnerFile:
    """Raises PartnerUnknown."""
    wanted = select(Partner).where(col(Partner.active), col(Partner.public_id) == partner)
    row = session.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None:
        raise PartnerUnknown
    (found,) = _read(session, [row])
    return found


def _read(session: Session, rows: list[Partner]) -> tuple[PartnerFile, ...]:
    ids = [row.id for row in rows]
    lasting = select(PartnerStop).where(col(PartnerStop.partner_id).in_(ids), col(PartnerStop.ended_at).is_(None))
    stops = {stop.partner_id: stop for stop in session.exec(lasting)}
    contracts = list_contracts(session, partner_ids=ids)
    return tuple(
        PartnerFile(
            partner=read_partner(row),
            proposed_by=row.proposed_by,
            proposed_at=row.proposed_at,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            refusal=row.refusal,
            stop_reason=stop.reason if stop else None,
            stop_honours=stop.honour if stop else None,
            stopped_at=stop.stopped_at if stop else None,
            contracts=contracts[row.id],
        )
        for row in rows
        for stop in (stops.get(row.id),)
    )
