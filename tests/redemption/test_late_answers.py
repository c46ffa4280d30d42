"""What a partner says when it is too late, or says in two ways: nobody ends up with both the reward and the points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core.secret_store import Secrets
from app.ledger.chart import AccountKind
from app.redemption.asking import LONGEST_WAIT
from app.redemption.queries import VoucherRead, VoucherStatus
from app.redemption.tasks import ask_partner
from app.redemption.unanswered import list_unanswered
from partners.in_memory import InMemory
from partners.interface import Issued, IssueRequest, PartnerRefused, Standing
from partners.registry import build_registry
from tests.redemption.leisure import POINTS, Leisure
from tests.redemption.scheme import Scheme


@dataclass
class Slow(InMemory):
    """A leisure operator whose answer takes so long that `meanwhile` happens; it can say no and then say why."""

    name = "leisure_pass"

    def __post_init__(self) -> None:
        super().__init__(local=False)
        self.meanwhile: Callable[[], object] = lambda: None
        self.says: Standing | None = None

    def issue(self, request: IssueRequest) -> Issued:
        issued = super().issue(request)
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return issued

    def cancel(self, request: IssueRequest) -> None:
        if self.says is not None:
            self._answer()
            message = "No."
            raise PartnerRefused(message)
        super().cancel(request)

    def look_up(self, request: IssueRequest) -> Standing:
        return self.says or super().look_up(request)


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def leisure(scheme: Scheme, secrets: Secrets, slow: Slow) -> Leisure:
    made = Leisure(scheme, secrets)
    made.asking = replace(made.asking, adapters=build_registry([slow]))
    return made


def _number(leisure: Leisure) -> int:
    return leisure.scheme.run(lambda s: int(s.execute(text("SELECT id FROM redemptions")).scalar_one()))


def _end_while_it_is_promised(leisure: Leisure, slow: Slow, then: Callable[[], object] = lambda: None) -> VoucherRead:
    """The resident cancels while the operator is at it; another worker has that done before the answer is here."""
    voucher = leisure.take()

    def meanwhile() -> None:
        leisure.scheme.cancel(leisure.resident, voucher)
        slow.promised.clear()  # the operator has yet to write it down
        leisure.work(after=LONGEST_WAIT)
        assert leisure.read(voucher).status is VoucherStatus.CANCELLED
        slow.promised[voucher.id] = IssueRequest(voucher.id, "", "", "", 1, 1, voucher.expires_at)
        then()

    slow.meanwhile = meanwhile
    ask_partner(leisure.asking, redemption=_number(leisure))
    return voucher


def test_a_promise_that_comes_after_everything_is_over_is_taken_back(leisure: Leisure, slow: Slow) -> None:
    voucher = _end_while_it_is_promised(leisure, slow)
    assert slow.taken_back == {voucher.id}
    assert leisure.read(voucher).status is VoucherStatus.CANCELLED
    assert leisure.points() == (POINTS, 0)
    assert leisure.work(after=LONGEST_WAIT) == 0, "nothing is open any more"


def test_it_is_asked_for_until_the_partner_has_let_go_of_it(leisure: Leisure, slow: Slow) -> None:
    voucher = _end_while_it_is_promised(leisure, slow, slow.go_away)
    for _ in range(3):
        assert leisure.work(after=LONGEST_WAIT) == 1
        assert voucher.id in slow.promised
    slow.come_back()
    leisure.work(after=LONGEST_WAIT)
    assert voucher.id not in slow.promised
    assert leisure.work(after=LONGEST_WAIT) == 0
    assert leisure.points() == (POINTS, 0)


@pytest.mark.parametrize(("says", "asked_again"), [(Standing.PROMISED, 1), (Standing.USED, 0), (Standing.UNKNOWN, 0)])
def test_what_a_partner_will_not_let_go_of_moves_no_points_twice(
    leisure: Leisure, slow: Slow, says: Standing, asked_again: int
) -> None:
    def refuse() -> None:
        slow.says = says

    voucher = _end_while_it_is_promised(leisure, slow, refuse)
    assert leisure.work(after=LONGEST_WAIT) == asked_again
    leisure.clock.at = voucher.expires_at + timedelta(hours=1)
    assert leisure.work() == asked_again
    assert leisure.work(after=LONGEST_WAIT) == 0, "past its time nobody honours it"
    assert leisure.read(voucher).status is VoucherStatus.CANCELLED
    assert leisure.points() == (POINTS, 0)
    assert leisure.scheme.posted(AccountKind.PAYABLE, leisure.scheme.cafe.id) == 0


@pytest.mark.parametrize(
    ("says", "ends", "available", "owed"),
    [
        (Standing.PROMISED, VoucherStatus.ISSUED, 0, 0),
        (Standing.USED, VoucherStatus.REDEEMED, 0, 120),
        (Standing.TAKEN_BACK, VoucherStatus.CANCELLED, POINTS, 0),
        (Standing.UNKNOWN, VoucherStatus.CANCELLED, POINTS, 0),
    ],
)
def test_after_a_no_the_partners_own_books_decide_how_a_cancelled_voucher_ends(
    leisure: Leisure, slow: Slow, says: Standing, ends: VoucherStatus, available: int, owed: int
) -> None:
    voucher = leisure.take()
    leisure.work()
    slow.says = says
    leisure.scheme.cancel(leisure.resident, voucher)
    leisure.work()
    assert leisure.read(voucher).status is ends
    assert leisure.points() == (available, POINTS if ends is VoucherStatus.ISSUED else 0)
    assert leisure.scheme.posted(AccountKind.PAYABLE, leisure.scheme.cafe.id) == owed


def test_a_fault_about_one_voucher_keeps_no_other_waiting(leisure: Leisure, slow: Slow) -> None:
    first, second = leisure.take(), leisure.take_as_another()

    def break_down() -> None:
        raise ZeroDivisionError

    slow.meanwhile = break_down
    assert leisure.work() == 2
    statuses = [leisure.read(first).status, leisure.scheme.read(second[0], second[1], at=leisure.clock.now()).status]
    assert sorted(statuses) == [VoucherStatus.CONFIRMING, VoucherStatus.ISSUED]
    leisure.work(after=LONGEST_WAIT)
    assert leisure.read(first).status is VoucherStatus.ISSUED


def test_what_stays_open_for_a_day_is_listed_for_a_person_and_what_was_settled_is_not(
    leisure: Leisure, slow: Slow
) -> None:
    voucher = leisure.take()
    slow.go_away()
    began_at = leisure.clock.at
    while not (found := leisure.scheme.run(list_unanswered)):
        assert leisure.clock.at - began_at < timedelta(hours=26)
        leisure.work(after=timedelta(minutes=20))
    assert leisure.clock.at - began_at > timedelta(hours=22)
    assert [(one.voucher, one.partner, one.status) for one in found] == [(voucher.id, "Kirkgate Café", "confirming")]
    slow.come_back()
    leisure.work(after=LONGEST_WAIT)
    assert leisure.scheme.run(list_unanswered) == ()
