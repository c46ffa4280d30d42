"""Charts of bars: two numbers for each day or group, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from app.web.chart_frame import BOTTOM, HEIGHT, LEFT, WIDTH, draw_axis, draw_label, frame, round_up, y_of


@dataclass(frozen=True)
class Bar:
    """One group: two whole numbers under one label. The first is drawn as an outline, the second filled."""

    label: str
    before: int
    after: int


def draw_bars(bars: Sequence[Bar], *, name: str, title: str, description: str) -> Markup:
    """`name` is the id that the title and the description begin with; unique on the page."""
    most = round_up(max((max(bar.before, bar.after) for bar in bars), default=0))
    parts = draw_axis(most)
    step = (WIDTH - LEFT) / max(len(bars), 1)
    every = max(1, -(-len(bars) // 5))
    for at, bar in enumerate(bars):
        left = LEFT + at * step
        parts += [
            _draw_bar(left + step * 0.1, step * 0.4, bar.before, most, "slr-chart__before"),
            _draw_bar(left + step * 0.5, step * 0.4, bar.after, most, "slr-chart__after"),
        ]
        if at % every == 0:
            parts.append(draw_label(bar.label, left + step * 0.1))
    return frame(parts, name=name, title=title, description=description)


def _draw_bar(x: float, width: float, value: int, most: int, look: str) -> Markup:
    y = y_of(value, most)
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
        escape(look), x, y, max(width, 0.5), max(HEIGHT - BOTTOM - y, 0)
    )
