"""Pairing codes at the edge: drawn, counted and redeemed, the same for the API and the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from limits import RateLimitItemPerMinute

from app.core.ids import new_secret
from app.core.spoken_codes import draw_code
from app.identity.machine_errors import PairingCodeUnknown
from app.identity.tills import CODE_CHARACTERS, PairingCodes, TillRead, offer_pairing, pair_till
from app.offers.queries import get_partner
from app.web.callers import Call, OpenCall, as_partner_staff
from app.web.rates import Policy

CODES_MADE = Policy("pairing-codes-made", RateLimitItemPerMinute(30, 10))
"""30 in 10 minutes per person."""

WRONG_CODES = Policy("pairing-codes-tried", RateLimitItemPerMinute(10, 10))
"""10 unknown codes in 10 minutes per address."""

WRONG_CODES_OF_ALL = Policy("pairing-codes-tried-by-all", RateLimitItemPerMinute(500, 10))
"""500 in 10 minutes of all addresses together: a guesser with many addresses finds one of 2^40 codes no sooner."""


@dataclass(frozen=True)
class OfferedCode:
    """What to type on the device before `ends_at`; it is shown once."""

    code: str
    ends_at: datetime


@dataclass(frozen=True)
class PairedTill:
    """The device's own sign-in is the till's public id with `secret`, of which only a hash is kept."""

    till: TillRead
    secret: str
    partner: str


def offer_code(call: Call, title: str) -> OfferedCode:
    """A code for a new till of the caller's partner. Raises as offer_pairing does, or TooManyTries."""
    call.runtime.limiter.take(CODES_MADE, call.caller)
    code, codes = draw_code(CODE_CHARACTERS), PairingCodes(call.runtime.secrets)
    ends_at = call.run(
        as_partner_staff,
        lambda session, staff: offer_pairing(session, staff=staff, title=title, code=code, codes=codes, now=call.now),
    )
    return OfferedCode(code, ends_at)


def redeem_code(call: OpenCall, code: str) -> PairedTill:
    """Make a till of whoever sends the code. Raises PairingCodeUnknown, TooManyTills or TooManyTries."""
    limiter, secret, codes = call.runtime.limiter, new_secret(), PairingCodes(call.runtime.secrets)
    limiter.refuse_full(WRONG_CODES, call.address)
    limiter.refuse_full(WRONG_CODES_OF_ALL, "all")
    try:
        till, partner = call.run(
            lambda session: (
                made := pair_till(session, code=code, secret=secret, codes=codes, now=call.now),
                get_partner(session, partner_id=made.partner_id),
            )
        )
    except PairingCodeUnknown:
        limiter.count(WRONG_CODES, call.address)
        limiter.count(WRONG_CODES_OF_ALL, "all")
        raise
    return PairedTill(till, secret, partner.name)
