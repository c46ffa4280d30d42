"""People who ask each other to join, and what it brings them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from app.core.secret_store import Secrets
from app.earning.referrals import name_referrer, sweep_referrals
from app.ledger.queries import get_balance
from app.residents.households import HouseholdKeys, join_household
from app.residents.queries import get_resident
from app.residents.referrals import InvitationKeys, give_invitation
from app.residents.service import enrol_resident, link_card
from tests.earning.world import World, ride

REFERRALS = "urn:leeds:referrals"
NOW = datetime(2026, 7, 11, 12, tzinfo=UTC)
JOINED = NOW - timedelta(days=10)


@dataclass
class Friends:
    """`joined` are ids; the one at place n holds `card:n`."""

    world: World
    secrets: Secrets
    joined: list[int] = field(default_factory=list)
    rides: int = 0

    def join(self, *, at: datetime = JOINED) -> int:
        """Their place in `joined`."""
        place = len(self.joined)

        def enrol(session: Session) -> int:
            resident = enrol_resident(
                session,
                name="Somebody",
                connection="live",
                ward=None,
                enrolled_at=at,
                now=at,
            )
            link_card(
                session,
                resident_id=resident.id,
                subject=f"card:{place}",
                source_id=None,
                keys=self.world.keys,
                enrolled_at=at,
            )
            return resident.id

        self.joined.append(self.world.database.in_transaction(enrol))
        return place

    def code(self, who: int) -> str:
        return self.world.database.in_transaction(
            lambda session: give_invitation(session, resident_id=self.joined[who], keys=InvitationKeys(self.secrets))
        )

    def name(self, who: int, *, code: str, now: datetime = NOW) -> None:
        """`who` says that the holder of `code` asked them."""
        self.world.database.in_transaction(
            lambda session: name_referrer(
                session,
                resident=get_resident(session, resident_id=self.joined[who]),
                code=code,
                keys=InvitationKeys(self.secrets),
                now=now,
            )
        )

    def refer(self, friend: int, *, by: int, now: datetime = NOW) -> None:
        self.name(friend, code=self.code(by), now=now)

    def live_at(self, who: int, uprn: str) -> None:
        self.world.database.in_transaction(
            lambda session: join_household(
                session, resident_id=self.joined[who], uprn=uprn, keys=HouseholdKeys(self.secrets), now=NOW
            )
        )

    def earn(self, who: int, *, at: datetime = NOW) -> str:
        """By a bike ride of an hour before; the event's id."""
        self.rides += 1
        (result,) = self.world.send([ride(self.rides, at - timedelta(hours=1), 5000, card=who)], at=at)
        assert result.points > 0
        return f"R-{self.rides}"

    def sweep(self, *, at: datetime = NOW + timedelta(minutes=1)) -> int:
        return sweep_referrals(self.world.database, now=at)

    def balance(self, who: int) -> int:
        balance = self.world.database.in_transaction(
            lambda session: get_balance(session, wallet_id=self.joined[who], now=NOW + timedelta(days=1))
        )
        return balance.available

    def events(self) -> list[tuple[int, int, bool]]:
        """Derived ones: whose (their place), points, and whether rules were asked."""
        rows = self.world.database.in_transaction(
            lambda session: session.execute(
                text(
                    "SELECT resident_id, points, counted FROM events WHERE type = 'referral.qualified'"
                    " ORDER BY happened_at, id"
                )
            ).all()
        )
        return [(self.joined.index(row.resident_id), row.points, row.counted) for row in rows]
