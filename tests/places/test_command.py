"""`rewards load-places`, as an operator runs it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from app.cli.program import program
from app.core.database import Database
from app.residents.places.queries import find_place, find_stop_wards
from app.residents.places.synthetic import SYNTHETIC_FILES


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """The synthetic tables, postcodes first, so that order can't be what makes it work."""
    return [Path(shutil.copy(path, tmp_path)) for path in reversed(SYNTHETIC_FILES)]


def run(database_url: str, *files: Path) -> Result:
    return CliRunner().invoke(
        program, ["load-places", *map(str, files)], env={"DATABASE_URL": database_url, "SCHEME": "leeds"}
    )


def test_the_tables_are_loaded_in_any_order_and_again(database_url: str, database: Database, files: list[Path]) -> None:
    first = run(database_url, *files)
    assert first.exit_code == 0, first.output
    assert first.stdout.splitlines() == [
        "wards.csv, wards: read 8, changed 8, unchanged 0, rejected 0",
        "deprivation.csv, deprivation: read 16, changed 16, unchanged 0, rejected 0",
        "postcodes.csv, postcodes: read 60, changed 60, unchanged 0, rejected 0",
        "stops.csv, stops: read 30, changed 30, unchanged 0, rejected 0",
    ]
    again = run(database_url, *files)
    assert again.stdout.count("changed 0,") == 4
    assert database.in_transaction(lambda session: find_place(session, postcode="LS99 1CM")) is not None


def test_rows_that_are_wrong_are_written_beside_the_file_with_line_and_reason(
    database_url: str, database: Database, files: list[Path], tmp_path: Path
) -> None:
    run(database_url, *files)
    stops = tmp_path / "more.csv"
    stops.write_text(
        "ATCOCode,CommonName,Latitude,Longitude,WardCode,Notes\n"
        "450099100,Good,53.8,-1.5,E05099901,extra\n"
        "450099101,Short\n"
        "450099102,Elsewhere,53.8,-1.5,E05000001,\n"
        "450099103,Too far north,99,-1.5,E05099901,\n",
        encoding="utf-8",
    )
    told = run(database_url, stops)
    assert told.exit_code == 0, told.output
    assert told.stdout.splitlines()[-1] == "more.csv, stops: read 4, changed 1, unchanged 0, rejected 3"
    faults = (tmp_path / "more.errors.csv").read_text(encoding="utf-8").splitlines()
    assert [fault.split(",")[:2] for fault in faults[1:]] == [["3", ""], ["4", "WardCode"], ["5", "Latitude"]]
    wards = database.in_transaction(lambda session: find_stop_wards(session, stops=["450099100", "450099102"]))
    assert wards == {"450099100": "Armley"}


def test_a_table_with_a_missing_column_stops_everything_before_anything_is_loaded(
    database_url: str, database: Database, files: list[Path], tmp_path: Path
) -> None:
    bad = tmp_path / "stops-without-wards.csv"
    bad.write_text("ATCOCode,CommonName,Latitude,Longitude\n450099100,Good,53.8,-1.5\n", encoding="utf-8")
    told = run(database_url, *files, bad)
    assert told.exit_code == 2
    assert "stops-without-wards.csv is a table of stops and has no column WardCode" in told.stderr
    assert database.in_transaction(lambda session: find_place(session, postcode="LS99 1CM")) is None


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"road,day\nA,B\n"])
def test_what_is_no_such_table_is_told_in_a_sentence(database_url: str, tmp_path: Path, content: bytes) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(content)
    told = run(database_url, bad)
    assert told.exit_code == 2
    assert told.stderr.startswith("Error: The file bad.csv")


def test_a_file_that_breaks_off_in_the_middle_of_its_encoding_changes_nothing(
    database_url: str, database: Database, tmp_path: Path
) -> None:
    bad = tmp_path / "wards.csv"
    bad.write_bytes(b"WD25CD,WD25NM\n" + b"E05099901,Armley\n" * 1000 + b"E05099902,Gipt\xff")
    told = run(database_url, bad)
    assert told.exit_code == 2
    assert "not UTF-8" in told.stderr
    counted = database.in_transaction(lambda session: session.execute(text("SELECT count(*) FROM wards")).scalar_one())
    assert counted == 0
