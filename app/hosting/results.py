"""What is told about each line of a register."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.errors import Refusal
from app.hosting.recording import Recorded


@dataclass(frozen=True)
class LineResult:
    """`status`: awarded, recorded, held, waiting (for a second host), already (attested before) or refused."""

    status: str
    points: int = 0
    reasons: tuple[str, ...] = ()
    refusal: Refusal | None = None


def tell_result(recorded: Recorded) -> LineResult:
    return LineResult(recorded.status, recorded.points, recorded.reasons)
