"""A desk at a library, with an officer who may act for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2

from app.core.clock import london_date
from app.residents.terms.book import LEEDS_TERMS
from tests.api.city import City

WHY = {"purpose": "asked_in_person", "note": "Came to the library."}
HEADERS = {"Purpose": "asked_in_person", "Purpose-Note": "Came to the library."}


@dataclass
class Office:
    """Requests of the officer, each with its purpose."""

    city: City

    @property
    def terms(self) -> str:
        return LEEDS_TERMS.get_current(today=london_date(self.city.clock.at)).version

    def join(self, *, key: str | None = None, who: str = "support", **changes: object) -> httpx2.Response:
        order = {"name": "Ada Booth", "connection": "live", "terms_version": self.terms, "of_age": True, **WHY}
        headers = self.city.by(who) | ({"Idempotency-Key": key} if key else {})
        return self.city.http.post("/v1/desk/residents", json=order | changes, headers=headers)

    def joined(self) -> str:
        """The digits of a new member's number."""
        answer = self.join()
        assert answer.status_code == 201, answer.text
        return str(answer.json()["member"]["qr_text"]).removeprefix("member:")

    def get(self, member: str, what: str, *, who: str = "support") -> httpx2.Response:
        return self.city.http.get(f"/v1/desk/residents/{member}/{what}", headers=self.city.by(who) | HEADERS)

    def post(self, member: str, what: str, **order: Any) -> httpx2.Response:  # noqa: ANN401 - JSON
        path = f"/v1/desk/residents/{member}/{what}"
        return self.city.http.post(path, json={**WHY, **order}, headers=self.city.by("support"))

    def wait(self, time: timedelta) -> None:
        """Later, the officer signs in again."""
        self.city.clock.at += time
        self.city.tokens["support"] = self.city.token(self.city.officers["support"], "officer")
