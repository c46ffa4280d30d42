"""The scheme-wide stop switch: earning or redeeming stands still for everybody, with a public notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session, col, select

from app.core.ids import take_id, uuid7
from app.rulebook.errors import AlreadyPaused, NoticeUnfit, PauseEnded, PauseUnknown
from app.rulebook.tables import PauseRow

EARNING_PAUSED = "earning_paused"
"""The reason of an event that happened during a pause of earning."""

LONGEST_NOTICE = 500


class Paused(StrEnum):
    """What can stand still."""

    EARNING = "earning"
    REDEEMING = "redeeming"


@dataclass(frozen=True)
class Pause:
    """From `from_at` until just before `until_at`, which is None while it runs. `notice` is for the public."""

    id: UUID
    what: Paused
    notice: str
    from_at: datetime
    until_at: datetime | None


def pause_scheme(session: Session, *, what: Paused, notice: str, officer_id: int, now: datetime) -> Pause:
    """Stop it for everybody from now on. Raises NoticeUnfit, or AlreadyPaused while an earlier pause of it runs."""
    said = " ".join(notice.split())
    if not said or len(said) > LONGEST_NOTICE or not said.isprintable():
        raise NoticeUnfit(most_characters=LONGEST_NOTICE)
    pause = Pause(uuid7(now), what, said, now, None)
    made = session.execute(
        text(
            "INSERT INTO pauses (id, public_id, what, notice, from_at, paused_by)"
            " VALUES (:id, :public_id, :what, :notice, :now, :officer)"
            " ON CONFLICT (what) WHERE until_at IS NULL DO NOTHING RETURNING id"
        ),
        {
            "id": take_id(session),
            "public_id": pause.id,
            "what": what.value,
            "notice": said,
            "now": now,
            "officer": officer_id,
        },
    ).scalar()
    if made is None:
        raise AlreadyPaused(what=what.value)
    return pause


def resume_scheme(session: Session, *, pause: UUID, officer_id: int, now: datetime) -> Pause:
    """End a pause; it stays on record. Raises PauseUnknown or PauseEnded."""
    row = session.exec(
        select(PauseRow).where(PauseRow.public_id == pause).with_for_update().execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise PauseUnknown
    if row.until_at is not None:
        raise PauseEnded(ended_at=row.until_at)
    row.until_at, row.resumed_by = max(now, row.from_at), officer_id
    session.flush()
    return _read(row)


def find_pauses(session: Session, *, what: Paused) -> tuple[Pause, ...]:
    """Every pause of it that there ever was, oldest first; there are few. Asked for by every batch: without the ORM."""
    rows = session.execute(
        text("SELECT public_id, what, notice, from_at, until_at FROM pauses WHERE what = :what ORDER BY from_at"),
        {"what": what.value},
    )
    return tuple(_read(row) for row in rows)


def find_running_pauses(session: Session) -> tuple[Pause, ...]:
    """What stands still now: at most one pause of each."""
    rows = session.exec(select(PauseRow).where(col(PauseRow.until_at).is_(None)).order_by(col(PauseRow.what)))
    return tuple(_read(row) for row in rows)


def is_paused(pauses: Sequence[Pause], happened_at: datetime) -> bool:
    """Whether the instant lies in one of the pauses."""
    return any(
        pause.from_at <= happened_at and (pause.until_at is None or happened_at < pause.until_at) for pause in pauses
    )


def _read(row: PauseRow | Row[Any]) -> Pause:
    return Pause(row.public_id, Paused(row.what), row.notice, row.from_at, row.until_at)
