"""The chart of a budget: what was left of it after each day, and where it goes at the pace of the last days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from markupsafe import Markup

from app.rulebook.burn_down import BurnDown
from app.rulebook.campaigns import CampaignRead
from app.web.chart_frame import LEFT, WIDTH, draw_axis, draw_label, frame, round_up, y_of

LEAST_DAYS: Final = 28
"""The chart looks ahead as many days as have been, and at least so many."""


@dataclass(frozen=True)
class _Span:
    """From the left edge to the right one; what is known ends at `seen_on`."""

    first_on: date
    seen_on: date
    last_on: date

    def x_of(self, on: date) -> float:
        return LEFT + (WIDTH - LEFT - 1) * (on - self.first_on).days / (self.last_on - self.first_on).days


def draw_burn_down(burn_down: BurnDown, campaign: CampaignRead, *, today: date, title: str, description: str) -> Markup:
    """A line in steps for what was left, then a broken one to the date on which the points run out, if they do."""
    span, days = _find_span(burn_down, campaign, today), burn_down.days
    most = round_up(max([campaign.funded_points, *(day.left_points for day in days)]))
    line = f"M{span.x_of(span.first_on):.1f} {y_of(campaign.funded_points, most):.1f}"
    for day in days:
        line += f"H{span.x_of(day.on):.1f}V{y_of(day.left_points, most):.1f}"
    parts = [
        *draw_axis(most),
        Markup('<path class="slr-chart__left" d="{}H{:.1f}"/>').format(line, span.x_of(span.seen_on)),
    ]
    if burn_down.run_out_on is not None and burn_down.run_out_on > span.seen_on:
        left = days[-1].left_points
        # What lies beyond the right edge is not drawn: there the line has come a part of the way only.
        gone = left * min(1.0, (span.last_on - span.seen_on).days / (burn_down.run_out_on - span.seen_on).days)
        here, there = (span.x_of(span.seen_on), y_of(left, most)), (span.x_of(span.last_on), y_of(left - gone, most))
        parts.append(Markup('<path class="slr-chart__ahead" d="M{:.1f} {:.1f}L{:.1f} {:.1f}"/>').format(*here, *there))
    parts += [draw_label(_write(span.first_on), LEFT), draw_label(_write(span.last_on), WIDTH - 1, anchor="end")]
    return frame(parts, name="burn-down", title=title, description=description)


def _find_span(burn_down: BurnDown, campaign: CampaignRead, today: date) -> _Span:
    moved_on = [day.on for day in burn_down.days]
    first_on = min([campaign.starts_on, *moved_on])
    seen_on = max([min(today, campaign.ends_on), first_on, *moved_on])
    ahead_on = seen_on + max(seen_on - first_on, timedelta(days=LEAST_DAYS))
    last_on = min(campaign.ends_on, burn_down.run_out_on or campaign.ends_on, ahead_on)
    return _Span(first_on, seen_on, max(last_on, seen_on, first_on + timedelta(days=1)))


def _write(on: date) -> str:
    return f"{on.day}/{on.month}/{on.year}"
