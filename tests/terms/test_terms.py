"""Terms have versions by date; people accept the current one, and every acceptance is kept with its text's hash."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import Session

from app.residents.queries import ResidentRead
from app.residents.service import enrol_resident
from app.residents.terms.acceptance import TermsStanding, accept_terms, get_terms_standing
from app.residents.terms.book import LEEDS_TERMS, TermsBook, load_terms
from app.residents.terms.errors import TermsReplaced, TermsUnknown
from tests.api.city import City
from tests.api.undone import UndoneCity

FIRST, SECOND, NEXT_YEAR = "2026-06-01", "2026-11-01", "2027-01-01"


@pytest.fixture
def book(tmp_path: Path) -> TermsBook:
    """Terms that were changed once, and will be again."""
    for version in (NEXT_YEAR, FIRST, SECOND):
        (tmp_path / f"{version}.md").write_text(f"# Terms\n\nAs of {version}.\n", encoding="utf-8")
    return load_terms(tmp_path)


@pytest.fixture
def city(undone_city: UndoneCity, now: datetime) -> City:
    """Residents whose accounts others opened: they have accepted nothing yet."""
    return undone_city(now)


def join(session: Session, now: datetime, version: str | None) -> ResidentRead:
    return enrol_resident(
        session, name="A", connection="live", ward=None, enrolled_at=now, now=now, terms_version=version
    )


def current(now: datetime) -> str:
    return LEEDS_TERMS.get_current(today=now.date()).version


@pytest.mark.parametrize(
    ("today", "version"),
    [
        (date(2026, 5, 31), FIRST),
        (date(2026, 6, 1), FIRST),
        (date(2026, 10, 31), FIRST),
        (date(2026, 11, 1), SECOND),
        (date(2027, 1, 1), NEXT_YEAR),
    ],
)
def test_terms_apply_from_their_date_until_the_next(book: TermsBook, today: date, version: str) -> None:
    assert book.get_current(today=today).version == version


def test_who_joins_accepts_the_terms_and_the_text_they_saw_is_on_record(session: Session, now: datetime) -> None:
    resident = join(session, now, current(now))
    standing = get_terms_standing(session, resident_id=resident.id, now=now)
    assert standing == TermsStanding(current(now), now, None)
    kept = session.execute(text("SELECT resident_id, text_sha256 FROM terms_acceptances")).one()
    shown = LEEDS_TERMS.get_current(today=now.date()).text
    assert tuple(kept) == (resident.id, sha256(shown.encode()).hexdigest())


def test_nobody_joins_under_terms_that_do_not_exist(session: Session, now: datetime) -> None:
    with pytest.raises(TermsUnknown):
        join(session, now, "2020-01-01")


def test_an_account_that_others_opened_has_the_terms_waiting(session: Session, now: datetime) -> None:
    resident = join(session, now, None)
    assert get_terms_standing(session, resident_id=resident.id, now=now) == TermsStanding(None, None, current(now))


def test_newer_terms_wait_until_they_are_accepted_and_the_old_acceptance_stays(
    session: Session, now: datetime, book: TermsBook
) -> None:
    resident, before = join(session, now, None), now - timedelta(days=60)
    accept_terms(session, resident_id=resident.id, version=FIRST, now=before, book=book)
    waiting = get_terms_standing(session, resident_id=resident.id, now=now, book=book)
    assert waiting == TermsStanding(FIRST, before, SECOND)
    accepted = accept_terms(session, resident_id=resident.id, version=SECOND, now=now, book=book)
    assert accepted == TermsStanding(SECOND, now, None)
    kept = session.execute(text("SELECT version, accepted_at FROM terms_acceptances ORDER BY version")).all()
    assert [tuple(row) for row in kept] == [(FIRST, before), (SECOND, now)]


@pytest.mark.parametrize("version", [FIRST, NEXT_YEAR])
def test_only_the_current_terms_can_be_accepted(session: Session, now: datetime, book: TermsBook, version: str) -> None:
    with pytest.raises(TermsReplaced) as refused:
        accept_terms(session, resident_id=1, version=version, now=now, book=book)
    assert refused.value.current_version == SECOND


def test_accepting_twice_keeps_the_first_instant(session: Session, now: datetime, book: TermsBook) -> None:
    resident = join(session, now, None)
    for at in (now, now + timedelta(hours=1)):
        standing = accept_terms(session, resident_id=resident.id, version=SECOND, now=at, book=book)
        assert standing.accepted_at == now


@pytest.mark.parametrize("change", ["TRUNCATE terms_acceptances", "UPDATE terms_acceptances SET version = ''"])
def test_no_program_changes_what_somebody_accepted(session: Session, now: datetime, change: str) -> None:
    """It goes with the person, when somebody is erased, and never otherwise."""
    join(session, now, current(now))
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(change))


@pytest.mark.parametrize(("name", "content"), [("soon.md", "# Terms\n"), ("2026-01-01.md", "Terms\n")])
def test_a_text_without_date_or_title_stops_the_program(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"does not begin with a title|isoformat"):
        load_terms(tmp_path)


def test_everybody_can_read_the_terms_and_that_they_are_a_draft(city: City) -> None:
    shown = city.http.get("/v1/terms").json()
    assert shown["version"] == shown["applies_from_on"] == current(city.clock.now())
    assert shown["text"].startswith(f"# {shown['title']}\n")
    assert shown["draft"] is True
    assert "solicitor" in shown["text"]


def test_a_resident_sees_that_terms_wait_and_accepts_them(city: City) -> None:
    version = current(city.clock.now())
    before = city.http.get("/v1/me", headers=city.resident(0)).json()["terms"]
    assert before == {"accepted_version": None, "accepted_at": None, "waiting_version": version}
    accepted = city.http.post("/v1/me/terms", json={"version": version}, headers=city.resident(0))
    assert accepted.json() == {
        "accepted_version": version,
        "accepted_at": "2026-11-22T12:00:00Z",
        "waiting_version": None,
    }
    assert city.http.get("/v1/me", headers=city.resident(0)).json()["terms"] == accepted.json()
    assert city.http.get("/v1/me", headers=city.resident(1)).json()["terms"] == before


@pytest.mark.parametrize("order", [{}, {"version": ""}, {"version": "2020-01-01"}, {"version": "\0"}, {"version": 1}])
def test_an_acceptance_of_nothing_we_know_is_refused(city: City, order: dict[str, object]) -> None:
    refused = city.http.post("/v1/me/terms", json=order, headers=city.resident(0))
    assert refused.status_code == 422
    assert city.http.get("/v1/me", headers=city.resident(0)).json()["terms"]["accepted_version"] is None


@pytest.mark.parametrize("who", ["officer", "staff", "taps"])
def test_nobody_accepts_terms_for_a_resident(city: City, who: str) -> None:
    order = {"version": current(city.clock.now())}
    assert city.http.post("/v1/me/terms", json=order, headers=city.by(who)).status_code == 403
