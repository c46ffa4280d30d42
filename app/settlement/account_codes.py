"""What the council's general ledger calls our accounts of money."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.core.errors import Misconfigured
from app.ledger.chart import AccountKind

USUAL: Final[Mapping[AccountKind, str]] = MappingProxyType(
    {
        AccountKind.ISSUANCE: "BANK-IN",
        AccountKind.POT: "POT",
        AccountKind.BACKING: "POINTS",
        AccountKind.PAYABLE: "PARTNERS",
        AccountKind.SETTLED: "BANK-OUT",
    }
)
"""Until the council has said its own."""

TITLES: Final[Mapping[AccountKind, str]] = MappingProxyType(
    {
        AccountKind.ISSUANCE: "Received from funders",
        AccountKind.POT: "Set aside by a funder",
        AccountKind.BACKING: "Owed for points",
        AccountKind.PAYABLE: "Owed to a partner",
        AccountKind.SETTLED: "Paid to a partner",
    }
)

_LONGEST: Final = 40


@dataclass(frozen=True)
class AccountCodes:
    """By kind of account, and by kind and owner where one funder's or partner's account has a code of its own."""

    by_account: Mapping[tuple[AccountKind, int | None], str]

    def find(self, kind: AccountKind, owner: int) -> str:
        """The account's own code, else that of its kind."""
        return self.by_account.get((kind, owner)) or self.by_account.get((kind, None)) or USUAL[kind]


def read_account_codes(written: str) -> AccountCodes:
    """JSON such as {"pot": "9200", "pot:1": "9201"}: issuance, pot, backing, payable, settled, and a number.

    Raises Misconfigured.
    """
    try:
        members = json.loads(written).items()
    except (ValueError, AttributeError, RecursionError):
        raise Misconfigured("JOURNAL_CODES must be a JSON object from account to its code.") from None
    found: dict[tuple[AccountKind, int | None], str] = {}
    for name, code in members:
        word, _, number = name.partition(":")
        kind = AccountKind.__members__.get(word.upper())
        if kind not in USUAL or (number and not number.isdecimal()):
            known = ", ".join(one.name.lower() for one in USUAL)
            raise Misconfigured(f"JOURNAL_CODES has an account that there is not. There are {known}, and pot:1.")
        if not isinstance(code, str) or not code.isprintable() or not 0 < len(code) <= _LONGEST:
            raise Misconfigured(f"JOURNAL_CODES must give {name} a code of 1 to {_LONGEST} characters.")
        assert kind is not None, "it is one of USUAL"
        found[kind, int(number) if number else None] = code
    return AccountCodes(found)
