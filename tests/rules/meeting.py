"""Rules about one kind of event that get in each other's way, and a life of such events."""

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from rules.document import Rule, read_rule
from rules.errors import DocumentRefused, RuleSetRefused
from rules.event import Event
from rules.rule_set import refuse_incoherent
from tests.rules.making import make_document, make_event
from tests.rules.strategies import START

LITTER = "urn:leeds:test"
GROUP = "group"
PICKS = st.tuples(st.integers(0, 12 * 4 - 1), st.integers(0, 3))
"""Quarters of twelve days, in which a week and a month end, with bags."""


@st.composite
def close_rule_sets(draw: st.DrawFn) -> list[Rule]:
    """Rules about one kind of event, in few campaigns, with small numbers: they get in each other's way."""
    mode = draw(st.sampled_from(["best", "sum"]))
    rules: list[Rule] = []
    for number in range(draw(st.integers(1, 5))):
        with suppress(DocumentRefused, RuleSetRefused):
            rule = read_rule(json.dumps(draw(_close_documents(number, mode))).encode())
            refuse_incoherent([*rules, rule])
            rules.append(rule)
    return rules


@st.composite
def _close_documents(draw: st.DrawFn, number: int, mode: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(["points"] * 8 + ["rate", "rate", "multiply", "unlock", "challenge"]))
    per = st.sampled_from(["day", "day", "week", "week", "month", "validity"])
    limits = []
    for _ in range(draw(st.integers(1, 3))):
        scope = draw(st.sampled_from(["resident_rule", "resident_rule", "resident_campaign", "household"]))
        either = kind not in ("rate", "multiply") and scope != "resident_campaign"
        if kind == "unlock" or (either and draw(st.booleans())):
            limits.append({"scope": scope, "per": draw(per), "times": draw(st.integers(1, 3))})
        else:
            limits.append({"scope": scope, "per": draw(per), "points": draw(st.sampled_from([3, 5, 7, 10, 16]))})
    effects = {
        "rate": {"kind": "rate", "fact": "bags", "points": draw(st.integers(1, 3)), "every": draw(st.integers(1, 4))},
        "multiply": {"kind": "multiply", "group": GROUP, "percent": draw(st.sampled_from([130, 200, 300]))},
        "unlock": {"kind": "unlock", "challenge": "c"},
    }
    condition = draw(
        st.sampled_from(
            [
                [],
                [],
                [{"fact": "bags", "op": "at_least", "value": 2}],
                [{"fact": "local.weekday", "op": "in", "value": ["monday", "friday", "saturday"]}],
            ]
        )
    )
    progress = None
    if kind in ("points", "unlock", "challenge") and draw(st.booleans()):
        progress = draw(_close_progresses(per, crowd=kind == "points"))
    return make_document(
        id=f"rul_{number}",
        campaign=draw(st.sampled_from(["cmp_one", "cmp_one", "cmp_two"])),
        trigger="challenge.unlocked" if kind == "challenge" else "litter.pick",
        source=LITTER,
        validity=draw(st.sampled_from([WHOLE, WHOLE, WHOLE, PART])),
        when=[{"fact": "challenge", "op": "is", "value": "c"}] if kind == "challenge" else condition,
        progress=progress,
        effect=effects.get(kind, {"kind": "points", "points": draw(st.sampled_from([2, 5, 8]))}),
        stacking={"group": GROUP, "mode": mode} if kind == "points" and draw(st.booleans()) else None,
        limits=limits,
    )


WHOLE = {"start": "2020-01-01", "until": "2041-01-01"}
PART = {"start": "2026-10-27", "until": "2026-11-01"}


@st.composite
def _close_progresses(draw: st.DrawFn, per: st.SearchStrategy[str], *, crowd: bool) -> dict[str, Any]:
    kind = draw(st.sampled_from(["count", "sum", "distinct_days", "streak_days", *(["community"] if crowd else [])]))
    progress: dict[str, Any] = {"kind": kind, "reach": draw(st.integers(2, 4))}
    if kind == "streak_days":
        progress["grace_days"] = draw(st.integers(0, 2))
    else:
        progress["per"] = draw(per)
    if kind == "sum":
        progress["fact"] = "bags"
    return progress | ({} if kind == "community" else {"repeat": draw(st.booleans())})


def make_pick(number: int, quarter: int, bags: int) -> Event:
    at = START + timedelta(hours=6 * quarter)
    return make_event("litter.pick", at, {"bags": bags}, name=f"{number:02}", resident={"household": "h1"})
