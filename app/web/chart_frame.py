"""What every chart has: its place on the page, its title and description, and the axis of whole numbers.

SVG of attributes only, for our content security policy allows no style of an element's own. A chart is never told by
colour alone, and stands above a table of the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from markupsafe import Markup

WIDTH: Final = 640
HEIGHT: Final = 260
LEFT: Final = 88
BOTTOM: Final = 34
_TOP = 12
_TICKS = 4
_STEPS_TENTHS = (10, 20, 25, 50, 100)
_MILLION = 1_000_000


def frame(parts: Iterable[Markup], *, name: str, title: str, description: str) -> Markup:
    """`name` is the id that the title and the description begin with; unique on the page."""
    return Markup(
        '<svg class="slr-chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-description">'
        '<title id="{}-title">{}</title><desc id="{}-description">{}</desc>{}</svg>'
    ).format(WIDTH, HEIGHT, name, name, name, title, name, description, Markup("").join(parts))


def draw_axis(most: int) -> list[Markup]:
    """Lines from 0 to `most`, which `round_up` made."""
    lines = []
    for tick in range(_TICKS + 1):
        value = most * tick // _TICKS
        y = y_of(value, most)
        lines.append(
            Markup(
                '<line class="slr-chart__line" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
                '<text class="slr-chart__words" x="{}" y="{:.1f}" text-anchor="end">{}</text>'
            ).format(LEFT, WIDTH, y, y, LEFT - 8, y + 5, _write(value))
        )
    return lines


def draw_label(words: str, x: float, *, anchor: str = "start") -> Markup:
    """Beneath the chart. `anchor` is the part of the words that stands at `x`: start, middle or end."""
    return Markup(
        '<text class="slr-chart__words slr-chart__words--below" x="{:.1f}" y="{}" text-anchor="{}">{}</text>'
    ).format(x, HEIGHT - 12, anchor, words)


def write_short_day(on: date) -> str:
    """31/10: the year is told elsewhere."""
    return f"{on.day}/{on.month}"


def y_of(value: float, most: int) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - _TOP) * value / most


def _write(value: int) -> str:
    """Short enough for a phone: a tick of millions has one digit behind the point at most."""
    whole, rest = divmod(value, _MILLION)
    if not whole:
        return f"{value:,}"
    return f"{whole:,}.{rest * 10 // _MILLION}m" if rest else f"{whole:,}m"


def round_up(most: int) -> int:
    """To a number that four lines divide into steps that are easily read: 1, 2, 2.5 or 5 times a power of ten."""
    wanted = max(-(-most // _TICKS), 1)
    power: int = 10 ** (len(str(wanted)) - 1)
    steps = (power * tenths // 10 for tenths in _STEPS_TENTHS if power * tenths % 10 == 0)
    return next(step for step in steps if step >= wanted) * _TICKS
