"""What officers write becomes a rule, or is refused with the path of each fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.rulebook.drafting.errors import DocumentUnfit, TemplateNotFound
from rules.document import Rule, read_rule
from rules.errors import DocumentRefused
from rules.templates import find_template
from rules.templates.blanks import Answer
from rules.templates.filling import fill

# What people read and what was tried; nobody earns more or less by it.
_ABOUT = {"title", "basis", "examples"}


MOST_EXAMPLE_EVENTS: Final = 5_000
"""They are judged at every look at the draft, so that they may not take seconds."""


def read_document(body: bytes) -> Rule:
    """Raises DocumentUnfit."""
    try:
        rule = read_rule(body)
    except DocumentRefused as refusal:
        raise DocumentUnfit.of(refusal) from None
    if sum(event.times for example in rule.examples for event in example.events) > MOST_EXAMPLE_EVENTS:
        raise DocumentUnfit([("examples", f"The worked examples have at most {MOST_EXAMPLE_EVENTS:,} events in all.")])
    return rule


def fill_template(name: str, answers: Mapping[str, Answer]) -> Rule:
    """A rule from a template's id and answers by blank. Raises TemplateNotFound or DocumentUnfit."""
    template = find_template(name)
    if template is None:
        raise TemplateNotFound
    try:
        return fill(template, answers)
    except DocumentRefused as refusal:
        raise DocumentUnfit.of(refusal) from None


def decide_alike(one: Rule, other: Rule) -> bool:
    """Whether both give everybody the same points, whatever they are called."""
    return one.model_dump(exclude=_ABOUT) == other.model_dump(exclude=_ABOUT)


def dump_rule(rule: Rule) -> dict[str, Any]:
    """The document as it was written: what was left out stays out."""
    document: dict[str, Any] = rule.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return document
