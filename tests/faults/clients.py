"""Clients that know what they were told: each repeats a request until it is acknowledged, and notes the answer."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx2

from tests.faults.city import DATA, SOURCES, City

RESIDENTS_EACH = 20
STEP = timedelta(minutes=10)
"""Between two events of a resident; thirteen days hold 1,872 of them."""
PATIENCE_SECONDS = 120
KINDS = tuple(SOURCES)


@dataclass
class Acknowledged:
    """What one client was told. `events` by id: points. `vouchers` by Idempotency-Key: the voucher's public id."""

    events: dict[str, int] = field(default_factory=dict)
    vouchers: dict[str, str] = field(default_factory=dict)
    redeemed: set[str] = field(default_factory=set)
    declined: set[str] = field(default_factory=set)
    repeats: int = 0
    told_as_duplicate: int = 0


@dataclass
class PostingClient:
    """One thread with residents of its own, whose events it sends in the order in which they happened.

    So no event is ever late, and what was answered about it has to stand to the end.
    """

    number: int
    city: City
    base_url: str
    began_at: datetime
    stop: threading.Event
    told: Acknowledged = field(default_factory=Acknowledged)

    def work(self) -> Acknowledged:
        """Post until told to stop; the last request is repeated until it is acknowledged, too."""
        with httpx2.Client(base_url=self.base_url, timeout=30) as http:
            for step in count():
                if self.stop.is_set():
                    return self.told
                self._post_batch(http, step)
                self._take_voucher(http, step)
        raise AssertionError  # the loop returns

    def _post_batch(self, http: httpx2.Client, step: int) -> None:
        happened_at = self.began_at + step * STEP
        assert happened_at < self.began_at + timedelta(days=13), "a client must not run out of days"
        first = self.number * RESIDENTS_EACH
        events = []
        for resident in range(first, first + RESIDENTS_EACH):
            kind = KINDS[(step + resident) % len(KINDS)]
            events.append(
                {
                    "specversion": "1.0",
                    "id": f"{step}-{resident}",
                    "source": SOURCES[kind][0],
                    "type": kind,
                    "time": happened_at.isoformat().replace("+00:00", "Z"),
                    "subject": f"card:{resident}",
                    "data": DATA[kind],
                }
            )
        headers = {"Content-Type": "application/cloudevents-batch+json"}
        answer = self._insist(http, "/v1/events", events, headers, token=self.city.machine_token)
        assert answer.status_code == httpx2.codes.OK, answer.text
        results = answer.json()["results"]
        assert [result["id"] for result in results] == [event["id"] for event in events]
        for result in results:
            assert result["status"] in {"awarded", "recorded", "duplicate"}, result
            assert result["adjusted"] == 0
            assert result["id"] not in self.told.events
            self.told.events[result["id"]] = result["points"]
            self.told.told_as_duplicate += result["status"] == "duplicate"

    def _take_voucher(self, http: httpx2.Client, step: int) -> None:
        """Each resident in turn takes a biscuit if there are points for it, and every other one eats it."""
        resident = self.number * RESIDENTS_EACH + step % RESIDENTS_EACH
        key = f"take-{self.number}-{step}"
        order = {"reward_id": self.city.reward}
        token = self.city.resident_tokens[resident]
        answer = self._insist(http, "/v1/redemptions", order, {"Idempotency-Key": key}, token=token)
        if answer.status_code == httpx2.codes.CONFLICT:
            assert answer.json()["code"] == "insufficient-points", answer.text
            self.told.declined.add(key)
            return
        assert answer.status_code == httpx2.codes.CREATED, answer.text
        voucher = answer.json()
        self.told.vouchers[key] = voucher["id"]
        if step % 2:
            shown = {"code": voucher["code"]}
            headers = {"Idempotency-Key": f"eat-{self.number}-{step}"}
            eaten = self._insist(http, "/v1/vouchers/redeem", shown, headers, token=self.city.till_token)
            assert eaten.status_code == httpx2.codes.OK, eaten.text
            self.told.redeemed.add(voucher["id"])

    def _insist(
        self, http: httpx2.Client, path: str, body: object, headers: Mapping[str, str], *, token: str
    ) -> httpx2.Response:
        """Send the very same request until there is an answer that is neither a fault nor "wait"."""
        kinds = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = http.post(path, content=json.dumps(body), headers=kinds | dict(headers))
            except httpx2.TransportError:
                answer = None
            if answer is not None and not _is_unanswered(answer):
                return answer
            assert time.monotonic() < deadline, f"no answer but {answer and answer.text}"
            self.told.repeats += 1
            time.sleep(0.05)


def _is_unanswered(answer: httpx2.Response) -> bool:
    if answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
        return True
    waits: Any = answer.json() if answer.status_code == httpx2.codes.CONFLICT else {}
    return bool(waits.get("code") == "idempotency-key-in-use")
