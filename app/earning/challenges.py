"""How far a resident has come with each rule that takes more than one event: read, never locked or moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

from app.core.clock import london_date
from app.rulebook.queries import load_timeline
from rules.clock import LONDON, PERS, day_number, to_micros
from rules.coherence import progress_window
from rules.document import Rule
from rules.parts import Community, Progress, Sequence
from rules.program import progress_counter
from rules.progress import read_progress
from rules.sentence import offer
from rules.state import Register, State


@dataclass(frozen=True)
class ChallengeRead:
    """`done` of `needed` in the `window` that runs now (day, week, month, validity or lifetime).

    `together`: what everybody has done, of whom the resident is one. `done` is `needed` at most.
    """

    rule: str
    title: str
    offer: str
    done: int
    needed: int
    window: str
    together: bool


def list_challenges(session: Session, *, resident_id: int | None, now: datetime) -> tuple[ChallengeRead, ...]:
    """Of the rules in force now, what everybody does together last; those not begun are there, too.

    Without a resident, for officers, `done` counts what everybody does together and nothing else.
    """
    artefact = load_timeline(session).at(now)
    if artefact is None:
        return ()
    today = london_date(now)
    rules = [rule for rule in artefact.rules if rule.validity.start <= today < rule.validity.until]
    counted = [(rule, rule.progress) for rule in rules if rule.progress and not isinstance(rule.progress, Sequence)]
    named = {rule.id: artefact.carried.get(rule.id) or progress_counter(rule) or "" for rule, _ in counted}
    windows = LONDON.moment(to_micros(now)).windows
    registers = {} if resident_id is None else _read_registers(session, resident_id)
    starts = {rule.id: _find_window(rule, progress, windows) for rule, progress in counted}
    registers |= _read_shared(session, {f"{named[key]}/{starts[key]}": named[key] for key in named})
    found = [
        ChallengeRead(
            rule=rule.id,
            title=rule.title["en"],
            offer=offer(rule),
            done=min(
                read_progress(progress, registers.get(named[rule.id]), window=starts[rule.id], today=day_number(today)),
                progress.reach,
            ),
            needed=progress.reach,
            window=progress_window(progress) or "lifetime",
            together=isinstance(progress, Community),
        )
        for rule, progress in counted
    ]
    return tuple(sorted(found, key=lambda one: (one.together, -one.done / one.needed)))


def _find_window(rule: Rule, progress: Progress, windows: tuple[int, ...]) -> int:
    per = progress_window(progress)
    assert per is not None, "what is counted is counted in a window"
    return day_number(rule.validity.start) if per == "validity" else windows[PERS.index(per)]


def _read_registers(session: Session, resident_id: int) -> dict[str, Register]:
    kept = session.execute(
        text("SELECT state FROM resident_states WHERE resident_id = :resident"), {"resident": resident_id}
    ).scalar()
    return State.from_bytes(bytes(kept)).registers if kept else {}


def _read_shared(session: Session, names: dict[str, str]) -> dict[str, Register]:
    """By the front of the counter's name; `names` has it for each whole name."""
    rows = session.execute(
        text("SELECT name, window_number, value FROM shared_counters WHERE name = ANY(:names)"), {"names": list(names)}
    )
    return {names[row.name]: (row.window_number, row.value, 0) for row in rows}
