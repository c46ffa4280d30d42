"""Why a request about partners' money is declined."""

from __future__ import annotations

from app.core.errors import Conflict, Invalid, NotFound


class PeriodUnknown(NotFound):
    """Neither a month nor a week."""

    code = "period-unknown"

    def __init__(self) -> None:
        super().__init__("Name a month as 2026-11, or a week as 2026-W48.")


class BankDetailsUnfit(Invalid):
    """A sort code has six digits, an account eight, a name up to 18 letters."""

    code = "bank-details-unfit"

    def __init__(self) -> None:
        super().__init__(
            "Give the sort code as six digits, the account number as eight, and the name of the account holder in 1 to "
            "18 letters, digits, spaces, full stops, hyphens, slashes or ampersands."
        )


class NoProposal(Conflict):
    """There are no bank details that wait for an approval."""

    code = "no-bank-details-proposed"

    def __init__(self) -> None:
        super().__init__("There are no bank details of this partner that wait to be approved.")


class BankDetailsChanged(Conflict):
    """The partner sent others after the officer had read these."""

    code = "bank-details-changed"

    def __init__(self) -> None:
        super().__init__("The partner has sent other bank details since you read these. Read them again first.")


class PayeeOfOwnGuest(Conflict):
    """Whoever lets a person in could ask as that person for money to go elsewhere; another officer has to agree."""

    code = "payee-of-own-guest"

    def __init__(self) -> None:
        super().__init__(
            "You invited the person who asks for this, or whoever invited them. Ask another officer to telephone the "
            "partner and approve it."
        )


class NothingToPay(Conflict):
    """No payment waits for the next file."""

    code = "nothing-to-pay"

    def __init__(self) -> None:
        super().__init__("No payment is waiting for a file.")


class BacsFileUnknown(NotFound):
    """No such file."""

    code = "bacs-file-unknown"

    def __init__(self) -> None:
        super().__init__("There is no file of payments with this id.")


class BacsFileEnded(Conflict):
    """A file is sent or dropped once."""

    code = "bacs-file-ended"

    def __init__(self, *, status: str) -> None:
        self.ended_as = status
        super().__init__(f"This file has been {status} already.")


class SecondOfficerNeeded(Conflict):
    """Who made the file does not send it, and who proposed or refused something does not approve it."""

    code = "second-officer-needed"

    def __init__(self, advice: str = "You made this file yourself. Another officer has to send it.") -> None:
        super().__init__(advice)


class PayoutUnknown(NotFound):
    """No such payment."""

    code = "payout-unknown"

    def __init__(self) -> None:
        super().__init__("There is no payment with this id.")


class PayoutNotPaid(Conflict):
    """Only what was paid can come back."""

    code = "payout-not-paid"

    def __init__(self, *, status: str) -> None:
        self.stands_at = status
        super().__init__(f"This payment is {status}, so it can't have come back.")


class PaymentsInDoubt(Conflict):
    """A case was opened about a partner after the file was made."""

    code = "payments-in-doubt"

    def __init__(self, *, payments: int) -> None:
        self.payments = payments
        super().__init__(
            f"Since this file was made, cases were opened about partners that {payments} of its payments go to. Drop "
            "it and make another: what waits for a person is left out."
        )


class NotHeldBack(Conflict):
    """Only what waits for a person can be released."""

    code = "payment-not-held-back"

    def __init__(self) -> None:
        super().__init__("This payment does not wait for a person.")


class CaseWaits(Conflict):
    """First somebody has to decide about the case."""

    code = "case-waits"

    def __init__(self) -> None:
        super().__init__("A case about this partner waits to be decided under review. Decide about it first.")


class PayoutByStripe(Conflict):
    """What Stripe paid is not given back by a bank."""

    code = "payout-by-stripe"

    def __init__(self) -> None:
        super().__init__("This payment went by Stripe. To take it back, propose a reversal of it.")


class PayerUnknown(Conflict):
    """Nobody has said from which account the council pays."""

    code = "payer-unknown"

    def __init__(self) -> None:
        super().__init__(
            "BACS_PAYER has to hold the council's sort code, account number and name first, with commas between."
        )
