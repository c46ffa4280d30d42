"""Charts as SVG, drawn here: attributes only, for our content security policy allows no style of an element's own.

A chart has a title and a description, is never told by colour alone, and stands above a table of the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_WIDTH, _HEIGHT = 640, 260
_LEFT, _BOTTOM, _TOP = 64, 34, 12
_TICKS = 4


@dataclass(frozen=True)
class Bar:
    """One group: two whole numbers under one label. The first is drawn as an outline, the second filled."""

    label: str
    before: int
    after: int


def draw_bars(bars: Sequence[Bar], *, name: str, title: str, description: str) -> Markup:
    """`name` is the id that the title and the description begin with; unique on the page."""
    most = _round_up(max((max(bar.before, bar.after) for bar in bars), default=0))
    parts = [*_draw_axis(most)]
    step = (_WIDTH - _LEFT) / max(len(bars), 1)
    every = max(1, len(bars) // 6)
    for at, bar in enumerate(bars):
        left = _LEFT + at * step
        parts += [
            _draw_bar(left + step * 0.1, step * 0.4, bar.before, most, "slr-chart__before"),
            _draw_bar(left + step * 0.5, step * 0.4, bar.after, most, "slr-chart__after"),
        ]
        if at % every == 0:
            parts.append(
                Markup('<text class="slr-chart__words" x="{:.1f}" y="{}">{}</text>').format(
                    left + step * 0.1, _HEIGHT - 12, bar.label
                )
            )
    return Markup(
        '<svg class="slr-chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-description">'
        '<title id="{}-title">{}</title><desc id="{}-description">{}</desc>{}</svg>'
    ).format(_WIDTH, _HEIGHT, name, name, name, title, name, description, Markup("").join(parts))


def _draw_axis(most: int) -> list[Markup]:
    lines = []
    for tick in range(_TICKS + 1):
        value = most * tick // _TICKS
        y = _y(value, most)
        lines.append(
            Markup(
                '<line class="slr-chart__line" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
                '<text class="slr-chart__words" x="{}" y="{:.1f}" text-anchor="end">{}</text>'
            ).format(_LEFT, _WIDTH, y, y, _LEFT - 8, y + 4, f"{value:,}")
        )
    return lines


def _draw_bar(x: float, width: float, value: int, most: int, look: str) -> Markup:
    y = _y(value, most)
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
        escape(look), x, y, max(width, 0.5), max(_HEIGHT - _BOTTOM - y, 0)
    )


def _y(value: int, most: int) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - _TOP) * value / most


def _round_up(most: int) -> int:
    """To a number that four lines divide: 1, 2 or 5 times a power of ten, times four."""
    step = 1
    while step * _TICKS < most:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return step * _TICKS
