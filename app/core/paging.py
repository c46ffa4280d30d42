"""Lists in pages: the cursor is the public id of the last item given, so a page never shifts under its reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from app.core.errors import Invalid

T = TypeVar("T")

MOST_A_PAGE = 200


class CursorUnknown(Invalid):
    """`after` is not a cursor that a page has given."""

    code = "cursor-unknown"

    def __init__(self) -> None:
        super().__init__("The value of after is not one that we gave. Take it from the last page, or leave it out.")


@dataclass(frozen=True)
class Page(Generic[T]):
    """`after` asks for the next page; None when this is the last one."""

    items: tuple[T, ...]
    after: str | None


def parse_cursor(written: str | None) -> UUID | None:
    """The id inside a cursor; raises CursorUnknown."""
    if written is None:
        return None
    try:
        return UUID(hex=written)
    except ValueError:
        raise CursorUnknown from None


def clamp_limit(limit: int) -> int:
    """How many items a page may hold: 1 to MOST_A_PAGE."""
    return max(1, min(limit, MOST_A_PAGE))
