"""What waits for somebody in the demonstration, so that each side has something to do: nothing of it is decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlmodel import Session

from app.core.clock import LONDON, london_date
from app.core.units import Points
from app.demo.plan import CAFE, HOST, HOST_ORGANISATION, OFFICERS, REWARDS, TAPS
from app.earning.missing import report_missing
from app.hosting.organisations import add_host, register_organisation
from app.hosting.sessions import open_session
from app.identity.queries import OfficerRead, find_staff
from app.offers.proposals.service import propose_reward
from app.offers.proposals.terms import RewardTerms
from app.residents.queries import ResidentRead
from app.rights.complaints import make_complaint

ADMINISTRATOR = next(place for place, officer in enumerate(OFFICERS) if officer.role == "admin")
COMPLAINS, MISSES = 30, 31
"""Residents by number."""

PATIENCE = timedelta(days=14)
SESSIONS = ((-1, "Clearing the path"), (2, "Planting hedges"))
"""In days from today: one to attest, one to come."""

CAKE = RewardTerms(
    title="A slice of cake",
    description="Any one from the counter.",
    kind="food",
    adapter="voucher_code",
    points=Points(90),
    stock=None,
    stock_per_day=20,
    blackout_on=(),
    voucher_days=30,
    step_up_points=None,
    paused=False,
)


def leave_work(
    session: Session,
    *,
    staff: Sequence[str],
    residents: Sequence[ResidentRead],
    officers: Sequence[OfficerRead],
    now: datetime,
) -> tuple[str, ...]:
    """The hosts' public ids."""
    hosts = _open_sessions(session, officers[ADMINISTRATOR], now)
    counter = find_staff(session, written=staff[CAFE])
    assert counter is not None, "the café has somebody at its counter"
    adapters = {reward.adapter for reward in REWARDS}
    propose_reward(session, terms=CAKE, adapters=adapters, staff=counter, now=now)
    report_missing(
        session,
        resident_id=residents[MISSES].id,
        source=TAPS,
        type_name=None,
        on=london_date(now) - timedelta(days=3),
        note="The bus in the morning",
        late_window=PATIENCE,
        now=now,
    )
    words = "The swim was not to be had when I went, and nobody could say why."
    make_complaint(session, resident_id=residents[COMPLAINS].id, words=words, now=now)
    return hosts


def _open_sessions(session: Session, officer: OfficerRead, now: datetime) -> tuple[str, ...]:
    kinds = ("volunteer.session", "litter.pick")
    organisation = register_organisation(session, name=HOST_ORGANISATION, event_types=kinds, officer=officer, now=now)
    host = add_host(session, organisation=organisation.uuid, name=HOST, officer=officer, now=now)
    for days, title in SESSIONS:
        starts_at = datetime.combine(london_date(now) + timedelta(days=days), time(10), LONDON)
        open_session(
            session,
            host=host,
            event_type="volunteer.session",
            title=title,
            place=None,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            late_window=PATIENCE,
            now=now,
        )
    return (host.public_id,)
