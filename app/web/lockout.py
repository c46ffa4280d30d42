"""Slows down guessing of voucher codes: only unknown codes count, so a busy till is never locked out."""

from __future__ import annotations

import math

from limits import RateLimitItemPerMinute

from app.web.rates import Policy, RateLimiter, TooManyTries

UNKNOWN_CODES = Policy("voucher-codes", RateLimitItemPerMinute(60, 10))
"""60 unknown codes in 10 minutes per partner."""


class TooManyUnknownCodes(TooManyTries):
    """The partner tried too many codes that do not exist; `retry_after_seconds` says when to come back."""

    code = "too-many-unknown-codes"

    def __init__(self, retry_after_seconds: int) -> None:
        minutes = math.ceil(retry_after_seconds / 60)
        super().__init__(
            retry_after_seconds,
            f"Too many codes that we do not know. Try again in {minutes} minute{'s' if minutes > 1 else ''}, or ask "
            "the person to show the voucher's QR code.",
        )


class Lockout(RateLimiter):
    """Counts per partner. A caller's partner is remembered, so that a locked one is refused before the database."""

    def __init__(self, redis_url: str | None = None) -> None:
        super().__init__(redis_url)
        self._partners: dict[str, int] = {}

    def remember(self, *, caller: str, partner_id: int) -> None:
        """Note whose till `caller` (a token's subject) is at."""
        self._partners[caller] = partner_id

    def refuse_locked(self, *, caller: str) -> None:
        """Raise TooManyUnknownCodes while the caller's partner is locked out."""
        partner_id = self._partners.get(caller)
        if partner_id is not None:
            try:
                self.refuse_full(UNKNOWN_CODES, partner_id)
            except TooManyTries as full:
                raise TooManyUnknownCodes(full.retry_after_seconds) from None

    def count_unknown(self, *, caller: str) -> None:
        """Note that the caller tried a code that does not exist."""
        partner_id = self._partners.get(caller)
        if partner_id is not None:
            self.count(UNKNOWN_CODES, partner_id)
