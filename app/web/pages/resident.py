"""The resident's pages: balance, activity, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.clock import london_date
from app.earning.challenges import ChallengeRead, list_challenges
from app.earning.errors import EventUnknown
from app.earning.explanation import EventExplanation, explain_event
from app.earning.queries import Activity, list_activity
from app.ledger.queries import Balance, get_balance
from app.offers.queries import RewardRead, list_rewards
from app.redemption.callbacks import CallbackRead, list_callbacks
from app.redemption.codes import VoucherCodes
from app.redemption.queries import VoucherRead, VoucherStatus, list_redemptions
from app.residents.queries import ResidentRead
from app.residents.terms.acceptance import TermsStanding, get_terms_standing
from app.web.callers import as_resident
from app.web.pages.rendering import render
from app.web.pages.visits import Role, sign_in_again
from rules.catalogue import EVENT_TYPES

LATEST = 5
REWARDS_SHOWN = 3
CHALLENGES_SHOWN = 4
A_PAGE = 25
WARNED = timedelta(days=60)
"""How long before they expire points are called about to expire; the first notice goes out then."""

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Home:
    """What the start page holds; `rewards` are the largest that the balance is enough for.

    `asked` are questions that wait for an answer.
    """

    balance: Balance
    activity: tuple[Activity, ...]
    vouchers: tuple[VoucherRead, ...]
    rewards: tuple[RewardRead, ...]
    terms: TermsStanding
    asked: tuple[CallbackRead, ...]
    challenges: tuple[ChallengeRead, ...]


def _load_home(session: Session, resident: ResidentRead, codes: VoucherCodes, now: datetime) -> Home:
    balance = get_balance(session, wallet_id=resident.id, now=now)
    vouchers = list_redemptions(session, resident_id=resident.id, codes=codes, now=now).items
    rewards = list_rewards(session).items
    return Home(
        balance=balance,
        activity=list_activity(session, resident_id=resident.id, after=None, limit=LATEST),
        vouchers=tuple(voucher for voucher in vouchers if voucher.status is VoucherStatus.ISSUED),
        rewards=tuple(reward for reward in rewards if reward.points <= balance.available and reward.stock_left != 0)[
            -REWARDS_SHOWN:
        ],
        terms=get_terms_standing(session, resident_id=resident.id, now=now),
        asked=tuple(one for one in list_callbacks(session, resident_id=resident.id) if one.answer is None),
        challenges=list_challenges(session, resident_id=resident.id, now=now)[:CHALLENGES_SHOWN],
    )


@router.get("/you")
def you(request: Request) -> Response:
    call = sign_in_again(request, Role.RESIDENT)
    codes = call.runtime.voucher_codes
    home = call.run(as_resident, lambda session, resident: _load_home(session, resident, codes, call.now))
    return render(request, "you.html", warn_until=london_date(call.now + WARNED), **vars(home))


@router.get("/you/activity")
def activity(request: Request, after: str | None = None) -> Response:
    call = sign_in_again(request, Role.RESIDENT)
    events = call.run(
        as_resident,
        lambda session, resident: list_activity(session, resident_id=resident.id, after=after, limit=A_PAGE + 1),
    )
    shown, more = events[:A_PAGE], len(events) > A_PAGE
    return render(request, "activity.html", activity=shown, older=after, after=shown[-1].cursor if more else None)


@router.get("/you/activity/why")
def why(request: Request, source: str = "", id: str = "") -> Response:  # noqa: A002 - the name in the address
    call = sign_in_again(request, Role.RESIDENT)
    explained = call.run(
        as_resident, lambda session, resident: explain_own(session, resident, source=source, external_id=id)
    )
    event = explained.event
    rules = explained.trace.rules if explained.trace else ()
    return render(
        request,
        "why.html",
        event=event,
        title=EVENT_TYPES[event.type].title,
        headline=explained.sentences[0] if explained.sentences else "",
        rules=[(rule.sentence, rule.got > 0) for rule in rules],
    )


def explain_own(session: Session, resident: ResidentRead, *, source: str, external_id: str) -> EventExplanation:
    """Somebody else's event is as unknown as none."""
    if "\0" in source + external_id:  # PostgreSQL's text cannot hold it, so no event has it
        raise EventUnknown
    explained = explain_event(session, source=source, external_id=external_id)
    if explained.event.resident_id != resident.id:
        raise EventUnknown
    return explained
