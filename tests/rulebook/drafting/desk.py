"""Officers at work on a draft, over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2

from app.identity.service import create_officer
from app.rulebook.drafting.evidence import Finding, Kind, attach_evidence
from tests.api.city import City, bearer
from tests.earning.world import RIDES
from tests.rules.making import make_document

KEY = "rul_rides"
TUESDAY = datetime.fromisoformat("2026-09-15T12:00:00Z")


def make_rides_document(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a document
    """3 points for each ride of 2 km and more, twice a day, with an example."""
    return make_document(
        **{
            "id": KEY,
            "title": {"en": "A ride"},
            "campaign": "cmp_ride_leeds",
            "validity": {"start": "2026-09-01", "until": "2027-09-01"},
            "trigger": "cycle.trip",
            "source": RIDES,
            "when": [{"fact": "distance_m", "op": "at_least", "value": 2_000}],
            "effect": {"kind": "points", "points": 3},
            "limits": [{"scope": "resident_rule", "per": "day", "times": 2}],
            "examples": [make_example(2_000, 3)],
        }
        | changes
    )


def make_example(metres: int, points: int) -> dict[str, Any]:
    """One ride and what it earns."""
    ridden = {"type": "cycle.trip", "time": "2026-09-16T09:00:00Z", "data": {"distance_m": metres}}
    return {"title": "A ride", "events": [ridden], "expect": {"points": points}}


@dataclass
class Desk:
    """The city, and officers by name; those who are not named are made with the role editor."""

    city: City
    people: dict[str, str]

    def hire(self, name: str, *roles: str) -> str:
        """A new officer; gives the public id."""
        made = self.city.runtime.database.in_transaction(
            lambda session: create_officer(
                session, name=name, email=f"{name}@example.org", roles=list(roles), now=self.city.clock.now()
            )
        )
        self.people[name] = made.public_id
        return made.public_id

    def ask(
        self, who: str, method: str, path: str, body: object = None, *, tag: object = None, **headers: str
    ) -> httpx2.Response:
        """`tag` is the ETag that the request names, None for none."""
        sent = bearer(self.city.token(self.people[who], "officer")) | headers
        if tag is not None:
            sent["If-Match"] = f'"{tag}"'
        return self.city.http.request(method, path, json=body, headers=sent)

    def begin(self, who: str = "ann", **changes: Any) -> httpx2.Response:  # noqa: ANN401 - parts of a document
        return self.ask(who, "POST", "/v1/rules", {"document": make_rides_document(**changes)})

    def save(self, who: str, tag: object, **changes: Any) -> httpx2.Response:  # noqa: ANN401 - parts of a document
        body = {"document": make_rides_document(**changes)}
        return self.ask(who, "PUT", f"/v1/rules/{KEY}/draft", body, tag=tag)

    def take(self, who: str, step: str, tag: object = 1, body: object = None) -> httpx2.Response:
        """A step of the draft's life."""
        return self.ask(who, "POST", f"/v1/rules/{KEY}/{step}", body, tag=tag)

    def show(self) -> dict[str, Any]:
        """The open draft, as anybody may see it."""
        answer: dict[str, Any] = self.ask("ann", "GET", f"/v1/rules/{KEY}/draft").json()
        return answer

    def attach(self, revision: int = 1, points: int = 500, kind: Kind = "forecast") -> None:
        """What says so many points over the validity."""
        finding = Finding(kind, 0, points // 2, points, result={"people": 100})
        self.city.runtime.database.in_transaction(
            lambda session: attach_evidence(
                session, key=KEY, revision=revision, finding=finding, now=self.city.clock.now()
            )
        )

    def submit(self, *, points: int = 500) -> dict[str, Any]:
        """Ann's draft, checked and submitted."""
        draft = self.begin().json()
        self.attach(draft["revision"], points)
        assert self.take("ann", "check").json()["status"] == "checked"
        answer: dict[str, Any] = self.take("ann", "submit", draft["revision"]).json()
        return answer
