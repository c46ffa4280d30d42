"""What a seeded demonstration consists of, kept as one fact of the scheme: public ids only, everything else derived."""

from __future__ import annotations

import msgspec
from sqlalchemy import text
from sqlmodel import Session

from app.core.scheme_facts import find_fact, state_fact
from app.core.secret_store import Secrets
from app.demo.chance import fingerprint
from app.demo.errors import NotSeeded, OtherSecrets, RealPeopleHere

_FACT = "demo"


class SeededCity(msgspec.Struct, frozen=True):
    """Public ids in the order of app.demo.plan; `staff` are the people at each partner's till.

    A demonstration that an older version seeded has fewer officers and no hosts.
    """

    secrets: str
    residents: tuple[str, ...]
    partners: tuple[str, ...]
    staff: tuple[str, ...]
    officers: tuple[str, ...]
    rewards: tuple[str, ...]
    hosts: tuple[str, ...] = ()


def find_city(session: Session, *, secrets: Secrets) -> SeededCity | None:
    """The demonstration in this scheme, None where there is none yet and nobody real either.

    Raises RealPeopleHere or OtherSecrets.
    """
    written = find_fact(session, _FACT)
    if written is None:
        if session.execute(text("SELECT EXISTS (SELECT FROM residents)")).scalar_one():
            raise RealPeopleHere
        return None
    city = msgspec.json.decode(written, type=SeededCity)
    if city.secrets != fingerprint(secrets):
        raise OtherSecrets
    return city


def get_city(session: Session, *, secrets: Secrets) -> SeededCity:
    """The demonstration in this scheme. Raises NotSeeded, RealPeopleHere or OtherSecrets."""
    city = find_city(session, secrets=secrets)
    if city is None:
        raise NotSeeded
    return city


def state_city(session: Session, *, city: SeededCity) -> None:
    """Mark the scheme as a demonstration, with what it consists of."""
    state_fact(session, key=_FACT, value=msgspec.json.encode(city).decode())
