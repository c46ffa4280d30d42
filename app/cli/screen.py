"""What people see: results on stdout; progress, notes and errors on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

STDERR = Console(stderr=True)


@contextmanager
def progress_bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar that is told how much lies behind; quiet when stderr is not a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=STDERR, transient=True, disable=not STDERR.is_terminal) as progress:
        task = progress.add_task(title, total=total)
        yield lambda passed: progress.update(task, completed=passed)


def note(sentence: str) -> None:
    """Something worth knowing that is no result."""
    STDERR.print(sentence, markup=False, highlight=False, soft_wrap=True)
