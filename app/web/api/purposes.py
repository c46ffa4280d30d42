"""Why an officer looks at a resident's account: with every call at the desk, in the body or in two headers."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Depends, Header

from app.residents.cards import refuse_bank_card_number
from app.residents.desk import Purpose, PurposeKind

LONGEST_NOTE = 300


class Purposed(msgspec.Struct, frozen=True, kw_only=True):
    """`purpose` and `note`, a sentence that names nobody, are kept with what was done."""

    purpose: PurposeKind
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NOTE)]

    def __post_init__(self) -> None:
        refuse_bank_card_number(self.note)

    def stated(self) -> Purpose:
        return Purpose(self.purpose, self.note)


async def _read_purpose(
    purpose: Annotated[PurposeKind, Header(description="Why you look: kept with the look.")],
    note: Annotated[
        str,
        Header(
            alias="Purpose-Note",
            min_length=1,
            max_length=LONGEST_NOTE,
            pattern=r"^[\x20-\x7e]+$",
            description="A sentence about it that names nobody, in plain letters.",
        ),
    ],
) -> Purpose:
    refuse_bank_card_number(note)
    return Purpose(purpose, note)


Stated = Annotated[Purpose, Depends(_read_purpose)]
"""Of a GET, which has no body."""
