"""What the scheme asks of whoever honours a reward, in as few words as will do.

An adapter makes no decision about points: it is told what was reserved and says whether the partner will honour it.

PartnerFault
 |- PartnerUnavailable   nobody answered; nothing is known to have happened; safe to repeat with the same reference
 '- PartnerRefused       the partner said no; final for this reference
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID


class Delivery(StrEnum):
    """How the resident gets the reward."""

    CODE = "code"
    """A voucher with a code, which the partner redeems later."""

    SETTLED = "settled"
    """Nothing to show: it is done when it is issued, and can't be taken back."""


class Standing(StrEnum):
    """What has become of a promise, in the partner's own books."""

    UNKNOWN = "unknown"
    """The partner has never heard of it."""

    PROMISED = "promised"
    USED = "used"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True)
class Endpoint:
    """Where a partner across the network is asked, and the secret by which it knows us."""

    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class IssueRequest:
    """One reward for one resident, who stays unnamed. `reference` is ours and the same on every repeat.

    `code` is what the resident will show; `member` their number with the partner, where the reward needs one;
    `pass_days` how long a pass lasts from its first use, None for what is used once. `endpoint` is None where nobody
    has to be asked.
    """

    reference: UUID
    partner: str
    partner_kind: str
    reward: str
    points: int
    cost_pence: int
    expires_at: datetime
    code: str | None = field(default=None, repr=False)
    member: str | None = field(default=None, repr=False)
    pass_days: int | None = None
    endpoint: Endpoint | None = None


@dataclass(frozen=True)
class Issued:
    """The partner has promised it; `partner_reference` is what it calls this by in its own books."""

    partner_reference: str


class PartnerFault(Exception):
    """Base of the only two errors that an adapter raises; `str()` is a sentence that a resident may read."""


class PartnerUnavailable(PartnerFault):
    """The partner gave no answer. Ask again later with the same reference."""


class PartnerRefused(PartnerFault):
    """The partner said no. Asking again will not help.

    `is_member`: because the person has with the partner already what the reward would give.
    """

    def __init__(self, sentence: str, *, is_member: bool = False) -> None:
        self.is_member = is_member
        super().__init__(sentence)


MEMBER_NEEDED: Final = "Link your leisure card first: this pass is put onto it."


class PartnerAdapter(Protocol):
    """One way to have rewards honoured. Every method may be repeated with the same reference to the same effect."""

    @property
    def name(self) -> str:
        """Stored with each reward, so it never changes: lower case letters, digits and underscores."""

    @property
    def local(self) -> bool:
        """Whether it answers at once and without the network, so that it may be asked inside a transaction."""

    @property
    def delivery(self) -> Delivery:
        """Known before anything is issued: it decides what has to be locked."""

    def check(self, request: IssueRequest) -> None:
        """Raise what `issue` would raise for this request; change nothing."""

    def issue(self, request: IssueRequest) -> Issued:
        """Have the partner promise the reward."""

    def look_up(self, request: IssueRequest) -> Standing:
        """What has become of it. Never raises PartnerRefused."""

    def cancel(self, request: IssueRequest) -> None:
        """Take the promise back; an unknown reference is no error. What was settled or used raises PartnerRefused."""
