"""Why a back-test cannot be run."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.errors import Conflict, Invalid, NotFound


class MapUndecided(Invalid):
    """None of the maps that come with the program fits the file's header, or several do."""

    code = "map-undecided"

    def __init__(self, *, name: str, fitting: Sequence[str], known: Sequence[str]) -> None:
        self.name, self.fitting, self.known = name, list(fitting), list(known)
        which = (
            f"Several maps fit the header of {name}: {', '.join(fitting)}."
            if fitting
            else f"None of the maps {', '.join(known)} fits the header of {name}."
        )
        super().__init__(f"{which} Say which one to use: --map MAP.toml")


class NoEvents(Invalid):
    """A file without a single sound event."""

    code = "no-events"

    def __init__(self, *, name: str, bad_rows: int, first: str) -> None:
        self.name, self.bad_rows, self.first = name, bad_rows, first
        told = f" {bad_rows} rows cannot be read; the first of them: {first}" if bad_rows else ""
        super().__init__(f"The file {name} has no event to judge.{told}")


class DraftClashes(Invalid):
    """The draft cannot stand with the rules in force; `rule` is the one that should change."""

    code = "draft-clashes"

    def __init__(self, *, rule: str, sentence: str) -> None:
        self.rule, self.sentence = rule, sentence
        super().__init__(sentence)


class BudgetUnclear(Invalid):
    """A budget for a back-test of a file that is not a campaign and its points."""

    code = "budget-unclear"

    def __init__(self, *, written: str) -> None:
        self.written = written
        super().__init__(f"{written} is no budget. Write it as CAMPAIGN=POINTS, such as cmp_ride_leeds=50000.")


class BacktestUnknown(NotFound):
    """There is no such back-test."""

    code = "backtest-unknown"

    def __init__(self) -> None:
        super().__init__("There is no back-test with this id.")


class BacktestEnded(Conflict):
    """What has ended cannot be called off."""

    code = "backtest-ended"

    def __init__(self, *, status: str) -> None:
        self.ended_as = status
        super().__init__(f"This back-test has ended ({status}) and cannot be cancelled.")


class SpanUpsideDown(Invalid):
    """The dates of the events are no span of the past."""

    code = "span-upside-down"

    def __init__(self) -> None:
        super().__init__("to_on lies on or after from_on, and not in the future.")


class BacktestUnfinished(Conflict):
    """There is no report yet, or none will come."""

    code = "backtest-unfinished"

    def __init__(self, *, status: str) -> None:
        self.stands_at = status
        super().__init__(f"This back-test has no report: it is {status}.")


class TooManyBacktests(Conflict):
    """Officers wait for so many already that another one would only wait longer."""

    code = "too-many-backtests"

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(f"{most} back-tests are waiting or running. Wait until one has ended, or cancel one.")
