from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session

from app.earning.freshness import FreshnessRead, Schedule, declare_schedule, list_freshness, note_events, note_file
from app.identity.service import register_source

SOURCE = "urn:leeds:pool"
SUNDAY = date(2026, 11, 22)


@pytest.fixture
def source(session: Session) -> int:
    return register_source(session, name=SOURCE, title="Pool", evidence="verified")


def read(session: Session, now: datetime) -> FreshnessRead:
    (found,) = list_freshness(session, now=now, feeding_only=False)
    return found


@pytest.mark.parametrize(
    ("schedule", "expected_on", "sentence"),
    [
        ("daily", date(2026, 11, 22), "The next file is expected on Sunday 22 November."),
        ("weekly", date(2026, 11, 28), "The next file is expected on Saturday 28 November."),
        (None, None, ""),
    ],
)
def test_words_and_dates_agree(
    session: Session, source: int, now: datetime, schedule: Schedule | None, expected_on: date | None, sentence: str
) -> None:
    declare_schedule(session, source_id=source, schedule=schedule, now=now)
    note_file(session, source_id=source, last_on=SUNDAY - timedelta(days=2), received_at=now)
    found = read(session, now)
    assert (found.complete_to, found.next_expected_on, found.late) == (date(2026, 11, 20), expected_on, False)
    assert found.sentence == f"Complete to Friday 20 November. {sentence}".strip()


def test_the_day_on_which_a_file_comes_is_not_complete_yet(session: Session, source: int, now: datetime) -> None:
    note_file(session, source_id=source, last_on=SUNDAY, received_at=now)
    assert read(session, now).complete_to == SUNDAY - timedelta(days=1)


def test_an_old_file_takes_nothing_back(session: Session, source: int, now: datetime) -> None:
    for day in (20, 3):
        note_file(session, source_id=source, last_on=date(2026, 11, day), received_at=now)
    assert read(session, now).complete_to == date(2026, 11, 20)


def test_a_file_that_did_not_come_is_late(session: Session, source: int, now: datetime) -> None:
    declare_schedule(session, source_id=source, schedule="daily", now=now)
    note_file(session, source_id=source, last_on=date(2026, 11, 20), received_at=now)
    found = read(session, now + timedelta(days=1))
    assert found.late
    assert found.sentence.endswith("The file that we expected on Sunday 22 November is late.")


def test_the_first_file_is_expected_from_the_day_of_the_promise(session: Session, source: int, now: datetime) -> None:
    declare_schedule(session, source_id=source, schedule="daily", now=now)
    assert read(session, now).next_expected_on == SUNDAY + timedelta(days=1)
    declare_schedule(session, source_id=source, schedule="daily", now=now + timedelta(days=3))
    assert read(session, now).next_expected_on == SUNDAY + timedelta(days=1)
    declare_schedule(session, source_id=source, schedule=None, now=now)
    assert read(session, now).next_expected_on is None


def test_events_that_come_by_themselves_complete_the_day_before(session: Session, source: int, now: datetime) -> None:
    note_events(session, newest={source: now}, now=now)
    note_events(session, newest={source: now - timedelta(days=5)}, now=now)
    assert read(session, now).complete_to == SUNDAY - timedelta(days=1)


def test_the_clock_of_leeds_says_which_day_it_is(session: Session, source: int) -> None:
    summer = datetime.fromisoformat("2026-07-01T23:30:00+00:00")  # already the second of July in Leeds
    note_file(session, source_id=source, last_on=date(2026, 7, 2), received_at=summer)
    assert read(session, summer).complete_to == date(2026, 7, 1)
