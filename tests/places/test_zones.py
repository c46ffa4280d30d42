"""`rewards load-zones`, as an operator runs it, and rules that ask about a zone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from typer.testing import CliRunner, Result

from app.audit import SYSTEM, list_acts
from app.cli.program import program
from app.core.database import Database
from app.core.secret_store import Secrets
from app.rulebook.drafting.examining import examine_rule
from app.rulebook.publishing import schedule_version
from app.rulebook.queries import list_zones, load_timeline
from app.rulebook.zones import ZoneInUse, put_zones
from rules.document import Rule
from rules.lint.findings import Surroundings
from rules.places import Point, Zone
from tests.earning.world import RIDES, World, build_world
from tests.rulebook.publishing.rulemaking import make_rides

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CENTRE = [[-1.556, 53.790], [-1.530, 53.790], [-1.530, 53.805], [-1.556, 53.805], [-1.556, 53.790]]
"""Around the middle of Leeds, longitude first."""


def feature(name: str = "city_centre", outline: Any = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    geometry = {"type": "Polygon", "coordinates": [outline or CENTRE]}
    return {"type": "Feature", "properties": {"name": name, "title": "City centre"}, "geometry": geometry} | more


def run(database_url: str, folder: Path, *features: dict[str, Any], on: str = "2099-01-01") -> Result:
    file = folder / "zones.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    command = ["load-zones", str(file), "--on", on]
    return CliRunner().invoke(program, command, env={"DATABASE_URL": database_url, "SCHEME": "leeds"})


def test_zones_are_loaded_once_and_drawn_anew_while_nobody_asks_about_them(
    database_url: str, database: Database, tmp_path: Path
) -> None:
    assert run(database_url, tmp_path, feature()).stdout.splitlines() == [
        "Added: city_centre",
        "Rules can ask about them from 1 January 2099.",
    ]
    assert run(database_url, tmp_path, feature()).stdout.startswith("Unchanged: city_centre")
    assert run(database_url, tmp_path, feature(outline=CENTRE[:3])).stdout.startswith("Drawn anew: city_centre")
    (zone,) = database.in_transaction(list_zones)
    assert [(point.latitude_e6, point.longitude_e6) for point in zone.outline] == [
        (53_790_000, -1_556_000),
        (53_790_000, -1_530_000),
        (53_805_000, -1_530_000),
    ]
    acts = database.in_transaction(lambda session: list_acts(session, act="zone.put").items)
    assert [act.subject for act in acts] == ["zone:city_centre"] * 2


@pytest.mark.parametrize(
    ("features", "told"),
    [
        ([], "It has no features."),
        ([feature(geometry={"type": "Point", "coordinates": [1, 2]})], "FeatureCollection of Polygons"),
        ([feature(), feature()], "features[1]: There is another zone of the name city_centre."),
        ([feature("City Centre")], "features[0]: name: "),
        ([feature(outline=[*CENTRE[:2], CENTRE[0]])], "features[0]: outline: "),
        ([feature(outline=[[1], [2], [3], [4]])], "features[0]: A position is longitude and latitude."),
        ([feature(outline=[[53.79, 530.5], [1, 2], [3, 4]])], "features[0]: latitude_e6: "),
    ],
)
def test_a_file_that_is_not_outlines_with_names_is_refused_with_its_feature(
    database_url: str, tmp_path: Path, features: list[dict[str, Any]], told: str
) -> None:
    refused = run(database_url, tmp_path, *features)
    assert refused.exit_code == 2
    assert told in refused.stderr


def test_a_day_that_is_none_or_too_soon_is_told(database_url: str, tmp_path: Path) -> None:
    assert "2026-12-01" in run(database_url, tmp_path, feature(), on="tomorrow").stderr
    assert run(database_url, tmp_path, feature(), on="2020-01-01").exit_code == 2


def square(name: str, size_e6: int = 1_000) -> Zone:
    corners = ((0, 0), (0, size_e6), (size_e6, size_e6), (size_e6, 0))
    return Zone(name=name, title=name, outline=tuple(Point(latitude_e6=lat, longitude_e6=lon) for lat, lon in corners))


def picks_in(zone: str, expected: int) -> Rule:
    pick = {"type": "litter.pick", "time": "2026-12-02T10:00:00Z",
            "data": {"bags": 1, "latitude_e6": 500, "longitude_e6": 500}}  # fmt: skip
    return make_rides(
        id="rul_picks",
        source=RIDES,
        trigger="litter.pick",
        progress=None,
        limits=[{"scope": "resident_rule", "per": "day", "times": 1}],
        when=[{"fact": "location", "op": "within", "value": zone}],
        examples=[{"title": "One in the square", "events": [pick], "expect": {"points": expected}}],
    )


@pytest.fixture
def world(rolled_back: Database, secrets: Secrets) -> World:
    return build_world(rolled_back, secrets, residents=1, rules=[make_rides()])


def test_a_draft_about_a_zone_runs_its_examples_with_the_outlines_of_its_day(world: World) -> None:
    def look(session: Session, rule: Rule) -> tuple[list[str], list[bool]]:
        found = examine_rule(session, rule, around=Surroundings(), now=NOW)
        return [one.code for one in found.findings if one.severity == "fault"], [one.passed for one in found.examples]

    run_in = world.database.in_transaction
    assert run_in(lambda session: look(session, picks_in("square", 50))) == (["unknown_zone"], [])
    run_in(lambda session: put_zones(session, zones=[square("square")], on=date(2026, 11, 23), actor=SYSTEM, now=NOW))
    assert run_in(lambda session: look(session, picks_in("square", 50))) == ([], [True])
    assert run_in(lambda session: look(session, picks_in("square", 99))) == ([], [False])


def test_a_zone_that_a_rule_asks_about_keeps_its_outline(world: World) -> None:
    def put(session: Session, *zones: Zone) -> None:
        put_zones(session, zones=zones, on=date(2026, 11, 23), actor=SYSTEM, now=NOW)

    def schedule(session: Session) -> None:
        schedule_version(
            session, rule=picks_in("square", 50), on=date(2026, 12, 1), progress=None, officer_id=7, now=NOW
        )

    run_in = world.database.in_transaction
    run_in(lambda session: put(session, square("square"), square("other")))
    run_in(schedule)
    with pytest.raises(ZoneInUse, match="rul_picks asks about the zone square"):
        run_in(lambda session: put(session, square("square", 2_000)))
    run_in(lambda session: put(session, square("square"), square("other", 2_000)))
    timeline = run_in(load_timeline)
    assert {artefact.zones["square"] for _, artefact in timeline.entries if "square" in artefact.zones} == {
        square("square")
    }
