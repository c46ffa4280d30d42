from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel import Session
from typer.testing import CliRunner, Result

from app.cli.program import program
from app.core.clock import SystemClock, london_date
from tests.demo.conftest import Demo

MAPS = Path(__file__).parents[2] / "app" / "earning" / "maps"
RIDES, TAPS = str(MAPS / "bike-rides.toml"), str(MAPS / "metro-taps.toml")
RIDE_ROWS = """route_id,user_id,started_at,ended_at,distance_m
r1,a,2020-06-21T07:00:00Z,2020-06-21T07:20:00Z,5000
r2,a,2020-06-21T09:00:00Z,2020-06-21T09:00:20Z,0
r3,b,2020-06-20T09:00:00Z,2020-06-20T22:10:00Z,2822
r4,b,2020-06-19T09:00:00Z,2020-06-19T09:10:00Z,1500
"""
TAP_ROWS = """card_no,tapped_at_local,kind,station,operator,gate,device,fare_fen,paid_fen\r
AAA,2018-08-31 00:01:00,metro_entry,布吉,x,g1,d1,0,0\r
AAA,2018-08-31 00:03:30,metro_exit,布吉,x,g2,d2,200,200\r
BBB,2018-08-30 23:14:50,bus_boarding,M433(皇岗),x,g,d,200,200\r
BBB,2018-08-30 22:14:50,metro_entry,,x,g,d,0,0\r
"""

Run = Callable[..., Result]


@pytest.fixture
def run(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`rewards` in this process, in the demonstration's environment."""
    for name, value in demo.environment().items():
        monkeypatch.setenv(name, value)
    runner = CliRunner()
    return lambda *words: runner.invoke(program, [str(word) for word in words])


def write(folder: Path, rows: str) -> Path:
    path = folder / "operator.csv"
    path.write_text(rows, encoding="utf-8")
    return path


def yesterday() -> str:
    return (london_date(SystemClock().now()) - timedelta(days=1)).isoformat()


def last_line(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()[-1]


def test_credentials_are_json_and_nothing_else(run: Run) -> None:
    result = run("demo-credentials", "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["base_url"] == "http://127.0.0.1:8000"
    assert result.stderr == ""


def test_the_first_of_each_is_given_as_shell_variables(run: Run) -> None:
    told = dict(line.split("=", 1) for line in run("demo-credentials").stdout.splitlines())
    assert told["CLIENT_ID"] == "leeds-buses"
    assert told["CARD"].startswith("card:")


def test_seeding_again_changes_nothing(run: Run) -> None:
    before = json.loads(run("demo-credentials", "--json").stdout)["residents"]
    assert run("seed-demo").exit_code == 0
    after = json.loads(run("demo-credentials", "--json").stdout)["residents"]
    assert [entry["id"] for entry in before] == [entry["id"] for entry in after]


def test_rides_of_strangers_earn_after_demo_enrolment_and_dirt_says_why(run: Run, tmp_path: Path) -> None:
    words = ("import", write(tmp_path, RIDE_ROWS), "--map", RIDES, "--demo-enrol", "--shift-to", yesterday())
    assert last_line(run(*words)) == "read 4, recorded 2, awarded 2, duplicate 0, rejected 0"
    assert last_line(run(*words)) == "read 4, recorded 0, awarded 0, duplicate 4, rejected 0"
    assert "earned 10 points" in run("explain", "urn:leeds:cycle-hire", "r1").stdout
    assert "metres" in run("explain", "urn:leeds:cycle-hire", "r2").stdout
    assert "hours" in run("explain", "urn:leeds:cycle-hire", "r3").stdout
    assert run("verify-ledger").exit_code == 0


def test_taps_become_trips_on_the_day_that_was_asked_for(run: Run, demo: Demo, tmp_path: Path) -> None:
    words = ("import", write(tmp_path, TAP_ROWS), "--map", TAPS, "--demo-enrol", "--shift-to", yesterday())
    assert last_line(run(*words)) == "read 4, recorded 4, awarded 0, duplicate 0, rejected 0"
    assert last_line(run(*words)) == "read 4, recorded 0, awarded 0, duplicate 4, rejected 0"

    def imported(session: Session) -> list[tuple[str, datetime, list[str]]]:
        rows = session.execute(
            text(
                "SELECT external_id, happened_at, reasons FROM events"
                " WHERE type = 'transit.tap' AND external_id NOT LIKE 'demo-%' ORDER BY 2"
            )
        )
        return [(row[0], row[1], row[2]) for row in rows]

    runtime = demo.runtime()
    events = runtime.database.in_transaction(imported)
    runtime.database.dispose()
    assert london_date(events[-1][1]).isoformat() == yesterday()
    assert [reasons for _, _, reasons in events] == [
        ["progress_not_reached"],
        ["part_of_trip"],
        ["no_trip_same_stop"],
        ["tap_off"],
    ]
    assert all(run("explain", "urn:wymetro:taps", event_id).exit_code == 0 for event_id, _, _ in events)


def test_history_of_strangers_is_kept_unpaid_when_they_are_enrolled(run: Run, tmp_path: Path) -> None:
    words = ("import", write(tmp_path, RIDE_ROWS), "--map", RIDES, "--demo-enrol", "--history")
    assert last_line(run(*words)) == "read 4, recorded 4, awarded 0, duplicate 0, rejected 0"
    assert "before the scheme" in run("explain", "urn:leeds:cycle-hire", "r1").stdout


def test_strangers_are_counted_and_the_sum_is_explained(run: Run, tmp_path: Path) -> None:
    result = run("import", write(tmp_path, RIDE_ROWS), "--map", RIDES, "--history")
    assert last_line(result) == "read 4, recorded 0, awarded 0, duplicate 0, rejected 0"
    assert result.stdout.splitlines()[-2].startswith("not enrolled 4 ")


def test_rejected_rows_go_to_a_file_beside_the_imported_one(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path, RIDE_ROWS.replace("5000", "far"))
    words = ("import", file, "--map", RIDES, "--demo-enrol", "--shift-to", yesterday())
    assert last_line(run(*words)) == "read 4, recorded 2, awarded 1, duplicate 0, rejected 1"
    errors = (tmp_path / "operator.errors.csv").read_text(encoding="utf-8").splitlines()
    assert errors == ["line,column,reason,code", "2,distance_m,This is not a number.,number-malformed"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--map", RIDES, "--shift-to", "2026-01-01"), "--demo-enrol"),
        (("--map", RIDES, "--demo-enrol", "--shift-to", "9999-01-01"), "in the future"),
        (("--map", TAPS), '"card_no"'),
        (("--map", "none.toml"), "none.toml"),
    ],
)
def test_an_import_that_cannot_be_is_refused_in_one_sentence(
    run: Run, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    result = run("import", write(tmp_path, RIDE_ROWS), *words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_changed_balance_is_found(run: Run, demo: Demo) -> None:
    assert run("verify-ledger").exit_code == 0
    with psycopg.connect(demo.database_url) as connection:
        connection.execute("SET search_path = leeds")
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger_accounts SET posted = posted + 1 WHERE kind = 2")
    result = run("verify-ledger")
    assert result.exit_code == 1
    assert "WRONG" in result.stdout.splitlines()[-1]


def test_an_altered_rule_is_found_though_every_balance_agrees(run: Run, demo: Demo) -> None:
    with psycopg.connect(demo.database_url) as connection:
        connection.execute("SET session_replication_role = replica")
        kept = connection.execute("SELECT id, body FROM leeds.rule_artefacts WHERE superseded_at IS NULL").fetchall()
        for number, body in kept:
            changed = body.replace(b'"reach":10,', b'"reach":9,')
            connection.execute("UPDATE leeds.rule_artefacts SET body = %s WHERE id = %s", [changed, number])
    result = run("verify-ledger")
    assert result.exit_code == 1
    assert "not as they were published: rule rul_ten_trips" in result.stdout


def test_vouchers_whose_time_is_over_end(run: Run, demo: Demo) -> None:
    with psycopg.connect(demo.database_url) as connection:
        done = connection.execute(
            "UPDATE leeds.redemptions SET expires_at = now() - interval '1 day' WHERE status = 'issued'"
        )
        open_vouchers = done.rowcount
    assert run("expire").stdout.startswith(f"Expired {open_vouchers} vouchers")
    assert run("expire").stdout.startswith("Expired 0 vouchers")
    assert run("verify-ledger").exit_code == 0


def test_where_there_are_two_administrators_no_other_is_made_on_the_command_line(run: Run) -> None:
    told = run("create-officer", "--name", "a", "--email", "a@leeds.example", "--role", "admin")
    assert told.exit_code == 2
    assert "two administrators already" in told.stderr


def test_an_unknown_event_is_told_in_one_sentence(run: Run) -> None:
    result = run("explain", "urn:wymetro:taps", "none")
    assert result.exit_code == 2
    assert result.stderr == "Error: There is no event with this source and id.\n"
