"""Registering who may call: sources, machines, officers and partners' staff."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.audit import SYSTEM, Actor, record_act
from app.core.ids import take_id, uuid7
from app.identity.errors import ClientIdTaken, OfficerEmailTaken, RegistrationInvalid, SourceNameTaken
from app.identity.permissions import MACHINE_SCOPES, ROLES
from app.identity.queries import Client, OfficerRead, StaffRead, find_client, hash_client_secret
from app.identity.tables import OAuthClient, Officer, PartnerStaff, Source
from rules.event import EVIDENCE

_CLIENT_ID = re.compile(r"[a-z][a-z0-9.-]{1,63}")
_SOURCE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s/?#%\x00-\x20\x7f]{1,200}")
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,189}")
MINIMUM_SECRET = 32
"""Characters of a client secret; `app.core.ids.new_secret` makes 43."""


def register_source(session: Session, *, name: str, title: str, evidence: str) -> int:
    """Its new id. `name` is a URI without slashes, such as urn:wymetro:taps, so that it can stand in a path."""
    if not _SOURCE_NAME.fullmatch(name):
        raise RegistrationInvalid("name", "A source's name is a URI without slashes, such as urn:wymetro:taps.")
    if evidence not in EVIDENCE:
        raise RegistrationInvalid("evidence", f"The evidence is one of {', '.join(EVIDENCE)}.")
    if session.exec(select(Source.id).where(Source.name == name)).first() is not None:
        raise SourceNameTaken(name)
    # Numbers of sources stay small (their column is smallint), so they do not come from the common sequence.
    number = int(session.exec(select(func.coalesce(func.max(Source.id), 0) + 1)).one())
    session.add(Source(id=number, name=name, title=title, evidence=evidence))
    session.flush()
    return number


def register_client(
    session: Session,
    *,
    client_id: str,
    secret: str | None,
    title: str,
    scopes: Collection[str],
    sources: Collection[str] = (),
    event_types: Collection[str] = (),
    partner_id: int | None = None,
) -> Client:
    """Add a machine. Its id holds no underscore, so it never looks like the id of a person or a till device.

    One without a secret can't sign in before it has a key (`app.identity.machine_keys`).
    """
    if not _CLIENT_ID.fullmatch(client_id):
        raise RegistrationInvalid("client_id", "A client id is 2 to 64 of a-z, 0-9, dots and hyphens.")
    if secret is not None and len(secret) < MINIMUM_SECRET:
        raise RegistrationInvalid("secret", f"A client secret has at least {MINIMUM_SECRET} random characters.")
    if not scopes or not MACHINE_SCOPES.issuperset(scopes):
        raise RegistrationInvalid("scopes", f"A machine's scopes are some of {', '.join(sorted(MACHINE_SCOPES))}.")
    known = set(session.exec(select(Source.name).where(col(Source.name).in_(sources))))
    if known != set(sources):
        raise RegistrationInvalid("sources", "Register the client's sources first; one of them is not known.")
    if session.exec(select(OAuthClient.id).where(OAuthClient.client_id == client_id)).first() is not None:
        raise ClientIdTaken(client_id)
    row = OAuthClient(
        id=take_id(session),
        client_id=client_id,
        secret_hash=None if secret is None else hash_client_secret(secret),
        title=title,
        scopes=sorted(set(scopes)),
        sources=sorted(set(sources)),
        event_types=sorted(set(event_types)),
        partner_id=partner_id,
    )
    session.add(row)
    session.flush()
    client = find_client(session, client_id=client_id)
    assert client is not None, "it was added above"
    return client


@dataclass(frozen=True)
class NewOfficer:
    """As they will be kept: the address in lower case."""

    name: str
    email: str


def check_roles(roles: Collection[str]) -> None:
    """Raises RegistrationInvalid unless there is one, and no other than those that there are."""
    if not roles or not ROLES.issuperset(roles):
        raise RegistrationInvalid("roles", f"An officer has one or more of the roles {', '.join(sorted(ROLES))}.")


def check_new_officer(session: Session, *, name: str, email: str, roles: Collection[str]) -> NewOfficer:
    """Whether somebody can be added like this. Raises RegistrationInvalid or OfficerEmailTaken."""
    check_roles(roles)
    if not _EMAIL.fullmatch(email):
        raise RegistrationInvalid("email", "Enter an e-mail address in the form name@example.org.")
    address = email.lower()
    if session.exec(select(Officer.id).where(Officer.email == address)).first() is not None:
        raise OfficerEmailTaken
    return NewOfficer(_check_name(name), address)


def create_officer(
    session: Session, *, name: str, email: str, roles: Collection[str], now: datetime, actor: Actor = SYSTEM
) -> OfficerRead:
    """Add a person of the council. Raises RegistrationInvalid or OfficerEmailTaken."""
    checked = check_new_officer(session, name=name, email=email, roles=roles)
    row = Officer(
        id=take_id(session),
        public_id=uuid7(now),
        name=checked.name,
        email=checked.email,
        roles=sorted(set(roles)),
        made_at=now,
    )
    session.add(row)
    session.flush()
    made = OfficerRead(row.id, row.public_id, row.name, frozenset(row.roles))
    facts = {"roles": ", ".join(row.roles)}
    record_act(session, actor=actor, act="role.given", subject=f"officer:{made.public_id}", facts=facts, now=now)
    return made


def add_partner_staff(session: Session, *, partner_id: int, name: str, now: datetime, owner: bool = False) -> StaffRead:
    """Add a person who redeems vouchers at this partner, or as `owner` speaks for it."""
    row = PartnerStaff(
        id=take_id(session), public_id=uuid7(now), partner_id=partner_id, name=_check_name(name), owner=owner
    )
    session.add(row)
    session.flush()
    return StaffRead(row.id, row.public_id, row.name, row.partner_id, row.owner)


def _check_name(name: str) -> str:
    if not name.strip() or not name.isprintable():
        raise RegistrationInvalid("name", "Enter a name.")
    return name.strip()
