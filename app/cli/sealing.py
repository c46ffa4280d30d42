"""rewards seal and restore-seals."""

from __future__ import annotations

import typer
from sqlmodel import Session

from app.audit import SYSTEM, record_act
from app.cli.failures import told_plainly
from app.cli.scheme import Choice, is_demo, opened_database, reached_database
from app.cli.screen import note
from app.core.clock import SystemClock
from app.core.database import connect_engine
from app.core.secret_store import resolve_secrets
from app.core.settings import Settings
from app.ledger.kept_seals import find_copy, keep_copy, place_of_copy
from app.ledger.seal_keys import SealKey
from app.ledger.seals import Seal, find_last_seal, restore_seals
from app.ledger.tasks import seal_books


def seal(context: typer.Context) -> None:
    """Seal the transfers and audit acts that are final, as a running server does every five minutes."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        settings = choice.settings()
        key = _find_key(settings)
        with opened_database(settings) as database:
            made = seal_books(
                database, key=key, scheme=settings.scheme, copy=place_of_copy(settings), now=SystemClock().now()
            )
        typer.echo("Nothing to seal." if made is None else _say(made))


def take_over(context: typer.Context) -> None:
    """After a restore from a copy, and before anything else runs: seal what is there, and begin a new generation."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        settings = choice.settings()
        key, copy, now = _find_key(settings), place_of_copy(settings), SystemClock().now()

        def restore(session: Session) -> Seal | None:
            restore_seals(session, key=key, scheme=settings.scheme, now=now)
            record_act(session, actor=SYSTEM, act="seals.restored", subject=f"scheme:{settings.scheme}", now=now)
            return find_last_seal(session)

        with reached_database(settings) as database_url:
            engine = connect_engine(database_url, scheme=settings.scheme, role=None, pool_size=1)
            try:
                with Session(engine) as session, session.begin():
                    last = restore(session)
            finally:
                engine.dispose()
        kept = find_copy(copy)
        if last is None:
            typer.echo("A new generation begins. Nothing was sealed before it.")
            return
        if kept is not None and kept.number > last.number:
            note(f"Seal {kept.number} was kept here. What was sealed after what the restored copy holds is lost.")
        keep_copy(copy, last)
        typer.echo(f"A new generation begins. {_say(last)}")


def _find_key(settings: Settings) -> SealKey:
    return SealKey(resolve_secrets(settings, demo=is_demo(settings)))


def _say(made: Seal) -> str:
    return f"Seal {made.number} covers {made.entries} entries; its head is {made.head.hex()}."
