"""rewards register-client, rotate-secret, add-key, remove-key, switch-off: the machines that may call."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlmodel import Session

from app.audit import SYSTEM, record_act
from app.cli.failures import told_plainly
from app.cli.scheme import Choice, opened_database
from app.cli.screen import note
from app.core.clock import SystemClock
from app.core.errors import Misconfigured
from app.core.ids import new_secret, parse_public_id
from app.identity.client_life import rotate_client_secret, switch_off_client
from app.identity.machine_errors import ClientKeyUnusable
from app.identity.machine_keys import add_client_key, remove_client_key
from app.identity.permissions import MACHINE_SCOPES
from app.identity.service import register_client
from app.offers.queries import PartnerRead, find_partner_by_public_id

T = TypeVar("T")

ClientId = Annotated[str, typer.Argument(help="The client's id.", metavar="CLIENT")]
LONGEST_KEY_FILE = 16_384


class PartnerUnknown(Misconfigured):
    """The id on the command line is no partner's."""

    def __init__(self) -> None:
        super().__init__("There is no partner with this id. Write it as prt_ and 32 digits.")


def register_machine(
    context: typer.Context,
    client_id: ClientId,
    *,
    title: Annotated[str, typer.Option(help="What people call it.")],
    scope: Annotated[list[str], typer.Option(help=f"One of {', '.join(sorted(MACHINE_SCOPES))}; may be given again.")],
    source: Annotated[list[str] | None, typer.Option(help="A source it reports for; may be given again.")] = None,
    event_type: Annotated[list[str] | None, typer.Option(help="A type it may send; may be given again.")] = None,
    partner: Annotated[str | None, typer.Option(help="The partner it redeems for, as prt_...")] = None,
    key: Annotated[
        Path | None, typer.Option(help="Its public key, a JWK; instead of a secret.", metavar="FILE")
    ] = None,
) -> None:
    """Register a machine, by its public key, or with a secret that is printed once."""
    with told_plainly():
        jwk = None if key is None else _read_jwk(key)
        secret = new_secret() if jwk is None else None
        now = SystemClock().now()

        def serve(session: Session) -> None:
            bound = None if partner is None else _get_partner(session, partner)
            register_client(
                session,
                client_id=client_id,
                secret=secret,
                title=title,
                scopes=scope,
                sources=source or (),
                event_types=event_type or (),
                partner_id=bound.id if bound else None,
            )
            record_act(session, actor=SYSTEM, act="client.registered", subject=f"client:{client_id}", now=now)
            if jwk is not None:
                add_client_key(session, client_id=client_id, jwk=jwk, actor=SYSTEM, now=now)

        _run(context, serve)
        note(f"{client_id} is registered.")
        if secret is not None:
            note("This is its secret. It is told once and kept nowhere:")
            typer.echo(secret)


def rotate_secret(
    context: typer.Context,
    client_id: ClientId,
    *,
    overlap_hours: Annotated[
        int, typer.Option(help="How long the old secret works on: 0 to 720. 0 after a leak.", min=0, max=720)
    ] = 24,
) -> None:
    """Give a machine a new secret, which is printed once; the old one works on for a while."""
    with told_plainly():
        secret, now = new_secret(), SystemClock().now()
        overlap = timedelta(hours=overlap_hours)
        ends_at = _run(
            context,
            lambda session: rotate_client_secret(
                session, client_id=client_id, secret=secret, overlap=overlap, actor=SYSTEM, now=now
            ),
        )
        note(f"The old secret works until {ends_at:%Y-%m-%d %H:%M} UTC." if ends_at else "The old secret has ended.")
        typer.echo(secret)


def add_key(
    context: typer.Context,
    client_id: ClientId,
    file: Annotated[Path, typer.Argument(help="The public key, a JWK in a file.", metavar="FILE")],
) -> None:
    """Register another public key of a machine, and print its kid."""
    with told_plainly():
        jwk, now = _read_jwk(file), SystemClock().now()
        typer.echo(
            _run(context, lambda session: add_client_key(session, client_id=client_id, jwk=jwk, actor=SYSTEM, now=now))
        )


def remove_key(
    context: typer.Context,
    client_id: ClientId,
    kid: Annotated[str, typer.Argument(help="Which of its keys.", metavar="KID")],
) -> None:
    """Refuse from now on what this key of a machine signed."""
    with told_plainly():
        now = SystemClock().now()
        _run(context, lambda session: remove_client_key(session, client_id=client_id, kid=kid, actor=SYSTEM, now=now))
        typer.echo(f"The key of {client_id} is removed.")


def switch_off(context: typer.Context, client_id: ClientId) -> None:
    """Refuse a machine, and every token that it holds, from the next request on."""
    with told_plainly():
        now = SystemClock().now()
        _run(context, lambda session: switch_off_client(session, client_id=client_id, actor=SYSTEM, now=now))
        typer.echo(f"{client_id} is switched off.")


def _run(context: typer.Context, serve: Callable[[Session], T]) -> T:
    with opened_database(context.ensure_object(Choice).settings()) as database:
        return database.in_transaction(serve)


def _get_partner(session: Session, written: str) -> PartnerRead:
    uuid = parse_public_id("prt", written)
    partner = find_partner_by_public_id(session, public_id=uuid) if uuid else None
    if partner is None:
        raise PartnerUnknown
    return partner


def _read_jwk(path: Path) -> dict[str, object]:
    """Raises ClientKeyUnusable for what is no JSON object."""
    try:
        value = json.loads(path.read_bytes()[:LONGEST_KEY_FILE])
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ClientKeyUnusable("the file must hold one JWK, a JSON object")
    return value
