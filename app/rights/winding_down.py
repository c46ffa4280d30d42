"""The end of the scheme: earning closes at once, redeeming stays open for a time, and what is owed is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.audit import SYSTEM, record_act
from app.core.clock import london_date
from app.core.ids import take_id, uuid7
from app.identity.queries import OfficerRead
from app.ledger.chart import AccountKind
from app.rights.stewardship_errors import NoticeTooShort, NotWindingDown, WindingDownAlready
from app.rulebook.pauses import Paused, find_running_pauses, pause_scheme

LEAST_DAYS = 90
"""Of notice: as long as the longest notice before points expire, and a month more."""


@dataclass(frozen=True)
class WindDownRead:
    """Points can be spent until just before `ends_on`, a date in Leeds; `closed_at` is when redeeming was closed."""

    id: UUID
    notice: str
    started_at: datetime
    ends_on: date
    closed_at: datetime | None


@dataclass(frozen=True)
class OwedRead:
    """What the scheme owes. `wallet_points` of so many `residents` may still be spent, `held_points` wait in vouchers.

    `backing_pence` stand behind points, `payable_pence` are owed to partners, `pot_pence` go back to funders.
    """

    wind_down: WindDownRead | None
    residents: int
    wallet_points: int
    vouchers: int
    held_points: int
    backing_pence: int
    payable_pence: int
    pot_pence: int


def lock_wind_down(session: Session) -> None:
    """One at a time begins, calls off or resumes what a wind-down has closed."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('wind-down/' || current_schema(), 0))"))


def find_wind_down(session: Session) -> WindDownRead | None:
    """The one that is under way, or that has come to its end."""
    row = session.execute(_STANDING).one_or_none()
    return WindDownRead(row.public_id, row.notice, row.started_at, row.ends_on, row.closed_at) if row else None


def start_wind_down(
    session: Session, *, notice: str, ends_on: date, officer: OfficerRead, now: datetime
) -> WindDownRead:
    """Close earning for good, with a public notice. Raises WindingDownAlready, NoticeTooShort or NoticeUnfit."""
    lock_wind_down(session)
    if find_wind_down(session) is not None:
        raise WindingDownAlready
    if (ends_on - london_date(now)).days < LEAST_DAYS:
        raise NoticeTooShort(least_days=LEAST_DAYS)
    if all(pause.what is not Paused.EARNING for pause in find_running_pauses(session)):
        pause_scheme(session, what=Paused.EARNING, notice=notice, officer_id=officer.id, now=now)
    session.execute(
        text(
            "INSERT INTO wind_downs (id, public_id, notice, started_at, started_by, ends_on)"
            " VALUES (:id, :public_id, :notice, :now, :officer, :ends_on)"
        ),
        {
            "id": take_id(session),
            "public_id": uuid7(now),
            "notice": notice,
            "now": now,
            "officer": officer.id,
            "ends_on": ends_on,
        },
    )
    record_act(
        session,
        actor=officer.actor,
        act="scheme.wound_down",
        subject="scheme",
        facts={"step": "started", "ends_on": ends_on.isoformat()},
        now=now,
    )
    started = find_wind_down(session)
    assert started is not None, "it was just written"
    return started


def call_off_wind_down(session: Session, *, officer: OfficerRead, now: datetime) -> None:
    """The scheme goes on; earning stays paused until an officer resumes it. Raises NotWindingDown."""
    done = session.execute(
        text(
            "UPDATE wind_downs SET called_off_at = :now, called_off_by = :officer"
            " WHERE called_off_at IS NULL AND closed_at IS NULL RETURNING id"
        ),
        {"now": now, "officer": officer.id},
    ).first()
    if done is None:
        raise NotWindingDown
    record_act(
        session, actor=officer.actor, act="scheme.wound_down", subject="scheme", facts={"step": "called_off"}, now=now
    )


def close_when_over(session: Session, *, now: datetime) -> bool:
    """Close redeeming once the notice period is over; whether that was now. Vouchers that are out stay good."""
    row = session.execute(_OVER, {"today": london_date(now)}).one_or_none()
    if row is None:
        return False
    session.execute(text("UPDATE wind_downs SET closed_at = :now WHERE id = :id"), {"now": now, "id": row.id})
    if all(pause.what is not Paused.REDEEMING for pause in find_running_pauses(session)):
        pause_scheme(session, what=Paused.REDEEMING, notice=row.notice, officer_id=row.started_by, now=now)
    record_act(session, actor=SYSTEM, act="scheme.wound_down", subject="scheme", facts={"step": "closed"}, now=now)
    return True


def report_owed(session: Session) -> OwedRead:
    """What stands open now, whether or not the scheme is being wound down."""
    row = session.execute(_OWED).one()
    return OwedRead(
        wind_down=find_wind_down(session),
        residents=row.residents,
        wallet_points=row.wallet_points,
        vouchers=row.vouchers,
        held_points=row.held_points,
        backing_pence=row.backing_pence,
        payable_pence=row.payable_pence,
        pot_pence=row.pot_pence,
    )


_STANDING = text(
    "SELECT public_id, notice, started_at, ends_on, closed_at FROM wind_downs WHERE called_off_at IS NULL"
    " ORDER BY id DESC LIMIT 1"
)

_OVER = text(
    "SELECT id, notice, started_by FROM wind_downs"
    " WHERE called_off_at IS NULL AND closed_at IS NULL AND ends_on <= :today FOR UPDATE"
)

_OWED = text(f"""
    SELECT count(*) FILTER (WHERE kind = {AccountKind.WALLET:d} AND posted > 0) AS residents,
           coalesce(sum(posted - held) FILTER (WHERE kind = {AccountKind.WALLET:d}), 0)::bigint AS wallet_points,
           (SELECT count(*) FROM redemptions WHERE status IN ('issued', 'confirming', 'cancelling')) AS vouchers,
           coalesce(sum(held) FILTER (WHERE kind = {AccountKind.WALLET:d}), 0)::bigint AS held_points,
           coalesce(sum(posted) FILTER (WHERE kind = {AccountKind.BACKING:d}), 0)::bigint AS backing_pence,
           coalesce(sum(posted) FILTER (WHERE kind = {AccountKind.PAYABLE:d}), 0)::bigint AS payable_pence,
           coalesce(sum(posted) FILTER (WHERE kind = {AccountKind.POT:d}), 0)::bigint AS pot_pence
    FROM ledger_accounts
""")  # noqa: S608 - our own constants
