"""The VAT that is contained in what a partner earned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.core.units import Pence


class Taxed(Protocol):
    """Pence with the VAT they contain; None where VAT has nothing to do with them."""

    @property
    def pence(self) -> Pence: ...

    @property
    def vat_percent(self) -> int | None: ...

    @property
    def vat_treatment(self) -> str | None: ...


@dataclass(frozen=True)
class VatLine:
    """What was earned less what was given back at one rate: `gross = net + vat`."""

    treatment: str
    percent: int
    gross_pence: Pence
    net_pence: Pence
    vat_pence: Pence


def sum_vat(lines: Sequence[Taxed]) -> tuple[VatLine, ...]:
    """By treatment and rate; VAT is worked out once for each, so that no penny is lost line by line."""
    sums: dict[tuple[str, int], int] = {}
    for line in lines:
        if line.vat_treatment is not None and line.vat_percent is not None:
            key = (line.vat_treatment, line.vat_percent)
            sums[key] = sums.get(key, 0) + line.pence
    return tuple(_split_vat(treatment, percent, gross) for (treatment, percent), gross in sorted(sums.items()))


def _split_vat(treatment: str, percent: int, gross: int) -> VatLine:
    # To the nearest penny, a half away from zero, whichever way the money goes.
    share = 100 + percent
    vat = (2 * abs(gross) * percent + share) // (2 * share) * (1 if gross >= 0 else -1)
    return VatLine(treatment, percent, Pence(gross), Pence(gross - vat), Pence(vat))
