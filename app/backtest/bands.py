"""How sure a total is: drawn again and again from the residents there were, in whole numbers, ever the same."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Final

RESAMPLES: Final = 200
_BYTES_A_DRAW: Final = 4


def draw_bands(sums: Sequence[Counter[int]], signs: Sequence[int], groups: Sequence[int]) -> dict[str, int]:
    """p5, p50 and p95 of a total of points.

    `sums` are points by group of residents, each taken with its sign; `groups` are those with anybody in them. Groups
    are drawn, with replacement, as many as there are: a bootstrap by resident.
    """
    worth = [sum(sign * counter[group] for counter, sign in zip(sums, signs, strict=True)) for group in groups]
    if not worth:
        return {"p5": 0, "p50": 0, "p95": 0}
    totals = sorted(_draw_total(worth, resample) for resample in range(RESAMPLES))
    return {f"p{percent}": totals[(RESAMPLES - 1) * percent // 100] for percent in (5, 50, 95)}


def _draw_total(worth: Sequence[int], resample: int) -> int:
    # A hash in place of dice: the same residents give the same band on every machine.
    drawn = hashlib.shake_256(f"back-test {resample}".encode()).digest(_BYTES_A_DRAW * len(worth))
    return sum(
        worth[int.from_bytes(drawn[at : at + _BYTES_A_DRAW], "big") % len(worth)]
        for at in range(0, len(drawn), _BYTES_A_DRAW)
    )
