"""Orders that an officer gives a reason for."""

from __future__ import annotations

from typing import Annotated

import msgspec

from app.residents.cards import refuse_bank_card_number

LONGEST_REASON = 500


class Reasoned(msgspec.Struct, frozen=True):
    """`reason` is kept with what was done, and names nobody."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_REASON)]

    def __post_init__(self) -> None:
        refuse_bank_card_number(self.reason)
