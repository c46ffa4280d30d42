"""How points are spread over residents."""

from __future__ import annotations

from collections.abc import Mapping


def percentile(counts: Mapping[int, int], percent: int) -> int:
    """The smallest points that at least `percent` of the residents have no more than; 0 for nobody.

    `counts` are residents by points.
    """
    total, passed = sum(counts.values()), 0
    for points in sorted(counts):
        passed += counts[points]
        if passed * 100 >= total * percent:
            return points
    return 0


def spread(counts: Mapping[int, int]) -> dict[str, int]:
    """p50, p95 and max."""
    return {"p50": percentile(counts, 50), "p95": percentile(counts, 95), "max": max(counts, default=0)}
