"""rewards open-door, list-doors, work-doors: the ways in for operators' files."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from app.cli.failures import told_plainly
from app.cli.scheme import Choice, is_demo, opened_database, opened_runtime
from app.cli.screen import note
from app.core.clock import SystemClock
from app.core.errors import Misconfigured
from app.earning.freshness import FreshnessRead, Schedule, list_freshness
from app.earning.importing.declaration import load_map
from app.earning.importing.doors import Door, list_doors, open_door
from app.earning.importing.dropping import SETTLE, DropFolder, Look
from app.earning.importing.folders import Folder
from app.earning.importing.work import make_tools, work_next
from app.web.runtime import Runtime

FOLDER = "drop"
LOOK_EVERY_SECONDS = 5.0
POLL_SECONDS = 0.5
REFUSED = 1


class Every(StrEnum):
    """How often files come."""

    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "unscheduled"

    @property
    def schedule(self) -> Schedule | None:
        return SCHEDULES[self]


SCHEDULES: dict[Every, Schedule | None] = {Every.DAILY: "daily", Every.WEEKLY: "weekly", Every.NEVER: None}


class FolderInUse(Misconfigured):
    """Two would move each other's files."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"Another rewards work-doors looks after {folder}. Let that one do it, or stop it first.")


def open_one_door(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the door, and of its folder.", metavar="NAME")],
    *,
    import_map: Annotated[Path, typer.Option("--map", help="The map of its files, a TOML file.", metavar="MAP")],
    every: Annotated[Every, typer.Option(help="How often a file comes.")] = Every.NEVER,
) -> None:
    """Open a door for one source's files, or open it anew with another map, schedule or header."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        settings = choice.settings()
        declared = load_map(import_map)
        now = SystemClock().now()
        with opened_database(settings) as database:
            door = database.in_transaction(
                lambda session: open_door(session, name=name, declared=declared, schedule=every.schedule, now=now)
            )
        folder = settings.data_dir / FOLDER / door.name
        folder.mkdir(parents=True, exist_ok=True)
        typer.echo(f"{door.name} is open for {declared.source}. Its files go into {folder}")


def show_doors(context: typer.Context) -> None:
    """List the doors, and how far each one's source has come."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        now = SystemClock().now()

        def serve(session: Session) -> tuple[tuple[Door, ...], dict[str, FreshnessRead]]:
            fresh = list_freshness(session, now=now, feeding_only=False)
            return list_doors(session), {one.source: one for one in fresh}

        with opened_database(choice.settings()) as database:
            doors, fresh = database.in_transaction(serve)
        for door in doors:
            source = fresh[door.declared.source]
            typer.echo(f"{door.name}: {source.title} ({source.source}). {source.sentence}")
        if not doors:
            typer.echo("No door is open. Open one: rewards open-door NAME --map MAP")


def work_doors(
    context: typer.Context,
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until Ctrl-C.")] = False,
) -> None:
    """Take in what operators have put into the drop folder, and work on it and on uploads until all is done."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        settings = choice.settings()
        with (
            opened_runtime(settings, demo=is_demo(settings)) as runtime,
            _locked(settings.data_dir / FOLDER) as root,
        ):
            refused = _work(runtime, root, watch=watch)
    if refused:
        raise typer.Exit(REFUSED)


@contextmanager
def _locked(path: Path) -> Iterator[Folder]:
    with Folder.opened(path) as root, (path / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(path) from None
        yield root


def _work(runtime: Runtime, root: Folder, *, watch: bool) -> int:
    """How many files and folders were refused, once nothing is left to do; with `watch` that is never."""
    tools = make_tools(runtime.secrets, runtime.settings)
    folder = DropFolder(root, runtime.database, tools, runtime.clock)
    refused, troubles = 0, list[str]()
    give_up_at = time.monotonic() + SETTLE.total_seconds() + LOOK_EVERY_SECONDS
    while True:
        look = folder.look()
        refused += _tell(look)
        if look.troubles != troubles:
            troubles = look.troubles
            for trouble in troubles:
                note(trouble)
        if work_next(runtime.database, tools=tools, clock=runtime.clock) is not None:
            continue
        if watch:
            time.sleep(LOOK_EVERY_SECONDS)
        elif look.waiting or (look.unsettled and time.monotonic() < give_up_at):
            time.sleep(POLL_SECONDS)
        else:
            for shown in look.unsettled:
                note(f"{shown}: left for later. It is still being written, or its checksum has not come.")
            return refused + len(troubles)


def _tell(look: Look) -> int:
    for outcome in look.outcomes:
        where = f"{outcome.door}/{outcome.name}" if outcome.door else outcome.name
        typer.echo(f"{where}: {outcome.sentence}" if outcome.taken else f"{where}: refused. {outcome.sentence}")
    return sum(not outcome.taken for outcome in look.outcomes)
