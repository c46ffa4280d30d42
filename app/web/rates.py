"""Rate limits, counted in Redis when there is one, so that processes share them, else (and while it is down) in memory.

What is guessed at (secrets, pairing codes, voucher codes) is counted when it failed, so that those who know theirs
are never held up; who asks is an address, or a caller that is known already.
"""

from __future__ import annotations

import hashlib
import math
import threading
from dataclasses import dataclass
from datetime import timedelta

import structlog
from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from app.core.clock import SystemClock
from app.core.errors import Refusal

REDIS_WAIT_SECONDS = 0.25
REDIS_REST = timedelta(seconds=5)
"""How long a Redis that failed is left alone, so that its outage does not slow every request."""

_log = structlog.get_logger("app.web.rates")


@dataclass(frozen=True)
class Policy:
    """What is counted, and how many of it in how long a time."""

    name: str
    limit: RateLimitItem


class TooManyTries(Refusal):
    """More than the limit; `retry_after_seconds` says when to come back."""

    code = "too-many-tries"

    def __init__(self, retry_after_seconds: int, sentence: str | None = None) -> None:
        minutes = math.ceil(retry_after_seconds / 60)
        super().__init__(sentence or f"Too many tries. Try again in {minutes} minute{'s' if minutes > 1 else ''}.")
        self.retry_after_seconds = retry_after_seconds


class RateLimiter:
    """One for the whole server; safe to use from many threads."""

    def __init__(self, redis_url: str | None = None) -> None:
        self._clock = SystemClock()
        self._memory = MovingWindowRateLimiter(MemoryStorage())
        self._redis = MovingWindowRateLimiter(_open_redis(redis_url)) if redis_url else None
        self._redis_back_at = self._clock.now()
        self._lock = threading.Lock()

    def refuse_full(self, policy: Policy, who: object) -> None:
        """Raise TooManyTries while `who` has reached the limit."""
        self._attempt(policy, who, count=False)

    def count(self, policy: Policy, who: object) -> None:
        """Note one more by `who`."""
        self._attempt(policy, who, count=True)

    def take(self, policy: Policy, who: object) -> None:
        """Note one more by `who`, or raise TooManyTries."""
        self.refuse_full(policy, who)
        self.count(policy, who)

    def _attempt(self, policy: Policy, who: object, *, count: bool) -> None:
        # Hashed, so that neither addresses nor what somebody typed as a name stand in Redis.
        key = f"{policy.name}/{hashlib.sha256(str(who).encode(errors='replace')).hexdigest()[:32]}"
        if self._redis is not None and self._clock.now() >= self._redis_back_at:
            try:
                self._ask(self._redis, policy, key, count=count)
            except StorageError as failure:
                with self._lock:
                    self._redis_back_at = self._clock.now() + REDIS_REST
                _log.warning("redis is down, counting in memory", failure=type(failure.storage_error).__name__)
            else:
                return
        self._ask(self._memory, policy, key, count=count)

    def _ask(self, limiter: MovingWindowRateLimiter, policy: Policy, key: str, *, count: bool) -> None:
        limit = policy.limit
        if count:
            limiter.hit(limit, key)
            if not limiter.test(limit, key):
                _log.warning("locked out", limit=policy.name)  # once, however often it is tried from now on
        elif not limiter.test(limit, key):
            opens_at = limiter.get_window_stats(limit, key).reset_time
            raise TooManyTries(max(1, math.ceil(opens_at - self._clock.now().timestamp())))


def _open_redis(url: str) -> Storage:
    return RedisStorage(
        url,
        key_prefix="rewards",
        wrap_exceptions=True,
        socket_timeout=REDIS_WAIT_SECONDS,
        socket_connect_timeout=REDIS_WAIT_SECONDS,
    )
