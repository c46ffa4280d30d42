"""A partner comes in: proposed by one officer with its first contract, approved with it by another."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlmodel import Session, col, select

from app.audit import record_act
from app.core.ids import public_id, take_id, uuid7
from app.identity.errors import OwnWork
from app.identity.queries import OfficerRead
from app.offers.contracts.queries import list_contracts
from app.offers.contracts.service import Proposal, approve_contract, propose_contract, refuse_contract
from app.offers.locking import lock_partner
from app.offers.partner_errors import PartnerDecided, PartnerNameTaken, PartnerUnfit
from app.offers.queries import PartnerRead, read_partner
from app.offers.tables import Partner

LONGEST_NAME: Final = 80
LONGEST_PLACE: Final = 120


def propose_partner(
    session: Session,
    *,
    name: str,
    kind: Literal["business", "community_group"],
    place: str,
    contract: Proposal,
    officer: OfficerRead,
    now: datetime,
) -> PartnerRead:
    """It gives nothing and nobody signs in for it until another officer approves it.

    Raises PartnerUnfit, PartnerNameTaken, ContractTooSoon, TermsUnfit.
    """
    called = _check("name", name, LONGEST_NAME)
    others = select(Partner.id).where(Partner.name == called, col(Partner.state) != "refused")
    if session.exec(others).first() is not None:
        raise PartnerNameTaken
    row = Partner(
        id=take_id(session),
        public_id=uuid7(now),
        name=called,
        kind=kind,
        place=_check("place", place, LONGEST_PLACE),
        state="proposed",
        proposed_by=officer.id,
        proposed_at=now,
    )
    session.add(row)
    session.flush()
    _note(session, row, "partner.proposed", officer=officer, now=now)
    propose_contract(session, partner=row.public_id, proposal=contract, officer=officer, now=now)
    return read_partner(row)


def approve_partner(session: Session, *, partner: UUID, officer: OfficerRead, now: datetime) -> PartnerRead:
    """With its contract. Raises PartnerUnknown, PartnerDecided, OwnWork."""
    row = _get_proposed(session, partner)
    if row.proposed_by == officer.id:
        raise OwnWork
    for contract in _list_waiting(session, row):
        approve_contract(session, partner=partner, contract=contract, officer=officer, now=now)
    row.state, row.decided_by, row.decided_at = "approved", officer.id, now
    _note(session, row, "partner.approved", officer=officer, now=now)
    return read_partner(row)


def refuse_partner(session: Session, *, partner: UUID, reason: str, officer: OfficerRead, now: datetime) -> PartnerRead:
    """It stays on record; one may refuse one's own. Raises PartnerUnknown, PartnerDecided."""
    row = _get_proposed(session, partner)
    for contract in _list_waiting(session, row):
        refuse_contract(session, partner=partner, contract=contract, reason=reason, officer=officer, now=now)
    row.state, row.decided_by, row.decided_at, row.refusal = "refused", officer.id, now, reason
    _note(session, row, "partner.refused", officer=officer, now=now)
    return read_partner(row)


def _get_proposed(session: Session, partner: UUID) -> Partner:
    row = lock_partner(session, partner=partner)
    if row.state != "proposed":
        raise PartnerDecided(state=row.state)
    return row


def _list_waiting(session: Session, row: Partner) -> list[UUID]:
    contracts = list_contracts(session, partner_ids=[row.id])[row.id]
    return [one.public_id for one in contracts if one.decision is None]


def _check(field: str, written: str, most_characters: int) -> str:
    said = " ".join(written.split())
    if not said or len(said) > most_characters or not said.isprintable():
        raise PartnerUnfit(field, most_characters=most_characters)
    return said


def _note(session: Session, row: Partner, act: str, *, officer: OfficerRead, now: datetime) -> None:
    session.flush()
    subject = f"partner:{public_id('prt', row.public_id)}"
    record_act(session, actor=officer.actor, act=act, subject=subject, now=now)
