"""A template and its answers become a rule, with worked examples that go along with the answers."""

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any, Final

from rules.clock import FIRST_YEAR, LAST_YEAR
from rules.document import Rule, read_rule
from rules.errors import DocumentRefused, Fault
from rules.templates.blanks import Answer, Blank, Place, Template, find_at, steps_of

_WEEK: Final = timedelta(days=7)
_FIRST_DAY: Final = "start"


def fill(template: Template, answers: Mapping[str, Answer]) -> Rule:
    """The rule with each answer in its places, and the default where there is none.

    The worked examples move with the first day, by whole weeks. Raises DocumentRefused; the path of a fault is the name
    of the blank that it lies in, or its place in the document.
    """
    blanks = {blank.name: blank for blank in template.blanks}
    faults = (
        [Fault("", "There is an answer to a blank that the template does not have.")]
        if set(answers) - set(blanks)
        else []
    )
    faults += [
        Fault(name, sentence)
        for name in answers
        if name in blanks and (sentence := _misfit(blanks[name], answers[name]))
    ]
    if faults:
        raise DocumentRefused(tuple(faults))
    document = deepcopy(template.document)
    for name, answer in answers.items():
        for place in blanks[name].places:
            *before, last = steps_of(place.path)
            find_at(document, before)[last] = _at(place, answer)
    if _FIRST_DAY in answers:
        _move_examples(document, from_on=str(template.document["validity"]["start"]), to_on=str(answers[_FIRST_DAY]))
    try:
        return read_rule(json.dumps(document).encode())
    except DocumentRefused as refusal:
        raise DocumentRefused(tuple(_name_blanks(refusal.faults, template.blanks))) from None


def _at(place: Place, answer: Answer) -> Answer:
    if isinstance(answer, int):
        return answer + place.plus
    return answer[0] if place.first else answer


def _misfit(blank: Blank, answer: object) -> str | None:
    """What the rule itself cannot tell: the bounds of the blank, and what the examples need of it."""
    if blank.kind == "integer":
        low, high = blank.minimum or 0, blank.maximum or 0
        fits = type(answer) is int and low <= answer <= high
        return None if fits else f"This must be a whole number from {low:,} to {high:,}."
    if blank.kind == "words":
        fits = isinstance(answer, list) and bool(answer) and all(isinstance(word, str) for word in answer)
        return None if fits else "This must be a list of one word or more."
    if blank.kind == "date":
        return (
            None if _is_date(answer) else f"This must be a date from {FIRST_YEAR} to {LAST_YEAR}, such as 2027-01-04."
        )
    return None if isinstance(answer, str) else "This must be text."


def _is_date(answer: object) -> bool:
    try:
        date.fromisoformat(str(answer))
    except ValueError:
        return False
    return isinstance(answer, str) and FIRST_YEAR <= date.fromisoformat(answer).year <= LAST_YEAR


def _move_examples(document: dict[str, Any], *, from_on: str, to_on: str) -> None:
    """Weekdays stay what they are, and nothing happens before the first day."""
    days = (date.fromisoformat(to_on) - date.fromisoformat(from_on)).days
    moved = -(-days // _WEEK.days) * _WEEK
    for example in document["examples"]:
        for event in example["events"]:
            event["time"] = (datetime.fromisoformat(event["time"]) + moved).isoformat()


def _name_blanks(faults: Iterable[Fault], blanks: Iterable[Blank]) -> Iterable[Fault]:
    names = {place.path: blank.name for blank in blanks for place in blank.places}
    for fault in faults:
        # A fault may lie in one of the words of a list.
        whole = fault.path.removesuffix("]").rstrip("0123456789").removesuffix("[")
        yield Fault(names.get(fault.path) or names.get(whole) or fault.path, fault.sentence)
