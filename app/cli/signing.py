"""rewards rotate-keys: a new key that signs access tokens, while those of the old one stay good."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from app.cli.failures import told_plainly
from app.cli.scheme import Choice, is_demo
from app.cli.screen import note
from app.core.clock import SystemClock
from app.core.errors import Misconfigured
from app.core.secret_store import (
    new_signing_key,
    public_half,
    replace_demo_signing_key,
    resolve_secrets,
    write_privately,
    write_verifying_keys,
)
from app.core.settings import Settings

STEPS = """\
{folder} has the new settings. Nothing has changed yet:
1. Set VERIFYING_KEYS from {folder}/VERIFYING_KEYS, and restart every process. From then on all accept both keys.
2. Set SIGNING_KEY from {folder}/SIGNING_KEY, and restart every process. From then on all sign with the new one.
3. Delete {folder}. VERIFYING_KEYS may stay: its keys end on {ends_at:%Y-%m-%d %H:%M} UTC."""


def rotate_keys(
    context: typer.Context,
    *,
    into: Annotated[
        Path | None, typer.Option(help="New folder for the new settings; not needed in the demonstration.")
    ] = None,
    days: Annotated[int, typer.Option(help="How long tokens of the old key stay good: 1 to 30.", min=1, max=30)] = 2,
) -> None:
    """Make a new signing key; what the old one signed is good until it ends. Prints no key."""
    with told_plainly():
        settings, now = context.ensure_object(Choice).settings(), SystemClock().now()
        ends_at = now + timedelta(days=days)
        if is_demo(settings) and settings.signing_key is None:
            replace_demo_signing_key(settings, now=now, ends_at=ends_at)
            typer.echo(f"The demonstration has a new signing key. Restart it: the old one ends {ends_at:%Y-%m-%d}.")
            return
        if into is None:
            message = "Say into which new folder the new settings go: rewards rotate-keys --into FOLDER"
            raise Misconfigured(message)
        _write_settings(settings, into, now=now, ends_at=ends_at)
        note(STEPS.format(folder=into, ends_at=ends_at))


def _write_settings(settings: Settings, folder: Path, *, now: datetime, ends_at: datetime) -> None:
    secrets = resolve_secrets(settings, demo=is_demo(settings))
    fresh = new_signing_key()
    folder.mkdir(mode=0o700, parents=True)
    still_good = [key for key in secrets.verifying_keys if key.ends_at > now]
    both = [public_half(pem, ends_at=ends_at) for pem in (secrets.signing_key_pem, fresh)]
    write_privately(folder / "SIGNING_KEY", fresh)
    write_privately(folder / "VERIFYING_KEYS", write_verifying_keys([*still_good, *both]))
