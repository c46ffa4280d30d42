"""Templates for the common rules, one file each. Here and in the packs alone the engine reads files, once at import."""

from pathlib import Path
from typing import Final

from rules.templates.blanks import Blank, BlankKind, Place, Template


def _blank(name: str, path: str, label: str, told: str, kind: BlankKind = "text") -> Blank:
    return Blank(name=name, label=label, help=told, kind=kind, places=(Place(path=path),))


# The blanks that every rule has.
_COMMON: Final = (
    _blank(
        "id",
        "id",
        "Name of the rule",
        "For records: rul_, then small letters, digits and _. It never changes.",
    ),
    _blank("title", "title.en", "Title", "What residents see."),
    _blank("campaign", "campaign", "Campaign", "The campaign whose budget pays."),
    _blank("source", "source", "Source", "The one sender whose events count."),
    _blank("start", "validity.start", "First day", "The first date in force.", "date"),
    _blank("until", "validity.until", "Ends before", "The first date no longer in force.", "date"),
    _blank("basis", "basis", "Basis", "Who decided the numbers, and where that is written."),
)


def _load() -> dict[str, Template]:
    templates = [Template.model_validate_json(file.read_bytes()) for file in Path(__file__).parent.glob("*.json")]
    whole = [template.model_copy(update={"blanks": _COMMON + template.blanks}) for template in templates]
    return {template.id: template for template in sorted(whole, key=lambda template: template.title)}


_TEMPLATES: Final = _load()


def list_templates() -> tuple[Template, ...]:
    """By title."""
    return tuple(_TEMPLATES.values())


def find_template(name: str) -> Template | None:
    """By its id."""
    return _TEMPLATES.get(name)
