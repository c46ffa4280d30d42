"""What a template is: a document with named blanks."""

from typing import Annotated, Any, Literal

from pydantic import Field

from rules.conditions import Part

Answer = int | str | list[str]
BlankKind = Literal["integer", "text", "date", "words"]


class Place(Part):
    """Where an answer goes: `plus` more than it, or only the `first` of its words."""

    path: str
    plus: int = 0
    first: bool = False


class Blank(Part):
    """What the officer fills in. Its default is what stands at the first of its places.

    Integers have `minimum`, `maximum` and `unit`; `words` are a list; `fact` names the fact whose values fit.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
    label: str
    help: str
    kind: BlankKind
    places: Annotated[tuple[Place, ...], Field(min_length=1)]
    minimum: int | None = None
    maximum: int | None = None
    unit: str | None = None
    fact: str | None = None


class Template(Part):
    """`document` is a rule as it stands when no blank is filled in."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
    title: str
    description: str
    blanks: tuple[Blank, ...]
    document: dict[str, Any]

    def default_of(self, blank: Blank) -> Answer:
        answer: Answer = find_at(self.document, steps_of(blank.places[0].path))
        return answer


def steps_of(path: str) -> list[str | int]:
    """`limits[0].times` as its steps."""
    names = path.replace("[", ".[").split(".")
    return [int(name[1:-1]) if name.startswith("[") else name for name in names]


def find_at(document: Any, steps: list[str | int]) -> Any:  # noqa: ANN401 - a document is JSON, whose parts are anything
    for step in steps:
        document = document[step]
    return document
