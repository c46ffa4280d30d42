"""Everything that somebody needs to try the demonstration: clients, people's tokens, rewards."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from app.core.clock import london_date
from app.demo.chance import Chance, client_secret
from app.demo.city import get_city
from app.demo.history import History
from app.demo.plan import OFFICERS, PARTNERS, REWARDS, SOURCES, TILL_CLIENT, resident_name
from app.identity.permissions import OFFICER, RESIDENT, VOUCHERS_REDEEM
from app.identity.queries import Client, find_client
from app.web.runtime import Runtime

TOKEN_LIFE = timedelta(hours=12)


def describe_credentials(session: Session, *, runtime: Runtime, base_url: str, now: datetime) -> dict[str, object]:
    """The answer of `rewards demo-credentials --json`; tokens are good for 12 hours from `now`. Raises NotSeeded."""
    city = get_city(session, secrets=runtime.secrets)
    history = History(Chance(runtime.secrets), london_date(now))

    def token(subject: str, scope: str) -> str:
        return runtime.issuer.mint(subject, scope, "demo", TOKEN_LIFE, now)

    client_ids = [*(source.client_id for source in SOURCES), TILL_CLIENT]
    clients = [find_client(session, client_id=client_id) for client_id in client_ids]
    return {
        "base_url": base_url,
        "clients": [_describe_client(client, runtime) for client in clients if client is not None],
        "residents": [
            {
                "id": written,
                "name": resident_name(number),
                "card": history.card(number),
                "token": token(written, RESIDENT),
            }
            for number, written in enumerate(city.residents)
        ],
        "partners": [
            {"id": written, "name": planned.name, "token": token(staff, VOUCHERS_REDEEM)}
            for written, staff, planned in zip(city.partners, city.staff, PARTNERS, strict=True)
        ],
        "officers": [
            {"id": written, "name": planned.name, "roles": [planned.role], "token": token(written, OFFICER)}
            for written, planned in zip(city.officers, OFFICERS, strict=False)
        ],
        "rewards": [
            {
                "id": written,
                "title": planned.title,
                "partner_id": city.partners[planned.partner],
                "points": planned.points,
                "stock": planned.stock,
                "adapter": planned.adapter,
            }
            for written, planned in zip(city.rewards, REWARDS, strict=True)
        ],
    }


def _describe_client(client: Client, runtime: Runtime) -> dict[str, object]:
    return {
        "client_id": client.client_id,
        "client_secret": client_secret(runtime.secrets, client.client_id),
        "scopes": sorted(client.scopes),
        "sources": sorted(client.sources),
        "event_types": sorted(client.event_types),
    }
