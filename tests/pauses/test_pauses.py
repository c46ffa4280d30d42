"""Pauses are intervals with who and when; one of each kind runs at a time, and none is ever removed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlmodel import Session

from app.core.ids import uuid7
from app.rulebook.errors import AlreadyPaused, NoticeUnfit, PauseEnded, PauseUnknown
from app.rulebook.pauses import (
    EARNING_PAUSED,
    LONGEST_NOTICE,
    Pause,
    Paused,
    find_pauses,
    find_running_pauses,
    is_paused,
    pause_scheme,
    resume_scheme,
)
from rules.reasons import REASONS

NOTICE = "The bus operator's data is wrong. We are mending it."
HOUR = timedelta(hours=1)


def pause(session: Session, now: datetime, what: Paused = Paused.EARNING, notice: str = NOTICE) -> Pause:
    return pause_scheme(session, what=what, notice=notice, officer_id=7, now=now)


def test_a_pause_runs_until_it_is_ended_and_stays_on_record(session: Session, now: datetime) -> None:
    begun = pause(session, now)
    assert find_running_pauses(session) == (begun,)
    ended = resume_scheme(session, pause=begun.id, officer_id=8, now=now + HOUR)
    assert find_running_pauses(session) == ()
    assert find_pauses(session, what=Paused.EARNING) == (ended,)
    assert (ended.from_at, ended.until_at) == (now, now + HOUR)
    who = session.execute(text("SELECT paused_by, resumed_by FROM pauses")).one()
    assert tuple(who) == (7, 8)


def test_earning_and_redeeming_are_paused_apart(session: Session, now: datetime) -> None:
    earning, redeeming = pause(session, now), pause(session, now, Paused.REDEEMING)
    assert find_running_pauses(session) == (earning, redeeming)
    assert find_pauses(session, what=Paused.REDEEMING) == (redeeming,)


def test_what_is_paused_is_not_paused_again_until_it_was_resumed(session: Session, now: datetime) -> None:
    first = pause(session, now)
    with pytest.raises(AlreadyPaused):
        pause(session, now + HOUR)
    resume_scheme(session, pause=first.id, officer_id=7, now=now + HOUR)
    second = pause(session, now + 2 * HOUR, notice="Again.")
    assert [one.id for one in find_pauses(session, what=Paused.EARNING)] == [first.id, second.id]


def test_a_pause_is_ended_once(session: Session, now: datetime) -> None:
    begun = pause(session, now)
    resume_scheme(session, pause=begun.id, officer_id=7, now=now + HOUR)
    with pytest.raises(PauseEnded) as refused:
        resume_scheme(session, pause=begun.id, officer_id=7, now=now + 2 * HOUR)
    assert refused.value.ended_at == "2026-11-22T13:00:00Z"


def test_a_pause_that_never_was_cannot_be_ended(session: Session, now: datetime) -> None:
    with pytest.raises(PauseUnknown):
        resume_scheme(session, pause=uuid7(now), officer_id=7, now=now)


@pytest.mark.parametrize("notice", ["", "  \n ", "x" * (LONGEST_NOTICE + 1), "Paused\x07", "Paused\0"])
def test_the_public_is_told_something_it_can_read(session: Session, now: datetime, notice: str) -> None:
    with pytest.raises(NoticeUnfit):
        pause(session, now, notice=notice)


def test_a_pause_takes_in_its_first_instant_and_not_its_last(session: Session, now: datetime) -> None:
    ended = resume_scheme(session, pause=pause(session, now).id, officer_id=7, now=now + HOUR)
    running = pause(session, now + 2 * HOUR)
    pauses, moment = (ended, running), timedelta(microseconds=1)
    inside = [now, now + HOUR - moment, now + 2 * HOUR, now + 99 * HOUR]
    outside = [now - moment, now + HOUR, now + 2 * HOUR - moment]
    assert [is_paused(pauses, at) for at in inside] == [True] * 4
    assert [is_paused(pauses, at) for at in outside] == [False] * 3


def test_without_pauses_nothing_is_paused(session: Session, now: datetime) -> None:
    assert not is_paused(find_pauses(session, what=Paused.EARNING), now)


def test_a_resident_can_read_why_a_pause_gave_no_points() -> None:
    assert "paused for everybody" in REASONS[EARNING_PAUSED]


def test_no_officer_and_no_program_removes_a_pause(session: Session, now: datetime) -> None:
    pause(session, now)
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text("DELETE FROM pauses"))


def test_the_database_itself_refuses_a_second_running_pause(session: Session, now: datetime) -> None:
    pause(session, now)
    second = text(
        "INSERT INTO pauses (id, public_id, what, notice, from_at, paused_by)"
        " SELECT 1, gen_random_uuid(), what, notice, from_at, paused_by FROM pauses"
    )
    with pytest.raises(IntegrityError, match="uq_pauses_running"):
        session.execute(second)
