"""A few residents with what became of their last events, without a name or an id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from app.backtest.judging import judge_group
from app.backtest.lives import Chunk
from app.backtest.run import Finished
from app.backtest.sets import Engine, RuleSets, load_engine
from app.backtest.spread import percentile
from app.backtest.tallies import Tallies, Who
from rules.explain import explain

LAST_EVENTS: Final = 3


def trace_samples(sets: RuleSets, chunks: Sequence[Chunk], finished: Finished) -> list[dict[str, object]]:
    """Each: why chosen, a number within the report, points before and after, and the trace of the last events."""
    engine = load_engine(sets)
    told: dict[Who, int] = {}
    samples = []
    for reason, who in _choose(finished.tallies):
        number = told.setdefault(who, len(told) + 1)
        samples.append({"chosen_for": reason, "resident": number} | _trace(engine, chunks[who[1]], who, finished))
    return samples


def _choose(tallies: Tallies) -> list[tuple[str, Who]]:
    chosen = []
    if tallies.most_gained is not None:
        chosen.append(("biggest gain", tallies.most_gained[1]))
    if tallies.most_lost is not None:
        chosen.append(("biggest loss", tallies.most_lost[1]))
    if tallies.residents:
        after = sorted(tallies.someone)
        median = percentile(_after(tallies), 50)
        chosen.append(("median points", tallies.someone[median]))
        if after[0] == 0 != median:
            chosen.append(("no points", tallies.someone[0]))
    return chosen


def _after(tallies: Tallies) -> dict[int, int]:
    counts: dict[int, int] = {}
    for (_, after), residents in tallies.totals.items():
        counts[after] = counts.get(after, 0) + residents
    return counts


def _trace(engine: Engine, chunk: Chunk, who: Who, finished: Finished) -> dict[str, object]:
    group = next(group for group in chunk.read() if any(life.number == who[0] for life in group))
    settled = finished.settled
    (before,) = (one for one in judge_group(engine.before, group, settled.before) if one.life.number == who[0])
    (after,) = (one for one in judge_group(engine.after, group, settled.after) if one.life.number == who[0])
    # With what others had used and done by then, so that the trace comes to what was counted.
    events = [
        replace(event, shared=outcome.shared) for event, outcome in zip(after.life.events, after.outcomes, strict=True)
    ]
    traces = []
    for event in events[-LAST_EVENTS:]:
        data = explain(engine.after, events, event.key, None).to_data(for_machine=True)
        # The event's own id, its source and its second would tell who it was.
        traces.append({"type": data["type"], "happened_on": str(data["happened_at"])[:10]} | _keep(data))
    return {
        "events": len(events),
        "before_points": sum(outcome.points for outcome in before.outcomes),
        "after_points": sum(outcome.points for outcome in after.outcomes),
        "last_events": traces,
    }


def _keep(data: dict[str, object]) -> dict[str, object]:
    return {name: data[name] for name in ("points", "reasons", "rules", "sentences")}
