"""Calls to partners across the network: short, repeated while nobody answers, and left off while a partner is down.

Whatever goes wrong on the way is PartnerUnavailable: what has become of the call is not known, and it may be repeated.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from partners.interface import Endpoint, IssueRequest, PartnerUnavailable

SECONDS_A_TRY: Final = 5.0
TRIES: Final = 3
DEADLINE_SECONDS: Final = 12.0
"""For all tries together."""
FAULTS_IN_A_ROW: Final = 5
REST_SECONDS: Final = 30.0
"""How long a partner that gave no answer so often in a row is not asked at all."""
LARGEST_ANSWER_BYTES: Final = 64 * 1024
_BUSY: Final = frozenset({408, 425, 429})
_NOT_REACHED: Final = "We could not reach the partner. Try again later."


@dataclass
class _Circuit:
    faults: int = 0
    closed_until: float = 0.0


class Calls:
    """One for each kind of partner; safe to use from many threads. `client` decides which addresses may be reached."""

    def __init__(
        self,
        client: httpx.Client,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
        seconds_a_try: float = SECONDS_A_TRY,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._seconds_a_try, self._deadline_seconds = seconds_a_try, deadline_seconds
        self._client, self._monotonic, self._wait = client, monotonic, wait
        self._circuits: dict[str, _Circuit] = {}
        self._lock = threading.Lock()

    def ask(self, method: str, url: str, *, headers: Mapping[str, str], content: bytes | None = None) -> httpx.Response:
        """The answer, whatever its status below 500. Raises PartnerUnavailable."""
        host = urlsplit(url).netloc
        if not self._may_ask(host):
            raise PartnerUnavailable(_NOT_REACHED)
        ends_at = self._monotonic() + self._deadline_seconds
        for attempt in range(TRIES):
            left = ends_at - self._monotonic()
            if left <= 0:
                break
            answer = self._try(method, url, headers, content, min(self._seconds_a_try, left))
            if answer is not None:
                self._note(host, reached=True)
                return answer
            if attempt < TRIES - 1:
                self._wait(0.2 * 2**attempt)
        self._note(host, reached=False)
        raise PartnerUnavailable(_NOT_REACHED)

    def _try(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, seconds: float
    ) -> httpx.Response | None:
        """None when nobody gave an answer that says anything."""
        try:
            answer = self._client.request(
                method, url, headers=dict(headers), content=content, timeout=seconds, follow_redirects=False
            )
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):  # the last for a secret that no header can hold
            return None
        telling = answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR and answer.status_code not in _BUSY
        return answer if telling and len(answer.content) <= LARGEST_ANSWER_BYTES else None

    def _may_ask(self, host: str) -> bool:
        with self._lock:
            return self._circuits.setdefault(host, _Circuit()).closed_until <= self._monotonic()

    def _note(self, host: str, *, reached: bool) -> None:
        with self._lock:
            circuit = self._circuits.setdefault(host, _Circuit())
            circuit.faults = 0 if reached else circuit.faults + 1
            if circuit.faults >= FAULTS_IN_A_ROW:
                # One more fault after the rest closes it again at once; an answer opens it for good.
                circuit.closed_until = self._monotonic() + REST_SECONDS


def read_answer(answer: httpx.Response) -> dict[str, Any]:
    """The members of a JSON object, or none."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def read_sentence(body: Mapping[str, Any]) -> str:
    """Why a partner said no, as a sentence that a resident may read; ours when the partner's is not fit to show."""
    said = body.get("detail")
    if isinstance(said, str) and 0 < len(said) <= 200 and said.isprintable():  # noqa: PLR2004 - a sentence or two
        return said if said.endswith((".", "!", "?")) else f"{said}."
    return "The partner can't give you this reward."


def get_endpoint(request: IssueRequest) -> Endpoint:
    """Raises PartnerUnavailable while nobody has said where the partner is."""
    if request.endpoint is None:
        message = "This partner is not connected yet."
        raise PartnerUnavailable(message)
    return request.endpoint
