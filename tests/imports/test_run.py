from __future__ import annotations

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import SetClock
from app.core.database import Database
from app.core.secret_store import Secrets
from app.earning.importing.declaration import load_map
from app.earning.importing.errors import NothingToShift
from app.earning.importing.faults import FaultFile
from app.earning.importing.mapping import DateSpan, EventMapper
from app.earning.importing.reading import read_rows
from app.earning.importing.run import BATCH, ImportJob, Tally, client_for, measure_dates, run_import
from app.earning.intake import IntakeOptions
from app.ledger.verify import verify_ledger
from tests.earning.world import World, build_world

MAP = load_map(Path(__file__).parents[2] / "app" / "earning" / "maps" / "bike-rides.toml")
HEADER = "route_id,user_id,started_at,ended_at,distance_m\n"
BANK_CARD = "4111111111111111"


@pytest.fixture
def world(rolled_back: Database, secrets: Secrets) -> World:
    return build_world(rolled_back, secrets)


@pytest.fixture
def job(world: World) -> ImportJob:
    return ImportJob(EventMapper(MAP, b"key"), client_for(MAP), world.keys, IntakeOptions(timedelta(days=14)))


def ride(number: int, *, card: str = "0", on: str = "2026-11-20", metres: str = "2600", ends: str = "10:20") -> str:
    minute, second = divmod(number, 60)
    return f"r{number},{card},{on}T10:{minute % 20:02}:{second:02}Z,{on}T{ends}:59Z,{metres}\n"


def run(world: World, job: ImportJob, folder: Path, *rows: str) -> tuple[Tally, list[dict[str, str]]]:
    file, errors = folder / "rides.csv", folder / "errors.csv"
    file.write_text(HEADER + "".join(rows), encoding="utf-8")
    with FaultFile(errors) as faults:
        read = read_rows(file, MAP.file, MAP.columns())
        tally = run_import(world.database, rows=read, job=job, faults=faults, clock=SetClock(world.now))
    if not errors.exists():
        return tally, []
    with errors.open(encoding="utf-8", newline="") as told:
        return tally, list(csv.DictReader(told))


def add_up(tally: Tally) -> int:
    return tally.recorded + tally.awarded + tally.duplicate + tally.rejected + tally.not_enrolled + tally.held


def test_a_file_earns_once_however_often_it_is_imported(world: World, job: ImportJob, tmp_path: Path) -> None:
    rows = [ride(1), ride(2, metres="0"), ride(3, card="1")]
    first, _ = run(world, job, tmp_path, *rows)
    second, _ = run(world, job, tmp_path, *rows)
    assert str(first) == "read 3, recorded 1, awarded 2, duplicate 0, rejected 0"
    assert str(second) == "read 3, recorded 0, awarded 0, duplicate 3, rejected 0"
    assert world.database.in_transaction(verify_ledger).findings == ()


def test_every_row_is_counted_once(world: World, job: ImportJob, tmp_path: Path) -> None:
    tally, errors = run(
        world,
        job,
        tmp_path,
        ride(1),
        ride(1),
        ride(1, metres="2601"),
        ride(2, card="nobody"),
        ride(3, on="2026-10-01"),
        ride(4, metres="far"),
        ride(5, on="2026-11-23"),
        ride(6, metres="-3"),
        ride(7, ends="09:00"),
        "r8,0\n",
    )
    assert str(tally) == "read 10, recorded 0, awarded 1, duplicate 1, rejected 7"
    assert tally.not_enrolled == 1
    assert add_up(tally) == tally.read
    assert sorted((int(row["line"]), row["column"], row["code"]) for row in errors) == [
        (4, "", "event-changed"),
        (6, "started_at", "event-too-late"),
        (7, "distance_m", "number-malformed"),
        (8, "started_at", "event-in-future"),
        (9, "distance_m", "data-invalid"),
        (10, "ended_at", "ends-before-it-begins"),
        (11, "", "row-malformed"),
    ]


def test_a_card_number_is_never_repeated(world: World, job: ImportJob, tmp_path: Path) -> None:
    tally, errors = run(world, job, tmp_path, ride(1, card=BANK_CARD), ride(2, card=BANK_CARD, metres="x"), ride(3))
    assert (tally.rejected, tally.awarded) == (2, 1)
    assert {row["code"] for row in errors} == {"bank-card-number", "number-malformed"}
    assert BANK_CARD not in (tmp_path / "errors.csv").read_text(encoding="utf-8")


def test_history_is_kept_and_never_paid(world: World, job: ImportJob, tmp_path: Path) -> None:
    old = replace(job, options=IntakeOptions(late_window=None, history=True))
    tally, _ = run(world, old, tmp_path, ride(1, on="2026-08-01"), ride(2, on="2026-08-02"))
    assert str(tally) == "read 2, recorded 2, awarded 0, duplicate 0, rejected 0"

    def reasons(session: Session) -> list[list[str]]:
        return list(session.execute(text("SELECT reasons FROM events")).scalars())

    assert world.database.in_transaction(reasons) == [["before_scheme"], ["before_scheme"]]
    assert world.explain(MAP.source, "r1").sentences


def test_a_file_longer_than_a_batch_is_imported_whole(world: World, job: ImportJob, tmp_path: Path) -> None:
    tally, _ = run(world, job, tmp_path, *(ride(number) for number in range(BATCH + 5)))
    assert tally.read == BATCH + 5 == add_up(tally)
    assert tally.awarded > 0


def test_error_rows_of_an_earlier_run_do_not_linger(world: World, job: ImportJob, tmp_path: Path) -> None:
    assert run(world, job, tmp_path, ride(1, metres="far"))[1]
    assert not run(world, job, tmp_path, ride(1))[1]


def test_a_file_that_is_not_ours_is_never_overwritten(tmp_path: Path) -> None:
    precious = tmp_path / "errors.csv"
    precious.write_text("somebody's own notes\n", encoding="utf-8")
    with FaultFile(precious) as faults, pytest.raises(FileExistsError):
        faults.add(line=2, column="", reason="because", code="why")
    assert precious.read_text(encoding="utf-8") == "somebody's own notes\n"


def test_the_span_of_dates_ignores_rows_that_cannot_be_read(tmp_path: Path, job: ImportJob) -> None:
    file = tmp_path / "rides.csv"
    file.write_text(HEADER + ride(1, on="2026-06-30") + "x\n" + ride(2, on="never") + ride(3, on="2026-06-02"))
    span = measure_dates(read_rows(file, MAP.file, MAP.columns()), job.mapper, name=file.name)
    assert (span.first_on.isoformat(), span.last_on.isoformat()) == ("2026-06-02", "2026-06-30")
    assert isinstance(span, DateSpan)


def test_a_file_without_any_time_cannot_be_moved(tmp_path: Path, job: ImportJob) -> None:
    file = tmp_path / "rides.csv"
    file.write_text(HEADER + ride(1, on="never"))
    with pytest.raises(NothingToShift):
        measure_dates(read_rows(file, MAP.file, MAP.columns()), job.mapper, name=file.name)
