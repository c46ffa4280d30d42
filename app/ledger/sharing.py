"""Whole pence split in proportion, to the last one, the same way whenever it is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction


def share_out(
    pence: int, weights: Mapping[int, int | Fraction], *, most: Mapping[int, int] | None = None
) -> dict[int, int]:
    """Split `pence` by weight, by largest remainder, the lower id first; without those who get nothing.

    Nobody gets above its `most`: what is over is split among the others, and stays where all have theirs.
    """
    shares: Counter[int] = Counter()
    open_to = {who: weight for who, weight in weights.items() if weight > 0 and (most is None or most.get(who, 0) > 0)}
    left = pence
    while left and open_to:
        total = sum(open_to.values())
        exact = {who: Fraction(left) * weight / total for who, weight in open_to.items()}
        full = {who: most[who] for who in open_to if exact[who] >= most[who]} if most is not None else {}
        if full:
            shares.update(full)
            left -= sum(full.values())
            open_to = {who: weight for who, weight in open_to.items() if who not in full}
            continue
        floors = {who: int(share) for who, share in exact.items()}
        by_remainder = sorted(exact, key=lambda who: (floors[who] - exact[who], who))
        shares.update(floors)
        shares.update(by_remainder[: left - sum(floors.values())])
        left = 0
    return {who: share for who, share in sorted(shares.items()) if share}
