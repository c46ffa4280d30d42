"""What officers write becomes a rule, or is refused with the path of each fault."""

from __future__ import annotations

from collections.abc import Mapping

from app.rulebook.drafting.errors import DocumentUnfit, TemplateNotFound
from rules.document import Rule, read_rule
from rules.errors import DocumentRefused
from rules.templates import find_template
from rules.templates.blanks import Answer
from rules.templates.filling import fill

# What people read and what was tried; nobody earns more or less by it.
_ABOUT = {"title", "basis", "examples"}


def read_document(body: bytes) -> Rule:
    """Raises DocumentUnfit."""
    try:
        return read_rule(body)
    except DocumentRefused as refusal:
        raise DocumentUnfit.of(refusal) from None


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
