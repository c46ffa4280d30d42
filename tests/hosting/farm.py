"""A farm where people volunteer, a library where they check in, and the numbers that they are known by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2

from app.core.ids import parse_public_id
from app.hosting.check_in_codes import CODE_SECONDS, CheckInCodes
from app.residents.members import give_member_number
from app.residents.queries import get_resident
from tests.api.city import City


@dataclass
class Farm:
    """`members` are the residents' numbers, in their order."""

    city: City
    members: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        keys = self.city.runtime.card_keys

        def give(resident_id: int) -> str:
            return self.city.runtime.database.in_transaction(
                lambda session: give_member_number(
                    session, resident=get_resident(session, resident_id=resident_id), keys=keys
                )
            )

        self.members = [give(resident_id) for resident_id in self.city.world.residents]

    @property
    def now(self) -> datetime:
        return self.city.clock.at

    def wait(self, time: timedelta) -> None:
        """Later, everybody signs in again."""
        self.city.clock.at += time
        self.city.tokens |= {who: self.city.token(one, "host") for who, one in self.city.hosts.items()}
        self.city.tokens |= {role: self.city.token(one, "officer") for role, one in self.city.officers.items()}

    def open(self, *, who: str = "host", **changes: object) -> httpx2.Response:
        """A session of three hours that ended an hour ago, or another."""
        order = {
            "event_type": "volunteer.session",
            "title": "Digging",
            "starts_at": written(self.now - timedelta(hours=4)),
            "ends_at": written(self.now - timedelta(hours=1)),
        }
        return self.city.http.post("/v1/host/sessions", json=order | changes, headers=self.city.by(who))

    def opened(self, *, who: str = "host", **changes: object) -> str:
        answer = self.open(who=who, **changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def lasting(self, hours_ago: float, hours: float, **changes: str) -> str:
        """A session that began so many hours ago and lasted so many."""
        starts_at = self.now - timedelta(hours=hours_ago)
        return self.opened(starts_at=written(starts_at), ends_at=written(starts_at + timedelta(hours=hours)), **changes)

    def attest(self, session: str, *lines: Mapping[str, object], who: str = "host") -> httpx2.Response:
        path = f"/v1/host/sessions/{session}/attendance"
        return self.city.http.post(path, json={"attended": list(map(dict, lines))}, headers=self.city.by(who))

    def tick(self, session: str, *residents: int, **more: object) -> list[dict[str, Any]]:
        """Results of attesting these residents by number."""
        answer = self.attest(session, *({"member": self.members[resident], **more} for resident in residents))
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    def told(self, session: str) -> list[dict[str, Any]]:
        shown = self.city.http.get(f"/v1/host/sessions/{session}/attendance", headers=self.city.by("host"))
        items: list[dict[str, Any]] = shown.json()["items"]
        return items

    def code(self, session: str, at: datetime | None = None) -> str:
        """The code that is on the screen at this time, whether or not the session is on then."""
        uuid = parse_public_id("ses", session)
        assert uuid is not None
        number = int((at or self.now).timestamp()) // CODE_SECONDS
        return CheckInCodes(self.city.runtime.secrets).make(uuid, number)

    def check_in(self, code: str, resident: int = 0) -> httpx2.Response:
        return self.city.http.post("/v1/check-ins", json={"code": code}, headers=self.city.resident(resident))


def written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
