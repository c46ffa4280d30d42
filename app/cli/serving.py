"""rewards serve: migrate, seed in demo mode, serve, and stop everything again."""

from __future__ import annotations

import errno
import shlex
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from app.cli.failures import told_plainly
from app.cli.scheme import Choice, is_demo, opened_runtime
from app.cli.screen import note
from app.cli.showcase import ensure_seeded, mark_demo
from app.core.errors import Misconfigured
from app.core.settings import Settings
from app.identity.key_record import note_signing_key
from app.job_worker import JobWorker
from app.ledger.seals import check_cluster
from app.ledger.tasks import sweep_points
from app.main import create_app
from app.web.header_limits import PARSER_LIMIT_BYTES
from app.web.runtime import Runtime

GRACE_SECONDS = 5
"""How long running requests may take to end after Ctrl-C."""

HOW_TO_TRY = """
In another terminal{with_settings}:
  eval "$({command} demo-credentials)"
  TOKEN=$(curl -s -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials "$BASE_URL/oauth/token" \\
    | python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')
  ID=try-$(date +%s)
  curl -s "$BASE_URL/v1/events" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/cloudevents+json' \\
    -d '{"specversion": "1.0", "id": "'$ID'", "source": "'$SOURCE'", "type": "transit.tap", "subject": "'$CARD'",
         "time": "'$(date -u +%FT%TZ)'", "data": {"mode": "bus", "leg": "on", "stop": "450010441"}}'
  curl -s "$BASE_URL/v1/events/$SOURCE/$ID/explanation" -H "Authorization: Bearer $TOKEN"
  curl -s "$BASE_URL/v1/me/balance" -H "Authorization: Bearer $RESIDENT_TOKEN"
  CODE=$(curl -s "$BASE_URL/v1/redemptions" -H "Authorization: Bearer $RESIDENT_TOKEN" \\
    -H 'Content-Type: application/json' -d '{"reward_id": "'$REWARD'"}' \\
    | python3 -c 'import json, sys; print(json.load(sys.stdin)["code"])')
  curl -s "$BASE_URL/v1/vouchers/redeem" -H "Authorization: Bearer $PARTNER_TOKEN" -d '{"code": "'$CODE'"}' \\
    -H 'Content-Type: application/json'
docs/tutorial/first-award.md walks through it. Ctrl-C stops everything.
"""


class PortInUse(Misconfigured):
    """Somebody else listens there."""

    def __init__(self, port: int) -> None:
        super().__init__(f"Port {port} is in use. Stop what uses it, or choose another with PORT, such as PORT=8001.")


def serve(
    context: typer.Context,
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Seed and serve the Leeds demonstration.")] = False,
    port: Annotated[int | None, typer.Option(help="Port to listen on; PORT, else 8000.", show_default=False)] = None,
    jobs: Annotated[bool, typer.Option("--jobs/--no-jobs", help="Carry out jobs, too; else run rewards work.")] = True,
) -> None:
    """Serve the API and the pages until Ctrl-C."""
    choice = context.ensure_object(Choice)
    with told_plainly():
        settings = choice.settings(**({} if port is None else {"port": port}))
        with _bound_socket(settings) as listening:
            settings = settings.model_copy(update={"port": listening.getsockname()[1]})
            _serve(settings, listening, demo=demo or is_demo(settings), jobs=jobs)


def _serve(settings: Settings, listening: socket.socket, *, demo: bool, jobs: bool) -> None:
    base_url = settings.public_url
    if not settings.database_url:
        note(f"No DATABASE_URL: using a PostgreSQL of our own in {settings.data_dir}.")
    with opened_runtime(settings, demo=demo, migrate=True) as runtime:
        runtime.database.in_transaction(check_cluster)  # before anything is written that could not be sealed
        if demo:
            ensure_seeded(runtime)
            mark_demo(settings)
        key, now = runtime.issuer.kid, runtime.clock.now()
        runtime.database.in_transaction(lambda session: note_signing_key(session, kid=key, now=now))
        # What expired while nobody served stands in the way of new points, so it goes before the first request.
        sweep_points(runtime.database, now=runtime.clock.now())
        worker = JobWorker(runtime) if jobs else None
        if worker is not None:
            worker.start()
        try:
            _run(runtime, listening, f"Ready on {base_url}{how_to_try(settings) if demo else ''}")
        finally:
            if worker is not None:
                worker.stop(GRACE_SECONDS)


def _run(runtime: Runtime, listening: socket.socket, ready: str) -> None:
    try:
        AnnouncedServer(server_config(create_app(runtime), runtime.settings), ready).run(sockets=[listening])
    except KeyboardInterrupt:  # uvicorn has ended its work by then and passes the signal on
        note("Stopped.")


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How the application is served: our own log, our own limits, and no trust in whoever passes requests on."""
    return uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        h11_max_incomplete_event_size=PARSER_LIMIT_BYTES,
        # Only a proxy that is named may say who calls; uvicorn itself would trust whoever is on this machine.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or "",
    )


def how_to_try(settings: Settings) -> str:
    """The walk, led by the command as it was typed here and the settings by which it finds this demonstration.

    Settings that hold a secret are named only: what is printed here may end up in a log.
    """
    command = Path(sys.argv[0])
    words = [str(command) if command.name == "rewards" else "rewards"]
    found_by = {"SCHEME": settings.scheme, "DATA_DIR": str(settings.data_dir.resolve())}
    for name, value in found_by.items():
        if getattr(settings, name.lower()) != Settings.model_fields[name.lower()].default:
            words.insert(0, f"{name}={shlex.quote(value)}")
    secret = [name for name in ("DATABASE_URL", "SECRET_KEY", "SIGNING_KEY") if getattr(settings, name.lower())]
    with_settings = f", with the same {' and '.join(secret)}" if secret else ""
    return HOW_TO_TRY.replace("{with_settings}", with_settings).replace("{command}", " ".join(words))


class AnnouncedServer(uvicorn.Server):
    """Says that it is ready once it accepts connections, and not before."""

    def __init__(self, config: uvicorn.Config, ready: str) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            typer.echo(self._ready)


def _bound_socket(settings: Settings) -> socket.socket:
    """The address taken before anything is started, so that a port in use costs no time. Raises PortInUse."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on and every answer waits 40 ms for the client's delayed ACK.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
    except OSError as fault:
        listening.close()
        if fault.errno == errno.EADDRINUSE:
            raise PortInUse(settings.port) from None
        message = f"Cannot listen on {settings.host} port {settings.port}: {fault.strerror}. Check HOST and PORT."
        raise Misconfigured(message) from None
    return listening
