"""Why a request about a voucher is declined. Instants among the facts are RFC 3339 text in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from app.core.clock import LONDON, write_clock
from app.core.errors import Conflict, NotFound


def _say_when(instant: datetime) -> str:
    local = instant.astimezone(LONDON)
    return f"{local.day} {local:%B %Y} at {write_clock(instant)}"


def _write_instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


class RedemptionUnknown(NotFound):
    """No such redemption, or another resident's."""

    code = "redemption-unknown"

    def __init__(self) -> None:
        super().__init__("You have no voucher with this id.")


class VoucherUnknown(NotFound):
    """No voucher has this code, or another partner has to redeem it: the caller can't tell which."""

    code = "voucher-unknown"

    def __init__(self) -> None:
        super().__init__("We don't know this code here. Check it, or ask to see the voucher again.")


class AlreadyRedeemed(Conflict):
    """A voucher is good once."""

    code = "already-redeemed"

    def __init__(self, *, redeemed_at: datetime) -> None:
        self.redeemed_at = _write_instant(redeemed_at)
        super().__init__(f"This voucher was used on {_say_when(redeemed_at)}.")


class VoucherExpired(Conflict):
    """Its time is over, whether or not the sweep has given the points back yet."""

    code = "voucher-expired"

    def __init__(self, *, expired_at: datetime) -> None:
        self.expired_at = _write_instant(expired_at)
        super().__init__(f"This voucher expired on {_say_when(expired_at)}. Its points go back to the resident.")


class VoucherCancelled(Conflict):
    """The resident took the points back."""

    code = "voucher-cancelled"

    def __init__(self, *, cancelled_at: datetime) -> None:
        self.cancelled_at = _write_instant(cancelled_at)
        super().__init__(f"This voucher was cancelled on {_say_when(cancelled_at)}.")


class VoucherNotReady(Conflict):
    """The partner has not confirmed it yet."""

    code = "voucher-not-ready"

    def __init__(self) -> None:
        super().__init__("The partner has not confirmed this voucher yet. Try again in a minute.")


class PartnerDeclined(Conflict):
    """The partner will not honour this reward; `reason` is the partner's own sentence."""

    code = "partner-declined"

    def __init__(self, *, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{reason} You have not spent any points.")


class PartnerNotReached(Conflict):
    """The partner gave no answer; a new try may work."""

    code = "partner-unavailable"

    def __init__(self) -> None:
        super().__init__("We could not reach the partner. You have not spent any points. Try again later.")


class RedeemingPaused(Conflict):
    """Nobody can take a reward at the moment; `notice` is the scheme's public sentence, `since_at` when it began."""

    code = "redeeming-paused"

    def __init__(self, *, notice: str, since_at: datetime) -> None:
        self.notice, self.since_at = notice, _write_instant(since_at)
        said = notice if notice.endswith((".", "!", "?")) else f"{notice}."
        super().__init__(f"You can't get rewards at the moment. {said} You have not spent any points.")
