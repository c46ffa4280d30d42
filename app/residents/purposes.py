"""What a person's data are used for, and by what right: the catalogue that the privacy notice and the register show.

A council leans on its public task where people have no real choice, and on consent only where a no costs them nothing.
The council's solicitor confirms each basis before the scheme opens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

Basis: TypeAlias = Literal["public_task", "legal_obligation", "consent"]


@dataclass(frozen=True)
class Purpose:
    """`basis` is that of Article 6 of the UK GDPR. Only a purpose by consent can be given or withdrawn."""

    key: str
    title: str
    text: str
    basis: Basis

    @property
    def asks(self) -> bool:
        """Whether it is for the person to say."""
        return self.basis == "consent"


_PURPOSES: Final = (
    Purpose(
        "scheme",
        "Running the scheme",
        "To record what you did, give you points and let you use them. You can stop this by leaving.",
        "public_task",
    ),
    Purpose(
        "fairness",
        "Checking that the scheme works and is fair",
        "To count who takes part, by ward and by decile of deprivation, and whether it changes anything. "
        "Only numbers of many people together are published.",
        "public_task",
    ),
    Purpose(
        "misuse",
        "Finding mistakes and misuse",
        "To hold an event that hardly anybody can have done until a person has looked at it.",
        "public_task",
    ),
    Purpose(
        "notices",
        "Telling you about your points",
        "To tell you before points expire, when terms change and when somebody has decided about something of yours.",
        "public_task",
    ),
    Purpose(
        "accounts",
        "Keeping the books",
        "To show how public money was spent. The books name nobody: they have a number for you, and that is all.",
        "legal_obligation",
    ),
    Purpose(
        "news",
        "News about the scheme",
        "To write to you about new rewards and offers. Saying no changes nothing about your points.",
        "consent",
    ),
    Purpose(
        "research",
        "Asking what you think",
        "To ask whether you would talk to us, or to a university, about the scheme. Saying no changes nothing.",
        "consent",
    ),
)
PURPOSES: Final[Mapping[str, Purpose]] = MappingProxyType({purpose.key: purpose for purpose in _PURPOSES})
