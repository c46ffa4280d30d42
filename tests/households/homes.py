"""Home safety checks, which pay once a household."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.earning.world import event

CHECKS = "urn:wyfire:safety-checks"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOME, ELSEWHERE = "72301", "72302"


def check(name: str, at: datetime, *, card: int) -> dict[str, object]:
    """The fire service has checked the home of the card's holder."""
    return event(CHECKS, name, "home.safety_check", at, card=card, data={})
