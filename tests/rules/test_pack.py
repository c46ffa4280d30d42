"""The Leeds pack: what is on disk is what the pilot promises."""

from pathlib import Path

import pytest

from rules.artefact import Artefact
from rules.document import Example, Rule
from rules.errors import DocumentRefused
from rules.examples import ExampleResult, run_examples
from rules.packs import LEEDS, load_pack

PACK = load_pack(LEEDS)
RESULTS = [
    (rule, example, result)
    for rule in PACK
    for example, result in zip(rule.examples, run_examples(rule, PACK), strict=True)
]


@pytest.mark.parametrize(("rule", "example", "result"), RESULTS, ids=[f"{r.id}: {e.title}" for r, e, _ in RESULTS])
def test_every_example_of_the_pack_earns_what_it_says(rule: Rule, example: Example, result: ExampleResult) -> None:
    assert result.points == example.expect.points, (rule.id, result.each)


@pytest.mark.parametrize("rule", PACK, ids=lambda rule: rule.id)
def test_every_rule_shows_what_earns_and_what_does_not_and_the_limit(rule: Rule) -> None:
    titles = [example.title for example in rule.examples]
    for kind in ("Earns", "Does not earn", "At the limit"):
        assert any(title.startswith(kind) for title in titles)
    assert all(example.expect.points == 0 for example in rule.examples if example.title.startswith("Does not earn"))


def test_the_pack_has_the_rules_of_the_pilot_each_in_its_campaign() -> None:
    assert {rule.id: rule.campaign for rule in PACK} == {
        "rul_check_in": "cmp_drop_in",
        "rul_consultation_answered": "cmp_have_a_say",
        "rul_cycle_distance": "cmp_ride_leeds",
        "rul_double_early_trips": "cmp_get_on_board",
        "rul_early_trip": "cmp_get_on_board",
        "rul_early_trip_pass": "cmp_get_on_board",
        "rul_health_session": "cmp_move_more",
        "rul_home_energy_visit": "cmp_warm_homes",
        "rul_home_safety_check": "cmp_safe_homes",
        "rul_litter_goal": "cmp_clean_streets",
        "rul_litter_pick": "cmp_clean_streets",
        "rul_park_and_ride": "cmp_get_on_board",
        "rul_recycling_drop": "cmp_waste_less",
        "rul_referral": "cmp_bring_a_friend",
        "rul_seven_day_streak": "cmp_get_on_board",
        "rul_ten_trips": "cmp_get_on_board",
        "rul_volunteer_session": "cmp_give_time",
    }
    assert Artefact.publish(PACK).rules == PACK


def test_a_broken_file_in_a_pack_is_refused_with_its_name(tmp_path: Path) -> None:
    for file in LEEDS.glob("*.json"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "ten_trips.json").write_text(
        (LEEDS / "ten_trips.json").read_text().replace('"reach": 10', '"reach": 10.5')
    )
    with pytest.raises(DocumentRefused) as refusal:
        load_pack(tmp_path)
    assert [fault.path for fault in refusal.value.faults] == ["ten_trips.json: progress.reach"]
