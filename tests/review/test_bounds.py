"""The bounds of flags are the scheme's own, within what can make sense; a wrong one stops the start and is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.cli.scheme import Choice
from app.core.errors import Misconfigured
from app.core.flag_bounds import USUAL_BOUNDS, FlagBounds
from app.core.settings import Settings
from app.earning.suspicion import find_suspicion

RIDE = {"distance_m": 10_000, "duration_seconds": 1_000}
"""36 km an hour."""


@pytest.mark.parametrize(
    ("kind", "data", "bound", "flag"),
    [
        ("cycle.trip", RIDE, {"ride_km_an_hour": 35}, "too_fast"),
        ("cycle.trip", RIDE | {"distance_m": 30_001, "duration_seconds": 9_999}, {"ride_km": 30}, "too_far"),
        ("walk.day", {"steps": 20_001}, {"steps_a_day": 20_000}, "too_many_steps"),
        ("volunteer.session", {"minutes": 61}, {"session_minutes": 60}, "too_long"),
        ("litter.pick", {"bags": 6}, {"litter_bags": 5}, "too_many_bags"),
        ("recycle.drop", {"grams": 10_001}, {"recycled_kg": 10}, "too_heavy"),
    ],
)
def test_a_bound_that_was_lowered_flags_what_was_usual_before(
    monkeypatch: pytest.MonkeyPatch, kind: str, data: dict[str, object], bound: dict[str, int], flag: str
) -> None:
    assert find_suspicion(kind, data, USUAL_BOUNDS) is None
    monkeypatch.setenv("FLAG_BOUNDS", str(bound).replace("'", '"'))
    lowered = Settings().flag_bounds
    assert find_suspicion(kind, data, lowered) == flag
    (name, number), *_ = bound.items()
    assert find_suspicion(kind, data, lowered.model_copy(update={name: number * 2})) is None


@pytest.mark.parametrize(
    ("written", "named"),
    [("{", "FLAG_BOUNDS"), ('{"steps_a_day": 9}', "FLAG_BOUNDS.STEPS_A_DAY"), ('{"miles": 9}', "FLAG_BOUNDS.MILES")],
)
def test_a_bound_that_makes_no_sense_stops_the_start(monkeypatch: pytest.MonkeyPatch, written: str, named: str) -> None:
    monkeypatch.setenv("FLAG_BOUNDS", written)
    with pytest.raises(ValidationError):
        Settings()
    with pytest.raises(Misconfigured, match=rf"^{re.escape(named)} is not usable"):
        Choice().settings()


def test_every_bound_is_described() -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "review-flags.md").read_text(encoding="utf-8")
    for name, bound in FlagBounds.model_fields.items():
        assert f"| `{name}` | {bound.default:,} |" in page
