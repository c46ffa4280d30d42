"""What an officer sees of somebody's account: what they see themselves, and what can be done for them."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.ids import new_secret, public_id
from app.earning.queries import Activity, list_activity
from app.identity.permissions import ADJUSTMENT_PROPOSERS
from app.identity.queries import OfficerRead
from app.ledger.queries import Balance, get_balance
from app.offers.queries import RewardRead, list_rewards
from app.outbox import NoticeRead, list_notices
from app.redemption.callbacks import CallbackRead, list_callbacks
from app.redemption.queries import VoucherRead, list_redemptions
from app.residents.claims import CardRead, list_cards
from app.residents.desk import DeskActRead, list_desk_acts, look_up_resident
from app.residents.members import give_member_number, write_member_number
from app.residents.queries import ResidentRead
from app.web.api.desk import as_desk
from app.web.callers import Call
from app.web.pages.rendering import render
from app.web.pages.support.looking import PURPOSES, Visit

A_PAGE = 15
MOST_REWARDS = 100


@dataclass(frozen=True)
class Account:
    """`rewards` are those for which the balance is enough; `asked` are questions that wait for an answer."""

    person: str
    name: str
    member: str
    balance: Balance
    activity: tuple[Activity, ...]
    after: str | None
    vouchers: tuple[VoucherRead, ...]
    rewards: tuple[RewardRead, ...]
    cards: tuple[CardRead, ...]
    notices: tuple[NoticeRead, ...]
    asked: tuple[CallbackRead, ...]
    acts: tuple[DeskActRead, ...]


def show_account(
    request: Request,
    call: Call,
    visit: Visit,
    *,
    after: str | None = None,
    said: str | None = None,
    problem: str | None = None,
    href: str = "#main-content",
    status: int = 200,
) -> Response:
    """The look is kept; `said` is what was just done. Raises what look_up_resident and list_activity raise."""

    def look(session: Session, officer: OfficerRead) -> tuple[Account, bool]:
        found = look_up_resident(
            session,
            desk=visit.at(officer),
            reference=visit.reference,
            act="account",
            keys=call.runtime.card_keys,
            now=call.now,
        )
        return _load(session, found, call, after), not officer.roles.isdisjoint(ADJUSTMENT_PROPOSERS)

    account, may_adjust = call.run(as_desk, look)
    return render(
        request,
        "support/account.html",
        status=status,
        account=account,
        may_adjust=may_adjust,
        visit=visit,
        purposes=PURPOSES,
        older=after,
        once=new_secret(),
        said=said,
        problem=problem,
        href=href,
    )


def _load(session: Session, found: ResidentRead, call: Call, after: str | None) -> Account:
    keys, codes = call.runtime.card_keys, call.runtime.voucher_codes
    balance = get_balance(session, wallet_id=found.id, now=call.now)
    events = list_activity(session, resident_id=found.id, after=after, limit=A_PAGE + 1)
    return Account(
        person=public_id("res", found.public_id),
        name=found.name,
        member=write_member_number(give_member_number(session, resident=found, keys=keys)),
        balance=balance,
        activity=events[:A_PAGE],
        after=events[A_PAGE - 1].cursor if len(events) > A_PAGE else None,
        vouchers=list_redemptions(session, resident_id=found.id, codes=codes, now=call.now, limit=20).items,
        rewards=tuple(
            one
            for one in list_rewards(session, limit=MOST_REWARDS).items
            if one.points <= balance.available and one.stock_left != 0
        ),
        cards=tuple(list_cards(session, resident_id=found.id, keys=keys, now=call.now)),
        notices=list_notices(session, resident_id=found.id),
        asked=tuple(one for one in list_callbacks(session, resident_id=found.id) if one.answer is None),
        acts=list_desk_acts(session, resident_id=found.id)[:20],
    )
