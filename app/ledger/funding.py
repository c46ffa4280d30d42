"""Officers' decisions about money, carried out and put on record in one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from app.core.units import Pence, Points
from app.ledger.accounts import open_account
from app.ledger.chart import SCHEME, AccountKind, Unit
from app.ledger.decisions import Decision, check_reason, record_decision
from app.ledger.rate import change_rate
from app.ledger.service import fund_campaign, pay_into_pot


def record_payment(session: Session, *, funder_id: int, pence: Pence, decision: Decision, now: datetime) -> None:
    """Money that a funder set aside; more than 0. Raises ReasonUnfit."""
    check_reason(decision)
    pay_into_pot(session, funder_id=funder_id, pence=pence, now=now)
    pot = open_account(session, kind=AccountKind.POT, unit=Unit.PENCE, owner=funder_id)
    record_decision(session, decision, kind="pay_in", account_id=pot, amount=pence, now=now)


def record_funding(
    session: Session, *, campaign_id: int, points: Points, funder_id: int, decision: Decision, now: datetime
) -> None:
    """Points for a campaign against the funder's pot; more than 0. Raises PotTooSmall, ReasonUnfit."""
    check_reason(decision)
    fund_campaign(session, campaign_id=campaign_id, points=points, funder_id=funder_id, now=now)
    budget = open_account(session, kind=AccountKind.BUDGET, unit=Unit.POINTS, owner=campaign_id)
    record_decision(session, decision, kind="fund", account_id=budget, amount=points, now=now)


def record_rate(session: Session, *, to: int, least: int, funder_id: int, decision: Decision, now: datetime) -> None:
    """Another backing rate; see `change_rate`. Raises RateTooLow, PotTooSmall, ReasonUnfit."""
    check_reason(decision)
    change_rate(session, to=to, least=least, funder_id=funder_id, now=now)
    backing = open_account(session, kind=AccountKind.BACKING, unit=Unit.PENCE, owner=SCHEME)
    record_decision(session, decision, kind="rate", account_id=backing, amount=to, now=now)
