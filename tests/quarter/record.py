"""The script's own record: what senders, residents and tills were told, kept without a look at the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.earning.intake import EventResult
from app.earning.void import VoidResult
from tests.quarter.city import Act

Key = tuple[str, str]
"""Source and id of an event."""

OPEN, REDEEMED, CANCELLED, EXPIRED, GIVEN = "open", "redeemed", "cancelled", "expired", "given"
SPENT = frozenset({REDEEMED, GIVEN})


@dataclass
class Voucher:
    """One reward that somebody took; `status` is what the script saw happen to it."""

    person: int
    reward: str
    partner: int
    points: int
    cost_pence: int
    code: str | None
    expires_at: datetime
    status: str


@dataclass
class Record:
    """`acts` has every event that was handed to the post; `told` what each person's awards, so far, come to."""

    acts: dict[Key, Act] = field(default_factory=dict)
    told: Counter[int] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    kept: dict[Key, int] = field(default_factory=dict)
    voided: set[Key] = field(default_factory=set)
    not_enrolled: set[Key] = field(default_factory=set)
    refused: dict[Key, str] = field(default_factory=dict)
    adjustments: int = 0
    vouchers: dict[UUID, Voucher] = field(default_factory=dict)
    declined: Counter[str] = field(default_factory=Counter)
    told_in_prelude: dict[int, int] = field(default_factory=dict)

    def hear(self, results: Sequence[EventResult]) -> None:
        """Take down what a sender was told about a batch."""
        for result in results:
            assert result.source is not None
            assert result.id is not None
            key = (result.source, result.id)
            self.statuses[result.status] += 1
            match result.status:
                case "awarded" | "recorded":
                    assert key not in self.kept, f"{key} was new twice"
                    person = self.acts[key].person.number
                    self.kept[key] = person
                    self.told[person] += result.points + result.adjusted
                    self.adjustments += result.adjusted != 0
                case "duplicate":
                    assert key in self.kept, f"{key} was never new"
                case "not_enrolled":
                    self.not_enrolled.add(key)
                case _:
                    assert result.refusal is not None
                    self.refused[key] = result.refusal.code

    def hear_void(self, key: Key, result: VoidResult) -> None:
        """Take down what an officer was told."""
        if key in self.voided:
            assert (result.points, result.adjusted) == (0, 0), "a second void changes nothing"
        self.voided.add(key)
        self.told[self.kept[key]] += result.points + result.adjusted

    def decline(self, code: str, *, rightly: bool) -> None:
        """Take down a refusal; `rightly` says whether the script would have refused as well."""
        assert rightly, f"{code}, and the record says otherwise"
        self.declined[code] += 1

    def expire_due(self, now: datetime) -> int:
        """Vouchers whose time is over by now are expired; how many."""
        due = [one for one in self.vouchers.values() if one.status == OPEN and one.expires_at <= now]
        for one in due:
            one.status = EXPIRED
        return len(due)

    def points_in(self, person: int, statuses: frozenset[str]) -> int:
        """Points of a person's vouchers of these statuses."""
        return sum(v.points for v in self.vouchers.values() if v.person == person and v.status in statuses)
