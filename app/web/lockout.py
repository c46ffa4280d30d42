"""Slows down guessing of voucher codes: only unknown codes count, so a busy till is never locked out.

Counted in Redis when there is one, so that processes share the count, else (and while Redis is down) in memory.
"""

from __future__ import annotations

import math
import threading
from datetime import timedelta

import structlog
from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from app.core.clock import SystemClock
from app.core.errors import Refusal

LIMIT = RateLimitItemPerMinute(60, 10)
"""60 unknown codes in 10 minutes per partner."""

REDIS_WAIT_SECONDS = 0.25
REDIS_REST = timedelta(seconds=5)
"""How long a Redis that failed is left alone, so that its outage does not slow every request."""

_log = structlog.get_logger("app.web.lockout")


class TooManyUnknownCodes(Refusal):
    """The partner tried too many codes that do not exist; `retry_after_seconds` says when to come back."""

    code = "too-many-unknown-codes"

    def __init__(self, retry_after_seconds: int) -> None:
        minutes = math.ceil(retry_after_seconds / 60)
        super().__init__(
            f"Too many codes that we do not know. Try again in {minutes} minute{'s' if minutes > 1 else ''}, or ask "
            "the person to show the voucher's QR code."
        )
        self.retry_after_seconds = retry_after_seconds


class Lockout:
    """Counts per partner. A caller's partner is remembered, so that a locked one is refused before the database."""

    def __init__(self, redis_url: str | None = None) -> None:
        self._clock = SystemClock()
        self._memory = MovingWindowRateLimiter(MemoryStorage())
        self._redis = MovingWindowRateLimiter(_open_redis(redis_url)) if redis_url else None
        self._redis_back_at = self._clock.now()
        self._partners: dict[str, int] = {}
        self._lock = threading.Lock()

    def remember(self, *, caller: str, partner_id: int) -> None:
        """Note whose till `caller` (a token's subject) is at."""
        self._partners[caller] = partner_id

    def refuse_locked(self, *, caller: str) -> None:
        """Raise TooManyUnknownCodes while the caller's partner is locked out."""
        partner_id = self._partners.get(caller)
        if partner_id is not None:
            self._attempt(partner_id, count=False)

    def count_unknown(self, *, caller: str) -> None:
        """Note that the caller tried a code that does not exist."""
        partner_id = self._partners.get(caller)
        if partner_id is not None:
            self._attempt(partner_id, count=True)

    def _attempt(self, partner_id: int, *, count: bool) -> None:
        if self._redis is not None and self._clock.now() >= self._redis_back_at:
            try:
                self._ask(self._redis, partner_id, count=count)
            except StorageError as failure:
                with self._lock:
                    self._redis_back_at = self._clock.now() + REDIS_REST
                _log.warning("redis is down, counting in memory", failure=type(failure.storage_error).__name__)
            else:
                return
        self._ask(self._memory, partner_id, count=count)

    def _ask(self, limiter: MovingWindowRateLimiter, partner_id: int, *, count: bool) -> None:
        key = f"voucher-codes/{partner_id}"
        if count:
            limiter.hit(LIMIT, key)
        elif not limiter.test(LIMIT, key):
            opens_at = limiter.get_window_stats(LIMIT, key).reset_time
            raise TooManyUnknownCodes(max(1, math.ceil(opens_at - self._clock.now().timestamp())))


def _open_redis(url: str) -> Storage:
    return RedisStorage(
        url,
        key_prefix="rewards",
        wrap_exceptions=True,
        socket_timeout=REDIS_WAIT_SECONDS,
        socket_connect_timeout=REDIS_WAIT_SECONDS,
    )
