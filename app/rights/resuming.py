"""Ending a pause of the scheme: not while it is what a wind-down has closed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.rights.stewardship_errors import ClosedByWindDown
from app.rights.winding_down import find_wind_down, lock_wind_down
from app.rulebook.pauses import Pause, Paused, find_running_pauses, resume_scheme


def end_pause(session: Session, *, pause: UUID, officer_id: int, now: datetime) -> Pause:
    """From now on it goes on. Raises PauseUnknown, PauseEnded or ClosedByWindDown.

    While a wind-down stands, earning stays closed whoever asks; once it is over, redeeming does. Calling it off comes
    first, which is for an administrator.
    """
    lock_wind_down(session)
    wind_down = find_wind_down(session)
    if wind_down is not None:
        closed = {Paused.EARNING} if wind_down.closed_at is None else {Paused.EARNING, Paused.REDEEMING}
        if any(one.id == pause and one.what in closed for one in find_running_pauses(session)):
            raise ClosedByWindDown(ends_on=wind_down.ends_on)
    return resume_scheme(session, pause=pause, officer_id=officer_id, now=now)
