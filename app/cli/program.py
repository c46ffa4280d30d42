"""The command `rewards`: what there is, and what every command has in common."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli import (
    backtesting,
    books,
    deciding,
    doors,
    importing,
    machines,
    paying,
    people,
    places,
    reporting,
    schema,
    sealing,
    serving,
    showcase,
    signing,
    stewarding,
    working,
    zoning,
)
from app.cli.scheme import Choice

# One key's id in 64 begins with a dash, and so may an operator's event id: it is an argument and no option.
BEGINS_WITH_ANYTHING = {"ignore_unknown_options": True}

program = typer.Typer(
    name="rewards",
    help="Smart Leeds Rewards: events become points become rewards, exactly and explained.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
program.command("serve")(serving.serve)
program.command("migrate")(schema.migrate)
program.command("seed-demo")(showcase.seed_demo)
program.command("demo-credentials")(showcase.demo_credentials)
program.command("import")(importing.import_file)
program.command("backtest")(backtesting.backtest)
program.command("open-door")(doors.open_one_door)
program.command("list-doors")(doors.show_doors)
program.command("work-doors")(doors.work_doors)
program.command("load-places")(places.load_place_files)
program.command("load-zones")(zoning.load_zone_file)
program.command("verify-ledger")(books.verify)
program.command("seal")(sealing.seal)
program.command("restore-seals")(sealing.take_over)
program.command("explain", context_settings=BEGINS_WITH_ANYTHING)(books.explain)
program.command("expire")(books.expire)
program.command("pay-in")(deciding.pay_in)
program.command("fund")(deciding.fund)
program.command("set-rate")(deciding.set_rate)
program.command("reverse")(deciding.reverse)
program.command("claw-back")(deciding.claw)
program.command("approve-adjustment")(deciding.approve)
program.command("reconcile")(paying.reconcile)
program.command("journal")(reporting.journal)
program.command("accrual")(reporting.accrual)
program.command("work")(working.work)
program.command("list-jobs")(working.show_jobs)
program.command("retry-job")(working.try_again)
program.command("list-unanswered")(working.show_unanswered)
program.command("create-officer")(people.make_officer)
program.command("invite")(people.invite)
program.command("register-client")(machines.register_machine)
program.command("rotate-secret")(machines.rotate_secret)
program.command("add-key")(machines.add_key)
program.command("remove-key", context_settings=BEGINS_WITH_ANYTHING)(machines.remove_key)
program.command("switch-off")(machines.switch_off)
program.command("purge")(stewarding.purge)
program.command("atrs")(stewarding.atrs)
program.command("wind-down")(stewarding.wind_down)
program.command("rotate-keys")(signing.rotate_keys)


@program.callback()
def choose(
    context: typer.Context,
    scheme: Annotated[str | None, typer.Option(help="Which scheme; SCHEME, else leeds.", show_default=False)] = None,
) -> None:
    """Smart Leeds Rewards: events become points become rewards, exactly and explained."""
    context.obj = Choice(scheme)


def main() -> None:
    """Run the command that was asked for."""
    program()
