"""Why a request about a voucher is declined. Instants among the facts are RFC 3339 text in UTC."""

from __future__ import annotations

from datetime import datetime

from app.core.clock import LONDON, write_clock, write_instant
from app.core.errors import Conflict, NotFound
from partners.interface import MEMBER_NEEDED


def _say_when(instant: datetime) -> str:
    local = instant.astimezone(LONDON)
    return f"{local.day} {local:%B %Y} at {write_clock(instant)}"


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
        self.redeemed_at = write_instant(redeemed_at)
        super().__init__(f"This voucher was used on {_say_when(redeemed_at)}.")


class VoucherExpired(Conflict):
    """Its time is over, whether or not the sweep has given the points back yet."""

    code = "voucher-expired"

    def __init__(self, *, expired_at: datetime) -> None:
        self.expired_at = write_instant(expired_at)
        super().__init__(f"This voucher expired on {_say_when(expired_at)}. Its points go back to the resident.")


class VoucherCancelled(Conflict):
    """The resident took the points back."""

    code = "voucher-cancelled"

    def __init__(self, *, cancelled_at: datetime) -> None:
        self.cancelled_at = write_instant(cancelled_at)
        super().__init__(f"This voucher was cancelled on {_say_when(cancelled_at)}.")


class VoucherDeclined(Conflict):
    """The partner would not honour it."""

    code = "voucher-declined"

    def __init__(self) -> None:
        super().__init__("The partner did not confirm this voucher. Its points went back to the resident.")


class VoucherEnding(Conflict):
    """It is being taken back, and the partner has yet to say that it let go of it."""

    code = "voucher-ending"

    def __init__(self) -> None:
        super().__init__(
            "This voucher is being cancelled. Its points go back as soon as the partner has confirmed that."
        )


class PassOver(Conflict):
    """A pass may be shown for so many days from its first use."""

    code = "pass-over"

    def __init__(self, *, valid_until_at: datetime) -> None:
        self.valid_until_at = write_instant(valid_until_at)
        super().__init__(f"This pass ended on {_say_when(valid_until_at)}.")


class NothingToUndo(Conflict):
    """The voucher has not been used."""

    code = "nothing-to-undo"

    def __init__(self) -> None:
        super().__init__("This voucher has not been used, so there is nothing to undo.")


class UndoTooLate(Conflict):
    """A till's slip is mended at once; later a person at the council decides."""

    code = "undo-too-late"

    def __init__(self) -> None:
        super().__init__("It was used more than ten minutes ago. Ask the council to refund it instead.")


class MembershipNeeded(Conflict):
    """The reward is put onto a card of `source`, and the resident has linked none."""

    code = "membership-needed"

    def __init__(self, *, source: str) -> None:
        self.source = source
        super().__init__(f"{MEMBER_NEEDED} You have not spent any points.")


class VoucherNotReady(Conflict):
    """The partner has not confirmed it yet."""

    code = "voucher-not-ready"

    def __init__(self) -> None:
        super().__init__("The partner has not confirmed this voucher yet. Try again in a minute.")


class VoucherNotHonoured(Conflict):
    """The partner was stopped, and its vouchers are being given back."""

    code = "voucher-not-honoured"

    def __init__(self) -> None:
        super().__init__(
            "This partner has been stopped, so its vouchers are not good. The points go back to residents."
        )


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
        self.notice, self.since_at = notice, write_instant(since_at)
        said = notice if notice.endswith((".", "!", "?")) else f"{notice}."
        super().__init__(f"You can't get rewards at the moment. {said} You have not spent any points.")
