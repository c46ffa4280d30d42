"""rewards backtest, on files of the tests' own."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from rules.packs import LEEDS

MAPS = Path(__file__).parents[2] / "app" / "earning" / "maps"
CYCLING = LEEDS / "cycle_distance.json"
Run = Callable[..., Result]


def _draft(path: Path, **changes: object) -> Path:
    document = json.loads(CYCLING.read_bytes()) | changes
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_rides_are_judged_as_if_the_rule_had_been_in_force_then(run: Run, rides: Path, tmp_path: Path) -> None:
    done = run("backtest", CYCLING, "--events", rides, "--json", tmp_path / "report.json")
    assert done.exit_code == 0, done.output
    assert "When a resident rides a bike" in done.stdout
    assert "not how behaviour will change" in done.stdout
    report = json.loads((tmp_path / "report.json").read_bytes())
    # Ann: 11,600 metres, of which 20 points is the most a day. Ben: 700 metres, then a bike kept for 13 hours.
    assert report["cost"] == {"key": "all", "before_points": 0, "after_points": 21, "difference_points": 21}
    assert report["draft"]["outcomes"] == {"awarded": 3, "conditions_not_met": 1}
    assert report["limits"][0]["after_times"] == 1
    assert report["residents"]["total"] == report["residents"]["gain"] == 2
    assert report["history"]["enough"] is False
    assert "fewer than four weeks" in done.stdout


def test_rows_that_cannot_be_read_are_counted_and_told_with_line_and_reason(run: Run, rides: Path) -> None:
    told = run("backtest", CYCLING, "--events", rides).stderr
    assert "bike-rides.toml" in told
    assert "1 of 6 rows cannot be read" in told
    assert "line 7: started_at: This is not an ISO 8601 time." in told
    assert "count once with it: 1." in told
    assert "yesterday" not in told


def test_a_changed_rule_is_set_against_the_one_in_force(run: Run, rides: Path, tmp_path: Path) -> None:
    effect = {"kind": "rate", "fact": "distance_m", "points": 1, "every": 1000}
    draft, out = _draft(tmp_path / "draft.json", effect=effect, version=2), tmp_path / "report.json"
    done = run("backtest", draft, "--events", rides, "--pack", "leeds", "--json", out)
    assert done.exit_code == 0, done.output
    report = json.loads(out.read_bytes())
    assert (report["cost"]["before_points"], report["cost"]["after_points"]) == (21, 11)
    assert (report["residents"]["gain"], report["residents"]["lose"]) == (0, 2)
    assert [sample["chosen_for"] for sample in report["samples"]] == ["biggest loss", "median points"]
    again = tmp_path / "again.json"
    run("backtest", draft, "--events", rides, "--in-force", CYCLING, "--json", again)
    assert json.loads(again.read_bytes())["cost"] == report["cost"]


def test_a_sample_is_traced_without_an_id(run: Run, rides: Path, tmp_path: Path) -> None:
    run("backtest", CYCLING, "--events", rides, "--json", tmp_path / "report.json")
    written = (tmp_path / "report.json").read_text(encoding="utf-8")
    sample = json.loads(written)["samples"][0]
    assert sum(event["points"] for event in sample["last_events"]) == sample["after_points"] == 20
    for told in ('"r1"', "ann", "07:00:00"):
        assert told not in written


def test_cloudevents_give_what_the_same_rides_give_as_csv(run: Run, tmp_path: Path) -> None:
    events = [
        {
            "specversion": "1.0",
            "id": f"r{number}",
            "source": "urn:leeds:cycle-hire",
            "type": "cycle.trip",
            "time": f"2020-06-2{number}T07:00:00Z",
            "subject": "card:ann",
            "data": {"distance_m": 2600, "duration_seconds": 720},
        }
        for number in range(2, 5)
    ]
    lines, array = tmp_path / "events.jsonl", tmp_path / "events.json"
    lines.write_text("\n".join(json.dumps(event) for event in [*events, {"id": "x"}]), encoding="utf-8")
    array.write_text(json.dumps(events), encoding="utf-8")
    for path, told in ((lines, "line 4: source"), (array, "CloudEvents")):
        out = tmp_path / "report.json"
        done = run("backtest", CYCLING, "--events", path, "--json", out)
        assert done.exit_code == 0, done.output
        assert told in done.stderr
        assert json.loads(out.read_bytes())["cost"]["after_points"] == 15


def test_a_bad_document_is_refused_with_the_path_of_each_fault(run: Run, rides: Path, tmp_path: Path) -> None:
    done = run("backtest", _draft(tmp_path / "bad.json", limits=[], extra=1), "--events", rides)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "bad.json: limits: " in done.stderr
    assert "bad.json: extra: " in done.stderr


def test_a_header_that_no_map_fits_names_the_maps_there_are(run: Run, tmp_path: Path) -> None:
    strange = tmp_path / "strange.csv"
    strange.write_text("who,when\nann,today\n", encoding="utf-8")
    done = run("backtest", CYCLING, "--events", strange)
    assert done.exit_code == 2
    assert "bike-rides.toml, metro-taps.toml" in done.stderr
    assert "--map" in done.stderr


def test_a_header_that_two_maps_fit_is_for_a_person_to_decide(run: Run, tmp_path: Path) -> None:
    both = tmp_path / "both.csv"
    header = "route_id,user_id,started_at,ended_at,distance_m,card_no,tapped_at_local,kind,station,gate,device"
    both.write_text(f"{header}\n{',' * 10}\n", encoding="utf-8")
    done = run("backtest", CYCLING, "--events", both)
    assert done.exit_code == 2
    assert "Several maps fit" in done.stderr


TAPS = """card_no,tapped_at_local,kind,station,gate,device
ann,2020-06-22 08:00:00,metro_entry,Headingley,1,
ann,2020-06-22 08:20:00,metro_exit,City,2,
ann,2020-06-22 17:00:00,bus_boarding,86,,d1
ben,2020-06-22 23:30:00,bus_boarding,1,,d2
ben,2020-06-23 00:10:00,bus_boarding,49,,d3
"""


def _draft_of_trips(path: Path) -> Path:
    """5 points for each trip, twice a day."""
    document = json.loads((LEEDS / "ten_trips.json").read_bytes()) | {
        "progress": None,
        "effect": {"kind": "points", "points": 5},
        "limits": [{"scope": "resident_rule", "per": "day", "times": 2}],
        "examples": [],
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.mark.parametrize("named", [True, False])
def test_trips_are_found_in_the_taps_of_an_operators_file(run: Run, tmp_path: Path, named: bool) -> None:  # noqa: FBT001 - a row of the table
    taps, out = tmp_path / "taps.csv", tmp_path / "report.json"
    taps.write_text(TAPS, encoding="utf-8")
    chosen = ["--map", MAPS / "metro-taps.toml"] if named else []
    done = run("backtest", _draft_of_trips(tmp_path / "trips.json"), "--events", taps, "--json", out, *chosen)
    assert done.exit_code == 0, done.output
    assert "metro-taps.toml" in done.stderr
    report = json.loads(out.read_bytes())
    # Ann: there by rail, back by bus. Ben: one trip over midnight, with a change within the hour.
    assert (report["cost"]["after_points"], report["draft"]["awards"]) == (15, 3)
    assert report["residents"]["total"] == 2
    assert "Headingley" not in out.read_text(encoding="utf-8")


def test_a_map_that_is_named_reads_a_file_that_two_maps_fit(run: Run, tmp_path: Path) -> None:
    both, out = tmp_path / "both.csv", tmp_path / "report.json"
    header = "route_id,user_id,started_at,ended_at,distance_m,card_no,tapped_at_local,kind,station,gate,device"
    row = "r1,ann,2020-06-22T07:00:00Z,2020-06-22T07:20:00Z,2600,ben,2020-06-22 08:00:00,bus_boarding,86,,d1"
    both.write_text(f"{header}\n{row}\n", encoding="utf-8")
    done = run("backtest", CYCLING, "--events", both, "--map", MAPS / "bike-rides.toml", "--json", out)
    assert done.exit_code == 0, done.output
    assert json.loads(out.read_bytes())["cost"]["after_points"] == 5


def test_a_map_that_does_not_fit_the_file_is_refused(run: Run, rides: Path) -> None:
    done = run("backtest", CYCLING, "--events", rides, "--map", MAPS / "metro-taps.toml")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "card_no" in done.stderr


def test_a_file_without_a_sound_event_says_what_is_wrong_with_it(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text('{"id": 1}\n', encoding="utf-8")
    done = run("backtest", CYCLING, "--events", empty)
    assert done.exit_code == 2
    assert "no event to judge" in done.stderr
    assert "line 1: source" in done.stderr


def test_json_without_a_floor_is_refused_and_not_followed(run: Run, tmp_path: Path) -> None:
    deep = tmp_path / "deep.json"
    deep.write_text("[" * 50_000, encoding="utf-8")
    done = run("backtest", CYCLING, "--events", deep)
    assert done.exit_code == 2
    assert "no array of JSON" in done.stderr


def test_a_file_that_is_not_there_is_told_in_a_sentence(run: Run, tmp_path: Path) -> None:
    done = run("backtest", CYCLING, "--events", tmp_path / "nowhere.csv")
    assert done.exit_code == 2
    assert "nowhere.csv" in done.stderr


def test_the_table_runs_nothing_in_a_spreadsheet(run: Run, rides: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.csv"
    run("backtest", CYCLING, "--events", rides, "--csv", out)
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert {row["section"] for row in rows} >= {"cost", "rules", "campaigns", "bands", "spread", "limits", "uptake"}
    (cost,) = (row for row in rows if row["section"] == "cost")
    assert (cost["before"], cost["after"], cost["difference"], cost["unit"]) == ("0", "21", "21", "points")


def test_the_table_holds_all_that_the_report_does(run: Run, rides: Path, tmp_path: Path) -> None:
    table, whole = tmp_path / "report.csv", tmp_path / "report.json"
    done = run(
        *("backtest", CYCLING, "--events", rides, "--budget", "cmp_ride_leeds=30"),
        *("--csv", table, "--json", whole),
    )
    assert done.exit_code == 0, done.output
    report = json.loads(whole.read_bytes())
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    sections = {row["section"] for row in rows}
    # What the table has under other names: who and what it is about, and the draft's own part.
    assert set(report) - sections == {"schema", "rule", "version", "sentence", "titles", "caveat", "draft"}
    assert sections - set(report) == {
        *("about", "outcomes", "over_validity", "wards_residents", "deciles_residents", "traces"),
    }
    assert report["sentence"] in {row["key"] for row in rows}
    assert {row["key"]: row["after"] for row in rows if row["section"] == "run_out"} == {
        "cmp_ride_leeds": report["run_out"][0]["after_on"]
    }
    samples = [row for row in rows if row["section"] == "samples"]
    assert [row["after"] for row in samples] == [str(sample["after_points"]) for sample in report["samples"]]
    traced = sum(int(row["after"]) for row in rows if row["section"] == "traces")
    assert traced == sum(event["points"] for sample in report["samples"][:2] for event in sample["last_events"])


def test_a_file_says_when_a_budget_would_run_out(run: Run, rides: Path) -> None:
    told = run("backtest", CYCLING, "--events", rides, "--budget", "cmp_ride_leeds=30").stdout
    assert "The budget of cmp_ride_leeds, 30 points: before, lasts as long as the rule; after, spent on 20" in told


@pytest.mark.parametrize("budget", ["30", "=30", "cmp_ride_leeds", "cmp_ride_leeds=-3", "cmp_ride_leeds=1e9", "c=٣"])
def test_a_budget_that_is_none_is_told_how_to_write_it(run: Run, rides: Path, budget: str) -> None:
    done = run("backtest", CYCLING, "--events", rides, "--budget", budget)
    assert done.exit_code == 2
    assert "CAMPAIGN=POINTS" in done.stderr


def test_an_officer_reads_titles_and_limits_in_words(run: Run, rides: Path, tmp_path: Path) -> None:
    table = tmp_path / "report.csv"
    told = run("backtest", CYCLING, "--events", rides, "--csv", table).stdout
    assert "  Cycling by distance " in told
    assert "at most 20 points a day per resident" in told
    assert ": You got points for this." in told
    assert "rul_" not in told
    assert "limit:" not in told
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    titles = {(row["section"], row["key"]): row["title"] for row in rows}
    assert titles["rules", "rul_cycle_distance"] == "Cycling by distance"
    assert titles["limits", "rul_cycle_distance limit:resident_rule:day"] == "at most 20 points a day per resident"
