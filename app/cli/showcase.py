"""rewards seed-demo and demo-credentials."""

from __future__ import annotations

import json
import shlex
from typing import Annotated, Any

import typer

from app.cli.failures import told_plainly
from app.cli.scheme import Choice, opened_demo, opened_runtime
from app.cli.screen import progress_bar
from app.core.settings import Settings
from app.demo.city import SeededCity
from app.demo.credentials import describe_credentials
from app.demo.mark import DemoMark, find_mark, write_mark
from app.demo.seeding import STEPS, seed_city
from app.web.runtime import Runtime


def seed_demo(context: typer.Context) -> None:
    """Fill the scheme with the Leeds demonstration, unless it is there already."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        settings = choice.settings()
        with opened_runtime(settings, demo=True, migrate=True) as runtime:
            city = ensure_seeded(runtime)
        if find_mark(settings.data_dir) is None:
            mark_demo(settings)
        typer.echo(f"The demonstration has {len(city.residents)} residents and {len(city.rewards)} rewards.")


def ensure_seeded(runtime: Runtime) -> SeededCity:
    """The demonstration, seeded if it was not yet. Raises RealPeopleHere or OtherSecrets."""
    now = runtime.clock.now()
    with progress_bar("Seeding the Leeds demonstration", STEPS) as passed:
        return runtime.database.in_transaction(
            lambda session: seed_city(session, runtime=runtime, now=now, passed=passed)
        )


def mark_demo(settings: Settings) -> None:
    """Say in DATA_DIR that it is a demonstration: served here from now on, its data where they were first put."""
    earlier = find_mark(settings.data_dir)
    database_given = earlier.database_given if earlier else bool(settings.database_url)
    write_mark(settings.data_dir, DemoMark(settings.public_url, database_given))


def demo_credentials(
    context: typer.Context,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="All of it, as JSON. Without: the first of each, as shell variables.")
    ] = False,
) -> None:
    """Give what is needed to try the demonstration; tokens are good for 12 hours. Demo mode only."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        settings = choice.settings()
        with opened_demo(settings) as runtime:
            mark = find_mark(settings.data_dir) or DemoMark(settings.public_url)
            now = runtime.clock.now()
            credentials = runtime.database.in_transaction(
                lambda session: describe_credentials(session, runtime=runtime, base_url=mark.base_url, now=now)
            )
        if as_json:
            typer.echo(json.dumps(credentials, indent=2, ensure_ascii=False))
            return
        for name, value in first_of_each(credentials).items():
            typer.echo(f"{name}={shlex.quote(value)}")


def first_of_each(credentials: dict[str, Any]) -> dict[str, str]:
    """One client, resident, partner, officer and reward, under the names that the tutorial uses."""
    client, resident = credentials["clients"][0], credentials["residents"][0]
    reward = credentials["rewards"][0]
    partner = next(partner for partner in credentials["partners"] if partner["id"] == reward["partner_id"])
    return {
        "BASE_URL": credentials["base_url"],
        "CLIENT_ID": client["client_id"],
        "CLIENT_SECRET": client["client_secret"],
        "SOURCE": client["sources"][0],
        "CARD": resident["card"],
        "RESIDENT_TOKEN": resident["token"],
        "PARTNER_TOKEN": partner["token"],
        "OFFICER_TOKEN": credentials["officers"][0]["token"],
        "REWARD": reward["id"],
    }
