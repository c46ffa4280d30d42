"""rewards work, list-jobs, retry-job and list-unanswered: what was promised is carried out, or seen not to be."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from app.cli.failures import told_plainly
from app.cli.scheme import Choice, is_demo, opened_database, opened_runtime
from app.cli.screen import note
from app.core.clock import SystemClock
from app.core.ids import public_id
from app.jobs import count_jobs, list_jobs, retry_job
from app.redemption.unanswered import list_unanswered
from app.worker import work_jobs

MOST_SHOWN = 200


class State(StrEnum):
    """Which jobs."""

    WAITING = "waiting"
    RUNNING = "running"
    DEAD = "dead"


def work(
    context: typer.Context,
    *,
    once: Annotated[bool, typer.Option("--once", help="Stop when nothing is due any more.")] = False,
) -> None:
    """Carry out jobs until Ctrl-C. Run one or more of these beside the servers."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        settings = choice.settings()
        with opened_runtime(settings, demo=is_demo(settings)) as runtime:
            if not once:
                note("Working on jobs. Ctrl-C stops it.")
            asyncio.run(work_jobs(runtime, wait=not once, handle_signals=not once))
            counted = runtime.database.in_transaction(count_jobs)
        if counted["dead"]:
            typer.echo(f"{counted['dead']} jobs are dead: rewards list-jobs --state dead")


def show_jobs(
    context: typer.Context, *, state: Annotated[State, typer.Option(help="Which jobs.")] = State.DEAD
) -> None:
    """List jobs, newest first; without --state those that have given up."""
    choice = context.ensure_object(Choice)
    with told_plainly(), opened_database(choice.settings()) as database:
        page = database.in_transaction(
            lambda session: list_jobs(session, state=state.value, after=None, limit=MOST_SHOWN)
        )
        for job in page.items:
            changed = f"{job.changed_at:%Y-%m-%d %H:%M} UTC" if job.changed_at else ""
            typer.echo(f"{job.number}  {job.task}  {job.attempts} attempts  {changed}")
        more = ", the newest of them shown" if page.after else ""
        typer.echo(f"{len(page.items)} jobs {state.value}{more}.")


def try_again(
    context: typer.Context, number: Annotated[int, typer.Argument(help="The job's number.", metavar="JOB")]
) -> None:
    """Have a dead job tried again."""
    choice = context.ensure_object(Choice)
    with told_plainly(), opened_database(choice.settings()) as database:
        now = SystemClock().now()
        database.in_transaction(lambda session: retry_job(session, number=number, now=now))
        typer.echo(f"Job {number} waits to be tried again.")


def show_unanswered(context: typer.Context) -> None:
    """List vouchers about which a partner has been asked for a day without an answer that settles it."""
    choice = context.ensure_object(Choice)
    with told_plainly(), opened_database(choice.settings()) as database:
        found = database.in_transaction(lambda session: list_unanswered(session, limit=MOST_SHOWN))
        for one in found:
            voucher = public_id("red", one.voucher)
            typer.echo(f"{voucher}  {one.partner}  {one.adapter}  {one.status}  asked {one.asked} times")
        typer.echo(f"{len(found)} vouchers wait for an answer.")
