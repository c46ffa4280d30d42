"""The linter as a whole: it takes whatever the validator takes, and says the same of the same rules."""

from hypothesis import given

from rules.document import Rule
from rules.lint.findings import Surroundings
from rules.lint.run import lint
from tests.rules.making import make_rule
from tests.rules.strategies import SHARE, rule_sets

CITY = Surroundings(wards=("x", "y", "z"), cheapest_reward_points=20)


@SHARE
@given(rule_sets())
def test_findings_are_the_same_in_any_order_of_the_rules_and_always_say_what_to_change(rules: list[Rule]) -> None:
    for rule in rules:
        found = lint(rule, beside=rules, around=CITY)
        assert found == lint(rule, beside=rules[::-1], around=CITY)
        assert all(finding.sentence.endswith((".", "?")) and finding.mend.endswith(".") for finding in found)
        severities = [finding.severity for finding in found]
        assert severities == sorted(severities)


def test_the_first_and_the_last_days_of_the_calendar_are_days_like_others() -> None:
    streak = {"kind": "streak_days", "reach": 2, "grace_days": 0, "repeat": False}
    limits = [{"scope": "resident_rule", "per": "lifetime", "times": 1}]
    early = make_rule(validity={"start": "0001-01-01", "until": "0002-01-01"})
    late = make_rule(validity={"start": "9999-12-30", "until": "9999-12-31"}, progress=streak, limits=limits)
    assert lint(early, beside=(), around=Surroundings()) == ()
    assert [finding.code for finding in lint(late, beside=(), around=Surroundings())] == ["streak_too_long"]


def test_an_earlier_version_of_the_rule_is_not_a_rule_beside_it() -> None:
    rule = make_rule(version=2)
    assert lint(rule, beside=[make_rule()], around=Surroundings()) == ()
