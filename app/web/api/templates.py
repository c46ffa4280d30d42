"""Templates for the common rules."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter

from app.rulebook.drafting.errors import TemplateNotFound
from app.web.api.answers import Shape, declines
from rules.sentence import sentence
from rules.templates import find_template, list_templates
from rules.templates.blanks import Answer, Template
from rules.templates.filling import fill

router = APIRouter(tags=["rules"])


class BlankShape(Shape):
    """What is filled in: `words` are a list, `fact` names the fact of the catalogue whose values may stand here."""

    name: str
    label: str
    help: str
    kind: Literal["integer", "text", "date", "words"]
    minimum: int | None
    maximum: int | None
    unit: str | None
    fact: str | None
    default: Answer


class TemplateShape(Shape):
    """`sentence` is the rule that the template makes when no blank is filled in."""

    id: str
    title: str
    description: str
    trigger: str
    sentence: str
    blanks: list[BlankShape]


class WholeTemplateShape(TemplateShape):
    """And the rule's document as it stands when no blank is filled in."""

    document: dict[str, Any]


class TemplatesShape(Shape):
    """By title."""

    items: list[TemplateShape]


@router.get("/v1/rules/templates", responses=declines())
def show_templates() -> TemplatesShape:
    """Templates for the common rules, each with its blanks. Open to all."""
    return TemplatesShape(items=[TemplateShape(**_facts(template)) for template in list_templates()])


@router.get("/v1/rules/templates/{id}", responses=declines(404))
def show_template(id: str) -> WholeTemplateShape:  # noqa: A002 - the path's own word
    """One template with its document. Open to all."""
    template = find_template(id)
    if template is None:
        raise TemplateNotFound
    return WholeTemplateShape(**_facts(template), document=template.document)


def _facts(template: Template) -> dict[str, Any]:
    return {
        "id": template.id,
        "title": template.title,
        "description": template.description,
        "trigger": template.document["trigger"],
        "sentence": sentence(fill(template, {})),
        "blanks": [
            BlankShape(
                name=blank.name,
                label=blank.label,
                help=blank.help,
                kind=blank.kind,
                minimum=blank.minimum,
                maximum=blank.maximum,
                unit=blank.unit,
                fact=blank.fact,
                default=template.default_of(blank),
            )
            for blank in template.blanks
        ],
    }
