"""What came of the lines of a register: those that are noted, and those to mend, which keep what was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from app.core.errors import Refusal
from app.core.ids import public_id
from app.hosting.attendance import attest_attendance
from app.hosting.people import Line
from app.hosting.register import Row
from app.web.callers import Call, as_host


@dataclass(frozen=True)
class Entry:
    """A line as the form shows it again; `here` is the id of a check-in that was ticked."""

    member: str
    minutes: str
    bags: str
    line: int | None
    here: str | None
    wrong: str | None

    @staticmethod
    def of(row: Row, wrong: Refusal | None = None) -> Entry:
        """With what is wrong with it."""
        here = public_id("att", row.attendance) if row.attendance else None
        member, minutes, bags = ("".join(filter(str.isprintable, one)) for one in (row.member, row.minutes, row.bags))
        return Entry(member, minutes, bags, row.line, here, str(wrong) if wrong else None)


@dataclass(frozen=True)
class Attested:
    """`noted` people are on the register now, and `refused` lines are not."""

    noted: int
    refused: list[Entry]


def attest_rows(call: Call, wanted: UUID, rows: list[Row]) -> Attested:
    """Keep what can be kept. Raises what attest_attendance raises for all of them."""
    lines = [row.said for row in rows if isinstance(row.said, Line)]
    settings = call.runtime.settings
    results = iter(
        call.run(
            as_host,
            lambda session, host: attest_attendance(
                session,
                host=host,
                wanted=wanted,
                lines=lines,
                keys=call.runtime.card_keys,
                late_window=timedelta(days=settings.late_window_days),
                bounds=settings.flag_bounds,
                now=call.now,
            ),
        )
    )
    refused = []
    for row in rows:
        refusal = next(results).refusal if isinstance(row.said, Line) else row.said
        if refusal is not None:
            refused.append(Entry.of(row, refusal))
    return Attested(len(rows) - len(refused), refused)
