"""Connecting a partner's own system: an officer does, or the partner's owner proposes it and an officer approves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.audit import Actor, record_act
from app.core.errors import Conflict, Invalid, NotFound
from app.core.ids import public_id
from app.offers.endpoints import EndpointKeys, connect_partner
from app.offers.queries import PartnerRead, get_partner
from app.offers.tables import EndpointProposal, PartnerEndpoint
from partners.secrets import find_secret_fault


class AdapterUnknown(NotFound):
    """Nothing across the network is asked by this name."""

    code = "adapter-unknown"

    def __init__(self, *, known: Collection[str]) -> None:
        self.known = sorted(known)
        super().__init__("No system of a partner is asked in this way. See the reference of adapters.")


class NoEndpointProposed(Conflict):
    """Nothing waits."""

    code = "no-endpoint-proposed"

    def __init__(self) -> None:
        super().__init__("No address of this partner waits to be approved.")


class SecretUnfit(Invalid):
    """Nothing can be asked with it."""

    code = "secret-unfit"


@dataclass(frozen=True)
class ConnectionRead:
    """Where the partner is asked, None while nowhere, and where it wants to be. Secrets are never read back."""

    adapter: str
    url: str | None
    connected_at: datetime | None
    proposed_url: str | None
    proposed_at: datetime | None


def list_connections(session: Session, *, partner_id: int) -> tuple[ConnectionRead, ...]:
    """By adapter."""
    mine = select(PartnerEndpoint).where(PartnerEndpoint.partner_id == partner_id)
    waiting = select(EndpointProposal).where(EndpointProposal.partner_id == partner_id)
    connected = {row.adapter: row for row in session.exec(mine.execution_options(populate_existing=True))}
    proposed = {row.adapter: row for row in session.exec(waiting.execution_options(populate_existing=True))}
    return tuple(
        ConnectionRead(
            adapter=adapter,
            url=one.url if one else None,
            connected_at=one.connected_at if one else None,
            proposed_url=other.url if other else None,
            proposed_at=other.proposed_at if other else None,
        )
        for adapter in sorted({*connected, *proposed})
        for one, other in ((connected.get(adapter), proposed.get(adapter)),)
    )


@dataclass(frozen=True)
class ProposedEndpoint:
    """An address that a partner wants to be asked at, and the one until now, None while there is none."""

    partner: PartnerRead
    adapter: str
    url: str
    url_until_now: str | None
    proposed_at: datetime


def list_proposed_endpoints(session: Session) -> tuple[ProposedEndpoint, ...]:
    """What waits for an officer, of all partners, the oldest first."""
    rows = session.exec(
        select(EndpointProposal, col(PartnerEndpoint.url))
        .join(
            PartnerEndpoint,
            (col(PartnerEndpoint.partner_id) == col(EndpointProposal.partner_id))
            & (col(PartnerEndpoint.adapter) == col(EndpointProposal.adapter)),
            isouter=True,
        )
        .order_by(col(EndpointProposal.proposed_at))
        .execution_options(populate_existing=True)
    ).all()
    return tuple(
        ProposedEndpoint(
            partner=get_partner(session, partner_id=wanted.partner_id),
            adapter=wanted.adapter,
            url=wanted.url,
            url_until_now=before,
            proposed_at=wanted.proposed_at,
        )
        for wanted, before in rows
    )


def propose_endpoint(
    session: Session,
    *,
    partner_id: int,
    adapter: str,
    url: str,
    secret: str,
    keys: EndpointKeys,
    actor: Actor,
    now: datetime,
) -> None:
    """In the place of what waited; the partner is asked where it was until an officer approves it. `url` is checked.

    Raises SecretUnfit.
    """
    _refuse_unfit(adapter, secret)
    values = {"url": url, "secret_sealed": keys.seal(secret), "proposed_at": now}
    made = insert(EndpointProposal).values(partner_id=partner_id, adapter=adapter, **values)
    session.execute(made.on_conflict_do_update(index_elements=["partner_id", "adapter"], set_=values))
    _note(session, partner_id, adapter, "endpoint proposed", actor, now)


def connect_endpoint(
    session: Session,
    *,
    partner_id: int,
    adapter: str,
    url: str,
    secret: str,
    keys: EndpointKeys,
    actor: Actor,
    now: datetime,
) -> None:
    """By an officer, at once. Raises PartnerUnknown, SecretUnfit."""
    _refuse_unfit(adapter, secret)
    connect_partner(session, partner_id=partner_id, adapter=adapter, url=url, secret=secret, keys=keys, now=now)
    _note(session, partner_id, adapter, "endpoint connected", actor, now)


def decide_endpoint(
    session: Session,
    *,
    partner_id: int,
    adapter: str,
    url: str,
    decision: Literal["approve", "refuse"],
    keys: EndpointKeys,
    actor: Actor,
    now: datetime,
) -> None:
    """`url` is the one that the officer read; another by now is not decided. Raises NoEndpointProposed, SecretUnfit."""
    wanted = select(EndpointProposal).where(
        EndpointProposal.partner_id == partner_id,
        col(EndpointProposal.adapter) == adapter,
        col(EndpointProposal.url) == url,
    )
    row = session.exec(wanted.with_for_update().execution_options(populate_existing=True)).first()
    if row is None:
        raise NoEndpointProposed
    secret = keys.open(row.secret_sealed)
    session.delete(row)
    session.flush()
    if decision == "approve":
        _refuse_unfit(adapter, secret)
        connect_partner(session, partner_id=partner_id, adapter=adapter, url=url, secret=secret, keys=keys, now=now)
    what = "endpoint approved" if decision == "approve" else "endpoint refused"
    _note(session, partner_id, adapter, what, actor, now)


def _refuse_unfit(adapter: str, secret: str) -> None:
    fault = find_secret_fault(adapter, secret)
    if fault is not None:
        raise SecretUnfit(fault)


def _note(session: Session, partner_id: int, adapter: str, what: str, actor: Actor, now: datetime) -> None:
    subject = f"partner:{public_id('prt', get_partner(session, partner_id=partner_id).public_id)}"
    facts: dict[str, str | int | bool | None] = {"what": what, "adapter": adapter}
    record_act(session, actor=actor, act="partner.changed", subject=subject, facts=facts, now=now)
