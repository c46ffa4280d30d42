"""A rule reads as one plain sentence, and the small print after it."""

from hypothesis import assume, given

from rules.document import Rule
from rules.packs import LEEDS, load_pack
from rules.sentence import sentence
from tests.rules.making import make_rule
from tests.rules.strategies import SHARE, rule_sets

SENTENCES = {rule.id: sentence(rule) for rule in load_pack(LEEDS)}


def test_the_ten_trips_read_as_the_design_says() -> None:
    assert SENTENCES["rul_ten_trips"] == (
        "When a resident makes a trip where the type of transport is bus, tram or rail, on reaching 10 in a week "
        "(Monday to Sunday), they get 50 points; at most once a week (Monday to Sunday) per resident. "
        "From 1 June 2026 to 31 March 2028, sent by urn:wymetro:taps and reported by a trusted source, "
        "paid by cmp_get_on_board."
    )


def test_a_rate_reads_by_its_unit() -> None:
    assert "they get 1 point for every 500 metres of distance" in SENTENCES["rul_cycle_distance"]
    assert "the duration is less than 3 hours" in SENTENCES["rul_cycle_distance"]


def test_choices_and_the_resident_are_read_out() -> None:
    rule = make_rule(
        who=[{"fact": "ward", "op": "is", "value": "Armley"}],
        when=[
            {"fact": "local.time", "op": "below", "value": 450},
            {"any": [{"fact": "bags", "op": "is", "value": 1}, {"fact": "site", "op": "is", "value": "Park 2"}]},
        ],
    )
    assert sentence(rule).startswith(
        "When a resident whose ward is Armley takes part in a litter pick where the local time is before 07:30 "
        "and either the number of bags is 1 bag or the site is “Park 2”, "
        "they get 5 points; at most once a day per resident."
    )


@SHARE
@given(rule_sets(), rule_sets())
def test_property_14_different_documents_give_different_sentences(some: list[Rule], others: list[Rule]) -> None:
    silent = {"id", "version", "title", "basis", "examples", "document"}
    assume(some and others)
    one, other = (rules[0].model_dump(exclude=silent) for rules in (some, others))
    assume(one != other)
    assert sentence(some[0]) != sentence(others[0])
