"""The parts of a rule as question pages: each read from a form into the document, and written back into the form.

Everything is drawn from `rules.forms`: a fact, operator or kind of reward that is new there is on these pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.web.languages import mark
from app.web.pages.rulewriting.conditions import read_clauses
from app.web.pages.rulewriting.faults import Faults, is_within
from app.web.pages.rulewriting.numbers import read_number
from app.web.pages.whole_forms import WholeForm
from rules.forms import Field, PartForm, RuleForm, draw_form

Document = dict[str, Any]
Read = Callable[[WholeForm, Document, Faults], Document]

FORM: Final[RuleForm] = draw_form()
MOST_LIMITS: Final = 6
NOT_CHOSEN: Final = mark("Choose one")
NOT_A_NUMBER: Final = mark("Enter a whole number, such as 10")


@dataclass(frozen=True)
class Page:
    """One question page. `paths` are the members of the document that it is about, by the field that shows a fault."""

    name: str
    title: str
    hint: str
    paths: Mapping[str, str]
    read: Read


def _read_about(form: WholeForm, document: Document, _: Faults) -> Document:
    title = document.get("title", {}) | {"en": form.one("title")}
    return {
        "title": title,
        "basis": form.one("basis"),
        "campaign": form.one("campaign"),
        "validity": {"start": form.one("start"), "until": form.one("until")},
    }


def _read_event(form: WholeForm, _document: Document, _: Faults) -> Document:
    return {name: form.one(name) for name in ("trigger", "source", "evidence")}


def _read_when(form: WholeForm, document: Document, faults: Faults) -> Document:
    kind = next((kind for kind in FORM.event_types if kind.name == document["trigger"]), None)
    return {"when": read_clauses(form, "when", kind.facts if kind else (), faults)}


def _read_who(form: WholeForm, _document: Document, faults: Faults) -> Document:
    return {"who": read_clauses(form, "who", FORM.resident_facts, faults)}


def _read_award(form: WholeForm, _document: Document, faults: Faults) -> Document:
    effect = _read_kind(form, "effect", FORM.effects, faults)
    group = form.one("stacking-group")
    return {"effect": effect, "stacking": {"group": group, "mode": form.one("stacking-mode")} if group else None}


def _read_progress(form: WholeForm, _document: Document, faults: Faults) -> Document:
    return {"progress": None if form.one("progress") == "none" else _read_kind(form, "progress", FORM.progress, faults)}


def _read_limits(form: WholeForm, _document: Document, faults: Faults) -> Document:
    rows = [f"limits-{row}" for row in range(MOST_LIMITS)]
    return {"limits": [_read_fields(form, row, FORM.limits, faults) for row in rows if form.one(f"{row}-scope")]}


def _read_kind(form: WholeForm, name: str, kinds: tuple[PartForm, ...], faults: Faults) -> Document | None:
    chosen = next((kind for kind in kinds if kind.kind == form.one(name)), None)
    if chosen is None:
        faults[name] = NOT_CHOSEN
        return None
    return {"kind": chosen.kind} | _read_fields(form, f"{name}-{chosen.kind}", chosen, faults)


def _read_fields(form: WholeForm, front: str, part: PartForm, faults: Faults) -> Document:
    found: Document = {}
    for field in part.fields:
        name = f"{front}-{field.name}"
        written = form.one(name)
        if field.kind == "boolean":
            if written:
                found[field.name] = True
        elif written:
            try:
                found[field.name] = _read_value(field, written)
            except ValueError:
                faults[name] = NOT_A_NUMBER
    return found


def _read_value(field: Field, written: str) -> int | str:
    return read_number(written, None) if field.kind == "integer" else written


PAGES: Final = {
    page.name: page
    for page in (
        Page(
            "about",
            mark("What is it called, and when does it count?"),
            mark("Residents read the title. The reason for the numbers is on the public register."),
            {
                "title": "title",
                "basis": "basis",
                "campaign": "campaign",
                "validity.until": "until",
                "validity": "start",
            },
            _read_about,
        ),
        Page(
            "event",
            mark("What does a resident do?"),
            mark("A rule is about one kind of event from one source."),
            {"trigger": "trigger", "source": "source", "evidence": "evidence"},
            _read_event,
        ),
        Page(
            "when",
            mark("Which of these events count?"),
            mark("All of the conditions must hold. Leave a row empty to take it away."),
            {**{f"when[{row}]": f"when-{row}" for row in range(20)}, "when": "when-0"},
            _read_when,
        ),
        Page(
            "who",
            mark("Who can earn it?"),
            mark("With no condition, everybody who takes part can."),
            {**{f"who[{row}]": f"who-{row}" for row in range(20)}, "who": "who-0"},
            _read_who,
        ),
        Page(
            "progress",
            mark("Does it take more than one event?"),
            mark("For example, ten trips in a week, or seven days in a row."),
            {"progress": "progress"},
            _read_progress,
        ),
        Page(
            "award",
            mark("What does it give?"),
            mark("Points are only ever given."),
            {"effect": "effect", "stacking": "stacking-group"},
            _read_award,
        ),
        Page(
            "limits",
            mark("How much can it give?"),
            mark("Every rule has a limit over a day or longer: a number of times, or a number of points."),
            {**{f"limits[{row}]": f"limits-{row}" for row in range(MOST_LIMITS)}, "limits": "limits-0"},
            _read_limits,
        ),
    )
}
"""In the order in which they are asked."""


def find_part(path: str) -> Page | None:
    """The question page that a path of the document is about, as in `limits[0].times`."""
    return next((page for page in PAGES.values() for front in page.paths if is_within(path, front)), None)
