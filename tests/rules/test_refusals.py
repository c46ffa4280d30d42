"""Each rule set that is refused for the sake of property 8 would indeed have let more effort earn less."""

from datetime import timedelta
from typing import Any

import pytest

from rules.artefact import Artefact
from rules.errors import DocumentRefused, RuleSetRefused
from rules.event import Event
from rules.fold import replay
from tests.rules.making import MONDAY, make_event, make_rule, timeline_of

Json = dict[str, Any]
TUESDAY, FRIDAY = 1, 4
SUM_GROUP = {"group": "g", "mode": "sum"}


def limit(per: str, *, scope: str = "resident_rule", **most: int) -> Json:
    return {"scope": scope, "per": per, **most}


def pick(day: float, bags: int = 1, **facts: str) -> Event:
    return make_event(at=MONDAY + timedelta(days=day), data={"bags": bags, **facts}, name=f"{day:05.2f}")


def bags(number: int) -> list[Json]:
    return [{"fact": "bags", "op": "is", "value": number}]


WEEKLY = [limit("week", times=9)]
TWICE = {"kind": "multiply", "group": "g", "percent": 200}
COUNT = {"kind": "count", "per": "week", "reach": 2, "repeat": True}
OPENED = [{"fact": "challenge", "op": "is", "value": "c"}]
UNLOCK = {"kind": "unlock", "challenge": "c"}
CASES: list[tuple[str, list[Json], list[Event], Event]] = [
    (
        "an award cut short takes a whole turn",
        [{"limits": [limit("day", points=7), limit("week", times=2)]}],
        [pick(0), pick(TUESDAY)],
        pick(0.1),
    ),
    (
        "a campaign's day crosses a rule's week",
        [
            {"id": "rul_a", "when": bags(1), "limits": [limit("week", points=5)]},
            {"id": "rul_b", "when": bags(2), "limits": [limit("day", scope="resident_campaign", points=5)]},
        ],
        [pick(0, 2), pick(FRIDAY, 1)],
        pick(-0.1, 1),
    ),
    (
        "a small award takes the campaign's turn of a large one",
        [
            {"id": "rul_a", "when": bags(1), "limits": WEEKLY},
            {
                "id": "rul_b",
                "when": bags(2),
                "effect": {"kind": "points", "points": 9},
                "limits": [limit("week", scope="resident_campaign", times=1)],
            },
        ],
        [pick(0, 2)],
        pick(-0.1, 1),
    ),
    (
        "progress that repeats under a daily limit",
        [{"progress": COUNT, "limits": [limit("day", times=1)]}],
        [pick(0), pick(0.1), pick(0.2), pick(TUESDAY)],
        pick(-0.1),
    ),
    (
        "a sum that repeats, by times",
        [{"progress": COUNT | {"kind": "sum", "fact": "bags", "reach": 10}, "limits": [limit("week", times=1)]}],
        [pick(0, 20)],
        pick(-0.1, 10),
    ),
    (
        "a remainder carried into another month",
        [
            {
                "effect": {"kind": "rate", "fact": "bags", "points": 1, "every": 2},
                "limits": [limit("week", points=100), limit("month", points=1)],
            }
        ],
        # Monday 28 September 2026 begins a week that ends in October.
        [pick(0, 2), pick(21, 1), pick(24, 1)],
        pick(22, 1),
    ),
    (
        "what is multiplied has a wider window than what multiplies",
        [
            {"id": "rul_a", "limits": [limit("week", points=10)], "stacking": SUM_GROUP},
            {"id": "rul_m", "effect": TWICE, "limits": [limit("day", points=5)]},
        ],
        [pick(0), pick(TUESDAY)],
        pick(0.1),
    ),
    (
        "small awards displace one that is multiplied",
        [
            {
                "id": "rul_a",
                "when": bags(1),
                "limits": [limit("day", scope="resident_campaign", points=5)],
                "stacking": SUM_GROUP,
            },
            {"id": "rul_b", "when": bags(2), "limits": [limit("day", times=9)]},
            {"id": "rul_m", "campaign": "cmp_other", "effect": TWICE, "limits": [limit("day", points=50)]},
        ],
        [pick(0, 1)],
        pick(-0.1, 2),
    ),
    (
        "what multiplies begins within a week",
        [
            {"id": "rul_a", "limits": [limit("week", times=1)], "stacking": SUM_GROUP},
            {
                "id": "rul_m",
                "effect": TWICE,
                "limits": [limit("week", points=50)],
                "validity": {"start": "2026-09-09", "until": "2030-01-01"},
            },
        ],
        [pick(FRIDAY)],
        pick(0),
    ),
    (
        "what multiplies asks for other events than what it multiplies",
        [
            {"id": "rul_a", "limits": [limit("week", times=1)], "stacking": SUM_GROUP},
            {"id": "rul_m", "effect": TWICE, "when": bags(1), "limits": [limit("week", points=50)]},
        ],
        [pick(FRIDAY, 1)],
        pick(0, 2),
    ),
    (
        "a challenge is rewarded over a shorter window than it is opened in",
        [
            {"id": "rul_u", "effect": UNLOCK, "progress": COUNT, "limits": WEEKLY},
            {"id": "rul_v", "trigger": "challenge.unlocked", "source": "urn:leeds:test", "when": OPENED},
        ],
        [pick(0), pick(0.1), pick(0.2), pick(TUESDAY)],
        pick(-0.1),
    ),
    (
        "a challenge is rewarded from later on than it is opened",
        [
            {"id": "rul_u", "effect": UNLOCK, "progress": COUNT | {"repeat": False}, "limits": WEEKLY},
            {
                "id": "rul_v",
                "trigger": "challenge.unlocked",
                "source": "urn:leeds:test",
                "when": OPENED,
                "limits": WEEKLY,
                "validity": {"start": "2026-09-08", "until": "2041-01-01"},
            },
        ],
        [pick(0), pick(TUESDAY)],
        pick(0.1),
    ),
]


@pytest.mark.parametrize(("documents", "life", "extra"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_refused_would_have_let_more_effort_earn_less(
    documents: list[Json], life: list[Event], extra: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises((DocumentRefused, RuleSetRefused)):
        Artefact.publish([make_rule(**document) for document in documents])
    for check in ("find_amount_fault", "find_part_fault", "find_limit_fault"):
        monkeypatch.setattr(f"rules.document.{check}", lambda *_: None)
    monkeypatch.setattr("rules.artefact.refuse_incoherent", lambda _: None)
    timeline = timeline_of([make_rule(**document) for document in documents])

    def total(events: list[Event]) -> int:
        return sum(outcome.points for outcome in replay(timeline, events, None).outcomes)

    assert total([*life, extra]) < total(life)


CHALLENGE = {"trigger": "challenge.unlocked", "source": "urn:leeds:test", "limits": WEEKLY}


def _opens(name: str, about: str | None = None) -> Json:
    when = {} if about is None else CHALLENGE | {"when": [{"fact": "challenge", "op": "is", "value": about}]}
    return {"id": f"rul_{name}", "effect": {"kind": "unlock", "challenge": name}, "limits": WEEKLY} | when


@pytest.mark.parametrize(
    ("documents", "sentence"),
    [
        ([_opens("a", "b"), _opens("b", "a")], "circle"),
        ([_opens("a", "c"), _opens("b", "a"), _opens("c", "b")], "circle"),
        ([_opens("a"), _opens("a") | {"id": "rul_z"}], "already"),
        ([_opens("a"), _opens("b", "a") | {"source": "urn:leeds:other"}], "same source"),
        ([_opens("a"), _opens("b", "a") | {"evidence": "registered_organisation"}], "no stricter evidence"),
    ],
)
def test_challenges_that_cannot_stand_together_are_refused(documents: list[Json], sentence: str) -> None:
    with pytest.raises(RuleSetRefused, match=sentence):
        Artefact.publish([make_rule(**document) for document in documents])


def test_a_zone_that_is_not_published_is_refused() -> None:
    rule = make_rule(when=[{"fact": "zone", "op": "is", "value": "nowhere"}])
    with pytest.raises(RuleSetRefused, match="no zone"):
        Artefact.publish([rule])
