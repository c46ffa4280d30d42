"""Every award and every refusal explains itself."""

import json
from datetime import timedelta
from typing import Any

import pytest

from rules.event import Event
from rules.explain import Explanation, explain
from rules.packs import LEEDS, load_pack
from tests.rules.making import HIRE, MONDAY, make_event, make_rule, make_tap, timeline_of

PILOT = ("rul_ten_trips", "rul_cycle_distance")
PACK = timeline_of(rule for rule in load_pack(LEEDS) if rule.id in PILOT)
WARD = [{"fact": "ward", "op": "in", "value": ["Armley", "Beeston"]}]


def ride(distance_m: int, seconds: int | None, number: int = 0) -> Event:
    data = {"distance_m": distance_m} | ({} if seconds is None else {"duration_seconds": seconds})
    return Event(HIRE, f"{number}", "cycle.trip", MONDAY + timedelta(hours=number), data, {}, "verified")


def why(*events: Event) -> Explanation:
    """Of the last event."""
    return explain(PACK, events, events[-1].key, None)


def test_an_award_is_explained_by_the_rule_that_gave_it() -> None:
    explanation = why(ride(2_600, 720))
    assert explanation.sentences == ("This earned 5 points.", "Cycling by distance: 5 points.")
    (rule,) = explanation.rules
    assert (rule.outcome, rule.asked, rule.got, rule.limited_by) == ("awarded", 5, 5, None)
    assert all(check.passed for check in rule.checks)


def test_a_ride_of_no_distance_says_why_it_earned_nothing() -> None:
    explanation = why(ride(0, 20))
    assert explanation.reasons == ("conditions_not_met",)
    headline, sentence = explanation.sentences
    assert headline == "This earned no points. This did not meet the conditions for points."
    assert sentence == (
        "Cycling by distance: This did not meet the conditions for points. "
        "This counts if the distance is at least 200 metres. It is 0 metres."
    )


def test_a_bike_kept_for_13_hours_says_why_it_earned_nothing() -> None:
    sentence = why(ride(2_822, 46_765)).sentences[1]
    assert sentence.endswith("This counts if the duration is less than 3 hours. It is 12 hours 59 minutes 25 seconds.")


def test_a_fact_that_was_not_sent_is_not_known() -> None:
    explanation = why(ride(2_822, None))
    assert explanation.rules[0].outcome == "conditions_not_met"
    assert explanation.sentences[1].endswith("This counts if the duration is less than 3 hours. We were not told this.")
    rules = explanation.to_data(for_machine=True)["rules"]
    assert isinstance(rules, list)
    assert [check["fact"] for check in rules[0]["checks"] if check["reason"] == "not_known"] == ["duration_seconds"]


def test_progress_is_told() -> None:
    taps = [make_tap(600 * number) for number in range(10)]
    explanation = why(*taps[:7])
    assert explanation.sentences[1] == "Ten trips in a week: This is number 7 of 10 this week."
    assert (explanation.rules[0].done, explanation.rules[0].needed) == (7, 10)
    assert why(*taps).sentences == ("This earned 50 points.", "Ten trips in a week: 50 points.")


def test_progress_towards_a_rate_is_told() -> None:
    assert why(ride(300, 60)).sentences[1] == "Cycling by distance: You have 300 of the 500 that the next points need."


def test_a_limit_is_told() -> None:
    explanation = why(ride(9_000, 1_800), ride(9_000, 1_800, 1))
    assert explanation.sentences[1].startswith("Cycling by distance: 2 points of 18. You have already had all")
    assert explanation.rules[0].limited_by == "limit:resident_rule:day"


def test_reasons_of_two_rules_never_contradict_each_other() -> None:
    daily = make_rule(id="rul_daily")
    tenth = make_rule(
        id="rul_tenth",
        progress={"kind": "count", "per": "week", "reach": 10, "repeat": False},
        limits=[{"scope": "resident_rule", "per": "week", "times": 1}],
    )
    events = [make_event(name=name) for name in ("a", "b")]
    explanation = explain(timeline_of([daily, tenth]), events, events[-1].key, None)
    assert explanation.reasons == ("limit_reached", "progress_not_reached")
    assert explanation.sentences[0] == (
        "This earned no points. One rule has given you all the points that it can for now."
        " This counts towards the points of another rule, but you are not there yet."
    )


def test_a_tap_that_opens_no_trip_says_so_and_no_rule_is_blamed() -> None:
    taps = [make_tap(0), make_tap(3, "off")]
    explanation = explain(PACK, taps, taps[0].key, None)
    assert explanation.rules == ()
    assert explanation.reasons == ("no_trip_same_stop",)
    assert "not a trip" in explanation.sentences[0]


def test_a_spent_budget_is_told_and_the_budget_given_is_left_alone() -> None:
    left = {"cmp_ride_leeds": 2}
    event = ride(2_600, 720)
    explanation = explain(PACK, [event], event.key, left)
    assert (explanation.points, explanation.rules[0].limited_by, left) == (2, "budget", {"cmp_ride_leeds": 2})


def test_the_better_offer_is_told() -> None:
    group = {"group": "g", "mode": "best"}
    rules = [make_rule(id=f"rul_{n}", effect={"kind": "points", "points": n}, stacking=group) for n in (5, 8)]
    event = make_event(data={"bags": 1})
    explanation = explain(timeline_of(rules), [event], event.key, None)
    assert [rule.outcome for rule in explanation.rules] == ["another_offer_was_better", "awarded"]


def test_a_machine_learns_nothing_about_the_resident() -> None:
    event = make_event(data={"bags": 1}, resident={"ward": "Kirkstall"})
    explanation = explain(timeline_of([make_rule(who=WARD)]), [event], event.key, None)
    assert explanation.rules[0].outcome == "not_eligible"
    assert "Kirkstall" in json.dumps(explanation.to_data(for_machine=False))
    seen = json.dumps(explanation.to_data(for_machine=True))
    for secret in ("Kirkstall", "Armley", "ward", "not_eligible", "other residents"):
        assert secret not in seen


def test_of_alternatives_only_those_that_all_failed_are_in_the_way() -> None:
    choice = {"any": [{"fact": "bags", "op": "is", "value": 1}, {"fact": "site", "op": "is", "value": "x"}]}
    rule = make_rule(when=[choice, {"fact": "organisation", "op": "has"}])
    event = make_event(data={"bags": 1})
    sentence = explain(timeline_of([rule]), [event], event.key, None).sentences[1]
    assert "organisation" in sentence
    assert "site" not in sentence


def test_an_event_that_is_not_there_cannot_be_explained() -> None:
    with pytest.raises(LookupError):
        explain(PACK, [], ride(1, 1).key, None)


def test_an_explanation_is_plain_data() -> None:
    data = json.loads(json.dumps(why(ride(2_600, 720)).to_data(for_machine=False)))
    assert data["happened_at"] == "2026-09-07T07:00:00Z"
    assert (data["points"], data["rules"][0]["progress"]) == (5, {"done": 100, "needed": 500})


def test_people_read_what_was_asked_of_a_time_and_not_the_time() -> None:
    late = make_rule(when=[{"fact": "local.time", "op": "at_least", "value": 570}])
    event = make_event(name="a")
    explanation = explain(timeline_of([late]), [event], event.key, None)
    assert explanation.sentences[1].endswith("This counts if the local time is 09:30 or later.")
    told, sent = (_find_check(explanation, "local.time", for_machine=machine) for machine in (False, True))
    assert (told["wanted"], told["actual"], told["reason"], told["passed"]) == (570, None, None, False)
    assert sent["actual"] is not None


def _find_check(explanation: Explanation, fact: str, *, for_machine: bool) -> dict[str, Any]:
    (rule,) = json.loads(json.dumps(explanation.to_data(for_machine=for_machine)))["rules"]
    found: dict[str, Any] = next(check for check in rule["checks"] if check["fact"] == fact)
    return found
