"""The sets of rules of a back-test: what can stand as it is written can be tried over any span."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.backtest.lives import HeldChunk, Life
from app.backtest.run import run_backtest
from app.backtest.sets import build_sets
from rules.document import Rule
from rules.errors import RuleSetRefused
from rules.event import Event
from rules.rule_set import refuse_incoherent
from tests.rules.making import make_rule

WEEKLY = [{"scope": "resident_rule", "per": "week", "points": 40}]
AUTUMN = {"start": "2026-09-07", "until": "2026-10-05"}


def make_member(**changes: Any) -> Rule:  # noqa: ANN401 - parts of a document
    """5 points for each pick, up to 40 a week."""
    return make_rule(**{"id": "rul_member", "stacking": {"group": "g", "mode": "sum"}, "limits": WEEKLY} | changes)


def make_double(**changes: Any) -> Rule:  # noqa: ANN401
    """Twice the points of the group."""
    effect = {"kind": "multiply", "group": "g", "percent": 200}
    return make_rule(**{"id": "rul_double", "effect": effect, "limits": WEEKLY} | changes)


def _pick(at: datetime) -> Event:
    return Event("urn:leeds:test", f"{at:%m%d}", "litter.pick", at, {}, {}, "verified")


def _try(draft: Rule, in_force: list[Rule], from_on: date, picks: list[datetime]) -> tuple[int, int]:
    """Points before and after."""
    refuse_incoherent([*in_force, draft])
    sets = build_sets(draft, in_force=in_force, zones=(), from_on=from_on, until_on=date(2026, 11, 1))
    life = Life(1, tuple(_pick(at) for at in picks))
    tallies = run_backtest(sets, [HeldChunk(((life,),))], processes=1).tallies
    return tallies.before.points, tallies.after.points


def test_what_multiplies_for_a_month_is_tried_over_a_span_that_begins_within_a_week() -> None:
    member = make_member(validity={"start": "2026-01-01", "until": "2027-01-01"})
    picks = [datetime(2026, 6, 3, 9, tzinfo=UTC), datetime(2026, 9, 8, 9, tzinfo=UTC)]
    assert _try(make_double(validity=AUTUMN), [member], date(2026, 6, 3), picks) == (10, 20)


def test_a_draft_is_tried_beside_rules_that_multiply_for_as_long_as_what_they_multiply() -> None:
    month = {"start": "2026-09-01", "until": "2026-10-01"}
    beside = [make_member(validity=month), make_double(validity=month)]
    draft = make_rule(id="rul_draft", validity=AUTUMN)
    picks = [datetime(2026, 6, 3, 9, tzinfo=UTC), datetime(2026, 9, 8, 9, tzinfo=UTC)]
    # Doubled only while that is meant to be doubled; the draft adds 5 for each.
    assert _try(draft, beside, date(2026, 6, 1), picks) == (15, 25)


@pytest.mark.parametrize("as_draft", [True, False])
def test_what_cannot_stand_as_it_is_written_is_not_tried(as_draft: bool) -> None:  # noqa: FBT001 - a row of the table
    double = make_double(validity={"start": "2026-09-09", "until": "2026-10-05"})
    draft, beside = (double, make_member()) if as_draft else (make_member(), double)
    with pytest.raises(RuleSetRefused, match="begins and ends with whole windows"):
        build_sets(draft, in_force=[beside], zones=(), from_on=date(2026, 9, 7), until_on=date(2026, 11, 1))
