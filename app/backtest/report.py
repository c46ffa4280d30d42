"""The report of a back-test, as JSON values: everything that an officer needs to judge a draft by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from app.backtest.bands import draw_bands
from app.backtest.names import list_names, say_limit_of
from app.backtest.rows import Row, make_row, make_rows, make_rows_of_many
from app.backtest.spread import spread
from app.backtest.tallies import Tallies
from app.rulebook.drafting.evidence import FEWEST_DAYS
from app.rulebook.run_out import find_run_out
from rules.document import Rule
from rules.sentence import sentence

CAVEAT: Final = (
    "This shows what past behaviour would have earned, not how behaviour will change. Every rule is judged as if it "
    "had been in force all the time, and no budget runs out."
)
TOO_SHORT: Final = "There are fewer than four weeks of the events that this rule is about, too few to go by."
_UPTAKE_PERCENT: Final = range(50, 201, 10)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the report has to know beside the counts. `left_points` is what each campaign's budget has now.

    `rules` are all that judged; `titles` are what people call campaigns and sources, as far as that is known.
    """

    draft: Rule
    today_on: date
    left_points: Mapping[str, int]
    samples: Sequence[Mapping[str, object]]
    rules: Sequence[Rule] = ()
    titles: Mapping[str, str] = field(default_factory=dict)


def write_report(tallies: Tallies, setting: Setting) -> dict[str, object]:
    """JSON values. Differences are after less before."""
    draft, before, after = setting.draft, tallies.before, tallies.after
    gained = sum(number for (had, gets), number in tallies.totals.items() if gets > had)
    lost = sum(number for (had, gets), number in tallies.totals.items() if gets < had)
    return {
        "schema": "rewards.backtest/1",
        "rule": draft.id,
        "version": draft.version,
        "sentence": sentence(draft, setting.titles),
        "titles": list_names(tallies, setting.rules, setting.titles),
        "caveat": CAVEAT,
        "history": _history(tallies),
        "residents": {
            "total": tallies.residents,
            "gain": gained,
            "lose": lost,
            "unchanged": tallies.residents - gained - lost,
            "with_points_before": sum(number for (had, _), number in tallies.totals.items() if had),
            "with_points_after": sum(number for (_, gets), number in tallies.totals.items() if gets),
        },
        "cost": make_row("all", before.points, after.points),
        "bands": _bands(tallies),
        "draft": {
            "awards": after.awards[draft.id],
            "points": after.rules[draft.id],
            "over_validity": project(tallies, draft),
            "outcomes": dict(sorted(tallies.outcomes.items())),
        },
        "uptake": _uptake(tallies),
        "rules": make_rows(before.rules, after.rules),
        "campaigns": make_rows(before.campaigns, after.campaigns),
        "wards": make_rows_of_many(before.wards, after.wards, tallies.ward_residents),
        "deciles": make_rows_of_many(before.deciles, after.deciles, tallies.decile_residents),
        "spread": _spreads(tallies),
        "limits": _limits(tallies, setting.rules),
        "days": _days(tallies),
        "run_out": _run_outs(tallies, setting),
        "samples": list(setting.samples),
    }


def project(tallies: Tallies, draft: Rule) -> dict[str, int]:
    """What the draft adds to the cost over its own validity, at the span's pace: low, central and high points."""
    band = _difference_band(tallies)
    valid_days, span_days = (draft.validity.until - draft.validity.start).days, _span_days(tallies)
    central = tallies.after.points - tallies.before.points
    scaled = [
        points * valid_days // span_days if span_days else 0
        for points in (min(band["p5"], central), central, max(band["p95"], central))
    ]
    return dict(zip(("low_points", "central_points", "high_points"), scaled, strict=True))


def _span_days(tallies: Tallies) -> int:
    if tallies.first_on is None or tallies.last_on is None:
        return 0
    return (tallies.last_on - tallies.first_on).days + 1


def _history(tallies: Tallies) -> Row:
    first_on, last_on = tallies.trigger_first_on, tallies.trigger_last_on
    days = 0 if first_on is None or last_on is None else (last_on - first_on).days + 1
    enough = days >= FEWEST_DAYS
    return {
        "events": tallies.events,
        "first_on": _day(tallies.first_on),
        "last_on": _day(tallies.last_on),
        "events_of_the_rule": tallies.trigger_events,
        "days_of_the_rule": days,
        "enough": enough,
        "advice": None if enough else TOO_SHORT,
    }


def _bands(tallies: Tallies) -> Row:
    groups = sorted(tallies.members)
    return {
        "before": draw_bands([tallies.before.groups], [1], groups),
        "after": draw_bands([tallies.after.groups], [1], groups),
        "difference": _difference_band(tallies),
    }


def _difference_band(tallies: Tallies) -> dict[str, int]:
    return draw_bands([tallies.after.groups, tallies.before.groups], [1, -1], sorted(tallies.members))


def _uptake(tallies: Tallies) -> list[Row]:
    difference = tallies.after.points - tallies.before.points
    return [{"percent": percent, "difference_points": difference * percent // 100} for percent in _UPTAKE_PERCENT]


def _spreads(tallies: Tallies) -> dict[str, dict[str, int]]:
    before: Counter[int] = Counter()
    after: Counter[int] = Counter()
    change: Counter[int] = Counter()
    for (had, gets), residents in tallies.totals.items():
        before[had] += residents
        after[gets] += residents
        change[gets - had] += residents
    return {"before": spread(before), "after": spread(after), "difference": spread(change)}


def _limits(tallies: Tallies, rules: Sequence[Rule]) -> list[Row]:
    before, after = tallies.before.limits, tallies.after.limits
    return [
        {
            "rule": rule,
            "limit": limit,
            "words": say_limit_of(rules, rule, limit),
            "before_times": before[rule, limit],
            "after_times": after[rule, limit],
        }
        for rule, limit in sorted(before.keys() | after.keys())
    ]


def _days(tallies: Tallies) -> list[Row]:
    before: Counter[date] = Counter()
    after: Counter[date] = Counter()
    for days, side in ((before, tallies.before), (after, tallies.after)):
        for (_, on), points in side.days.items():
            days[on] += points
    if tallies.first_on is None:
        return []
    dates = (tallies.first_on + timedelta(days=day) for day in range(_span_days(tallies)))
    return [make_row(on.isoformat(), before[on], after[on]) for on in dates if before[on] or after[on]]


def _run_outs(tallies: Tallies, setting: Setting) -> list[Row]:
    """With today's budgets; a campaign whose budget is not known has no row."""
    rows = []
    for campaign, left in sorted(setting.left_points.items()):
        dates = {}
        for name, side in (("before_on", tallies.before), ("after_on", tallies.after)):
            out_on = None
            if tallies.first_on is not None and tallies.last_on is not None:
                out_on = find_run_out(
                    *(side.days, campaign),
                    left_points=left,
                    first_on=tallies.first_on,
                    last_on=tallies.last_on,
                    today_on=setting.today_on,
                    until_on=setting.draft.validity.until,
                )
            dates[name] = _day(out_on)
        rows.append({"key": campaign, "left_points": left} | dates)
    return rows


def _day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()
