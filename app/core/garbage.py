"""How eagerly Python looks for cycles of garbage."""

from __future__ import annotations

import gc

_YOUNG, _MIDDLE, _OLD = 100_000, 20, 50
"""A batch of a thousand events makes some fifty thousand objects, and nearly all go when its answer has left."""


def collect_rarely() -> None:
    """For a process that serves or imports: look less often, and never at what was loaded at the start.

    By default the collector walks the objects of a batch dozens of times while it is being decided, which took a third
    of the processor time of an event (docs/reference/benchmarks.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
