"""Every template makes a rule that reads well, and whose worked examples go along with the answers."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.artefact import Artefact
from rules.catalogue import EVENT_TYPES, facts_about
from rules.document import Rule
from rules.errors import DocumentRefused, Fault
from rules.examples import run_examples
from rules.lint.findings import Surroundings
from rules.lint.run import lint
from rules.packs import LEEDS, load_pack
from rules.sentence import sentence
from rules.templates import find_template, list_templates
from rules.templates.blanks import Answer, Blank, Template
from rules.templates.filling import fill

PACK = load_pack(LEEDS)
TEMPLATES = list_templates()
EACH = pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.id)


def named(name: str) -> Template:
    template = find_template(name)
    assert template is not None
    return template


def refused(template: Template, answers: dict[str, Answer]) -> tuple[Fault, ...]:
    with pytest.raises(DocumentRefused) as refusal:
        fill(template, answers)
    return refusal.value.faults


def passes(rule: Rule) -> bool:
    return all(result.passed for result in run_examples(rule, PACK))


def test_there_is_a_template_for_each_common_rule() -> None:
    assert {template.id for template in TEMPLATES} == {
        "challenge_met",
        "challenge_opens",
        "community_goal",
        "distance",
        "double_in_wards",
        "early_trip",
        "once_for_good",
        "referral",
        "session_once_a_month",
        "streak",
        "trips_in_a_week",
    }
    assert find_template("none") is None


@EACH
def test_a_template_as_it_stands_is_a_rule_without_a_fault(template: Template) -> None:
    rule = fill(template, {})
    assert sentence(rule)
    assert rule.examples
    assert [result for result in run_examples(rule, PACK) if not result.passed] == []
    opens = find_template("challenge_opens")
    assert opens is not None
    findings = lint(rule, beside=[*PACK, fill(opens, {})], around=Surroundings())
    assert [finding for finding in findings if finding.severity == "fault"] == []


@EACH
def test_a_template_filled_with_its_own_defaults_is_as_it_stands(template: Template) -> None:
    answers = {blank.name: template.default_of(blank) for blank in template.blanks}
    assert fill(template, answers) == fill(template, {})


@EACH
def test_every_blank_can_be_put_on_a_form(template: Template) -> None:
    assert len({blank.name for blank in template.blanks}) == len(template.blanks)
    about_event, about_resident = facts_about(EVENT_TYPES[fill(template, {}).trigger])
    for blank in template.blanks:
        assert blank.help.endswith(".")
        assert (blank.minimum is None) == (blank.maximum is None) == (blank.unit is None) == (blank.kind != "integer")
        assert blank.fact is None or blank.fact in about_event | about_resident


def _answers_to(blank: Blank) -> st.SearchStrategy[Answer]:
    if blank.name == "start":
        return st.integers(0, 200).map(lambda days: (date(2027, 1, 4) + timedelta(days=days)).isoformat())
    match blank.kind:
        case "integer":
            return st.integers(blank.minimum or 0, blank.maximum or 0)
        case "words":
            words = ["bus", "tram", "rail", "ferry"] if blank.fact == "mode" else ["Armley", "Kippax & Methley"]
            return st.lists(st.sampled_from(words), min_size=1, unique=True)
        case _:
            return st.nothing()


@given(st.data())
def test_worked_examples_go_along_with_whatever_is_filled_in(data: st.DataObject) -> None:
    template = data.draw(st.sampled_from(TEMPLATES))
    asked = [blank for blank in template.blanks if not _answers_to(blank).is_empty]
    answers = {blank.name: data.draw(_answers_to(blank), blank.name) for blank in asked if data.draw(st.booleans())}
    rule = fill(template, answers)
    assert passes(rule), [result for result in run_examples(rule, PACK) if not result.passed]


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        ({"trips": 31}, "trips"),
        ({"trips": "ten"}, "trips"),
        ({"trips": True}, "trips"),
        ({"points": 0}, "points"),
        ({"modes": []}, "modes"),
        ({"modes": "bus"}, "modes"),
        ({"modes": ["bus", "moon rocket"]}, "modes"),
        ({"start": "2027-02-30"}, "start"),
        ({"start": "9999-12-31"}, "start"),
        ({"until": "2027-01-04"}, "until"),
        ({"id": "ten trips"}, "id"),
        ({"campaign": 5}, "campaign"),
        ({"title": ""}, "title"),
        ({"colour": 5}, ""),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_by_the_name_of_its_blank(answers: dict[str, Answer], path: str) -> None:
    (fault,) = refused(named("trips_in_a_week"), answers)
    assert fault.path == path
    assert fault.sentence.endswith(".")


def test_every_answer_that_does_not_fit_is_told_at_once() -> None:
    faults = refused(named("trips_in_a_week"), {"trips": 0, "modes": [], "points": 0})
    assert {fault.path for fault in faults} == {"trips", "modes", "points"}


def test_a_challenge_that_opens_and_the_one_that_is_met_stand_together() -> None:
    pair = [fill(named("challenge_opens"), {}), fill(named("challenge_met"), {})]
    assert Artefact.publish(pair).rules == tuple(sorted(pair, key=lambda rule: rule.id))
