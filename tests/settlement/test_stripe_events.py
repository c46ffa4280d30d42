"""Events of Stripe: forged, old, repeated and out of order ones do no harm."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.settlement.connect.account_states import note_account
from app.settlement.connect.events import KEPT_FOR, forget_events
from app.settlement.connect.orders import AccountState
from tests.fakes.stripe_books import WEBHOOK_SECRET, sign_event
from tests.settlement.stripe_city import OWED, StripeCity

OWN = "/v1/partner/payee/stripe"


@pytest.fixture
def account(paid_city: StripeCity) -> str:
    """Connected; what Stripe has to say of it is not told yet."""
    paid_city.ask("owner", "POST", OWN)
    (found,) = paid_city.books.accounts
    return found


def _event(paid_city: StripeCity, account: str, *, can: bool, after: int = 0) -> dict[str, Any]:
    """Something that happened so many seconds later."""
    clock = paid_city.city.clock
    clock.at += timedelta(seconds=after)
    (paid_city.books.enable if can else paid_city.books.disable)(account)
    clock.at -= timedelta(seconds=after)
    return paid_city.books.events[-1]


def _ready(paid_city: StripeCity) -> bool:
    return bool(paid_city.ask("staff", "GET", OWN)["ready"])


def test_a_forged_event_is_refused_and_changes_nothing(paid_city: StripeCity, account: str) -> None:
    event = _event(paid_city, account, can=True)
    body, headers = sign_event(event, paid_city.city.clock.now())
    changed = body.replace(b"true", b"null")
    stamp, _, mark = headers["Stripe-Signature"].partition(",")
    for sent, signature in (
        (changed, headers["Stripe-Signature"]),
        (body, f"{stamp},v0={mark[3:]}"),
        (body, f"{stamp},v1="),
        (body, "t=now,v1=x"),
        (body, "v1=x"),
        (body, None),
        (body, ""),
        (b"\xff\xfe", headers["Stripe-Signature"]),
        (b"", headers["Stripe-Signature"]),
    ):
        with_it = {} if signature is None else {"Stripe-Signature": signature}
        answer = paid_city.city.http.post("/v1/stripe/events", content=sent, headers=with_it)
        assert (answer.status_code, answer.json()["code"]) == (422, "stripe-event-forged"), signature
    assert paid_city.tell(event, secret="whsec_of_somebody_else").json()["code"] == "stripe-event-forged"
    assert not _ready(paid_city)


def test_an_event_that_was_signed_too_long_ago_or_ahead_is_refused(paid_city: StripeCity, account: str) -> None:
    event = _event(paid_city, account, can=True)
    for minutes in (-6, 6):
        at = paid_city.city.clock.now() + timedelta(minutes=minutes)
        assert paid_city.tell(event, at=at).json()["code"] == "stripe-event-stale"
    assert not _ready(paid_city)
    assert paid_city.tell(event, at=paid_city.city.clock.now() - timedelta(minutes=4)).json() == {"counted": True}


def test_an_event_is_counted_once_however_often_it_is_told(paid_city: StripeCity, account: str) -> None:
    ready, disabled = _event(paid_city, account, can=True), _event(paid_city, account, can=False, after=5)
    assert [paid_city.tell(one).json()["counted"] for one in (ready, disabled, ready, disabled)] == [
        True,
        True,
        False,
        False,
    ]
    assert not _ready(paid_city)


def test_a_later_state_is_never_overwritten_by_an_earlier_one(paid_city: StripeCity, account: str) -> None:
    first, second = _event(paid_city, account, can=True), _event(paid_city, account, can=False, after=5)
    third = _event(paid_city, account, can=True, after=9)
    for event in (second, first):
        assert paid_city.tell(event).json() == {"counted": True}
    assert not _ready(paid_city)
    for event in (third, {**second, "id": "evt_again"}):
        assert paid_city.tell(event).json() == {"counted": True}
    assert _ready(paid_city)


def test_in_whatever_order_events_come_the_latest_is_believed(paid_city: StripeCity, account: str) -> None:
    states = [AccountState(transfers=can, payouts=can, due=(f"at {at}",)) for at, can in enumerate((True, False, True))]
    now = paid_city.city.clock.now()

    def hear(order: tuple[int, ...], session: Session) -> None:
        session.execute(text("UPDATE stripe_accounts SET told_at = NULL, due = '{}'"))
        for at in order:
            when = now + timedelta(seconds=at)
            note_account(session, account=account, state=states[at], at=when, now=now)
            known = session.execute(text("SELECT due[1] FROM stripe_accounts")).scalar_one()
            assert known == f"at {max(order[: order.index(at) + 1])}"

    for order in permutations(range(3)):
        paid_city.paying.database.in_transaction(partial(hear, order))


def test_what_reaches_the_partners_bank_is_shown_and_only_moves_on(paid_city: StripeCity, account: str) -> None:
    paid_city.books.pay_out(account, 80, status="pending")
    event = paid_city.books.events[-1]

    def then(status: str, seconds: int, **more: str) -> dict[str, Any]:
        about = {**event["data"]["object"], "status": status, **more}
        created = event["created"] + seconds
        return {**event, "id": f"evt_{status}_{seconds}", "type": f"payout.{status}", "created": created} | {
            "data": {"object": about}
        }

    for told in (then("paid", 3), event, then("in_transit", 3)):
        assert paid_city.tell(told).json() == {"counted": True}
    (shown,) = paid_city.ask("staff", "GET", OWN)["bank_payouts"]
    assert (shown["pence"], shown["status"], shown["failure"]) == (80, "paid", None)
    assert paid_city.tell(then("failed", 9, failure_code="account_closed")).is_success
    (shown,) = paid_city.ask("staff", "GET", OWN)["bank_payouts"]
    assert (shown["status"], shown["failure"]) == ("failed", "account_closed")
    assert paid_city.ask("other_staff", "GET", OWN)["bank_payouts"] == []


def test_an_event_about_a_stranger_or_of_an_unknown_kind_is_counted_and_left(paid_city: StripeCity) -> None:
    stranger = paid_city.books.add_account()
    paid_city.books.pay_out(stranger, 5)
    for event in (*paid_city.books.events, {**paid_city.books.events[-1], "id": "evt_odd", "type": "capability.odd"}):
        assert paid_city.tell(event).json() == {"counted": True}


UNFIT = (
    "{",
    "[]",
    '{"id": "evt_1"}',
    '{"id": "evt_1", "type": "account.updated", "created": 1, "data": {"object": {}}}',
    '{"id": "evt_1", "type": "payout.paid", "created": 1, "data": {"object": {"id": 7}}}',
    '{"id": "evt_1", "type": "account.updated", "created": 99999999999999, "data": {"object": {}}}',
    '{"id": "evt_\\u0000", "type": "x", "created": 1, "data": {"object": {}}}',
)


def test_a_signed_event_that_is_none_is_refused_and_not_counted(paid_city: StripeCity) -> None:
    for sent in UNFIT:
        body, headers = sign_event(sent, paid_city.city.clock.now())
        answer = paid_city.city.http.post("/v1/stripe/events", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "stripe-event-unfit"), sent
    counted = paid_city.paying.database.in_transaction(
        lambda s: s.execute(text("SELECT count(*) FROM stripe_events")).scalar_one()
    )
    assert counted == 0


def test_a_body_that_is_too_large_is_refused_before_anything_is_checked(paid_city: StripeCity) -> None:
    answer = paid_city.city.http.post("/v1/stripe/events", content=b"x" * (1 << 20) + b"y")
    assert answer.status_code == 413


def test_an_event_of_a_transfer_has_what_is_not_certain_asked_about_at_once(paid_city: StripeCity) -> None:
    paid_city.connect()
    paid_city.books.top_up(1_000)
    paid_city.earn()
    paid_city.books.faults[:] = ["lost"]
    paid_city.work()
    assert paid_city.payout()["status"] == "ordered"
    paid_city.work()
    assert paid_city.payout()["status"] == "ordered", "it is not due yet"
    paid_city.tell_all()
    paid_city.work()
    assert (paid_city.payout()["status"], paid_city.books.sent_pence()) == ("paid", OWED)
    assert paid_city.kinds() == []


def test_money_that_arrives_has_what_waits_for_it_tried_at_once(paid_city: StripeCity) -> None:
    paid_city.connect()
    paid_city.earn()
    paid_city.work()
    assert paid_city.payout()["status"] == "waiting"
    paid_city.books.top_up(OWED)
    paid_city.tell_all()
    paid_city.work()
    assert paid_city.payout()["status"] == "paid"


def test_events_are_forgotten_when_nobody_can_send_them_again(paid_city: StripeCity, account: str) -> None:
    event = _event(paid_city, account, can=True)
    paid_city.tell(event)
    now = paid_city.city.clock.now()
    for after, counted in ((KEPT_FOR, False), (KEPT_FOR + timedelta(seconds=1), True)):
        paid_city.paying.database.in_transaction(partial(forget_events, now=now + after))
        assert paid_city.tell(event).json() == {"counted": counted}


def test_without_a_secret_nothing_is_taken_for_stripes(paid_city: StripeCity, account: str) -> None:
    event = _event(paid_city, account, can=True)
    runtime = paid_city.city.app.state.runtime
    nobody = runtime.settings.model_copy(update={"stripe_webhook_secret": None})
    paid_city.city.app.state.runtime = type(runtime)(**{**vars(runtime), "settings": nobody})
    assert paid_city.tell(event, secret="").json()["code"] == "stripe-not-set-up"
    assert WEBHOOK_SECRET not in repr(runtime.settings)
