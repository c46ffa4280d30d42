from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.core.clock import LONDON
from app.earning.importing.declaration import load_map
from app.earning.importing.mapping import EventMapper, shift_days
from app.earning.importing.reading import RowFault

MAPS = Path(__file__).parents[2] / "app" / "earning" / "maps"
RIDES = EventMapper(load_map(MAPS / "bike-rides.toml"), b"key")
TAPS = EventMapper(load_map(MAPS / "metro-taps.toml"), b"key")
RIDE = {
    "route_id": "route_06@1",
    "user_id": "rider-1",
    "started_at": "2020-06-21T04:17:37Z",
    "ended_at": "2020-06-21T04:27:37Z",
    "distance_m": "2822",
}
TAP = {
    "card_no": "HHACJAJDI",
    "tapped_at_local": "2018-08-31 08:05:00",
    "kind": "metro_entry",
    "station": "布吉",
    "gate": "IGT-105",
    "device": "263032105",
}


def test_a_row_becomes_the_event_that_its_map_declares() -> None:
    assert RIDES.to_event(RIDE) == {
        "specversion": "1.0",
        "id": "route_06@1",
        "source": "urn:leeds:cycle-hire",
        "type": "cycle.trip",
        "time": "2020-06-21T04:17:37Z",
        "subject": "card:rider-1",
        "data": {"distance_m": 2822, "duration_seconds": 600},
    }


def test_a_tap_at_eight_on_the_wall_is_a_tap_at_eight_in_leeds() -> None:
    event = TAPS.to_event(TAP)
    assert event["time"] == "2018-08-31T07:05:00Z"
    assert event["data"] == {"mode": "rail", "leg": "on", "stop": "布吉"}


def test_the_route_of_a_bus_is_not_taken_for_a_stop() -> None:
    event = TAPS.to_event(TAP | {"kind": "bus_boarding", "station": "M433(皇岗)"})
    assert event["data"] == {"mode": "bus", "leg": "on"}


@pytest.mark.parametrize(("station", "stop"), [("", None), ("?I岭", "I岭"), ("A  (B)", "A-B"), ("...", "...")])
def test_a_stop_keeps_what_a_name_may_hold(station: str, stop: str | None) -> None:
    data = TAPS.to_event(TAP | {"station": station})["data"]
    assert isinstance(data, dict)
    assert data.get("stop") == stop


def test_the_id_of_a_row_without_one_is_the_same_every_time_and_tells_no_card() -> None:
    event_id = TAPS.to_event(TAP)["id"]
    assert event_id == TAPS.to_event(dict(reversed(TAP.items())))["id"]
    assert event_id != TAPS.to_event(TAP | {"gate": "IGT-106"})["id"]
    assert event_id != replace(TAPS, hash_key=b"other").to_event(TAP)["id"]
    assert "HHACJAJDI" not in str(event_id)


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("distance_m", "", "cell-empty"),
        ("distance_m", "far", "number-malformed"),
        ("distance_m", "NaN", "number-malformed"),
        ("distance_m", "1e400", "number-malformed"),
        ("started_at", "yesterday", "time-malformed"),
        ("started_at", "0001-01-01T00:00:00+23:59", "time-malformed"),
        ("ended_at", "2020-06-21T04:17:36Z", "ends-before-it-begins"),
        ("user_id", " ", "cell-empty"),
        ("route_id", "", "cell-empty"),
    ],
)
def test_a_cell_that_cannot_be_used_is_named_and_not_repeated(column: str, cell: str, code: str) -> None:
    with pytest.raises(RowFault) as fault:
        RIDES.to_event(RIDE | {column: cell})
    assert (fault.value.column, fault.value.code) == (column, code)
    assert len(cell.strip()) < 2 or cell not in str(fault.value)


def test_a_kind_that_the_map_does_not_know_is_a_fault() -> None:
    with pytest.raises(RowFault, match="metro_entry, metro_exit, bus_boarding"):
        TAPS.to_event(TAP | {"kind": "ferry"})


@given(
    st.datetimes(datetime(2018, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive
    st.integers(-4000, 4000),
)
def test_moved_dates_keep_the_time_on_the_wall(instant: datetime, days: int) -> None:
    moved = shift_days(instant, days)
    before, after = instant.astimezone(LONDON), moved.astimezone(LONDON)
    wanted = before.replace(tzinfo=None) + timedelta(days=days)
    # An hour that the clocks skip in spring does not exist on that day; the instant then lies an hour later.
    assume(wanted.replace(tzinfo=LONDON).astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) == wanted)
    assert after.replace(tzinfo=None) == wanted


def test_dates_move_across_the_change_of_clocks() -> None:
    moved = replace(TAPS, shift_days=(date(2026, 11, 20) - date(2018, 8, 31)).days).to_event(TAP)
    assert moved["time"] == "2026-11-20T08:05:00Z"
