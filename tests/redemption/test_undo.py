"""A till's slip is mended at once; a refund is to the original entry, never above it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from app.core.units import Pence, Points
from app.ledger.chart import SCHEME, AccountKind
from app.ledger.errors import NothingToRefund, RefundTooLarge
from app.redemption.errors import NothingToUndo, UndoTooLate, VoucherUnknown
from app.redemption.queries import TillVoucher, VoucherStatus
from app.redemption.refunds import UNDO_WITHIN, RefundRead, refund_redemption, undo_voucher
from tests.redemption.scheme import Scheme, run_together


def _undo(
    scheme: Scheme, code: str | None, *, after: timedelta = timedelta(0), partner: int | None = None
) -> TillVoucher:
    assert code is not None
    return scheme.run(
        lambda session: undo_voucher(
            session, partner_id=partner or scheme.cafe.id, code=code, codes=scheme.codes, now=scheme.now + after
        )
    )


def test_an_undone_voucher_is_good_again_and_nobody_is_owed_anything(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=500)
    voucher = scheme.take(resident, scheme.add_reward(points=150, stock=3))
    scheme.redeem(voucher.code)
    undone = _undo(scheme, voucher.code, after=UNDO_WITHIN)
    assert (undone.status, undone.valid, undone.redeemed_at) == (VoucherStatus.ISSUED, True, None)
    assert (scheme.balance(resident).available, scheme.balance(resident).held) == (350, 150)
    assert scheme.posted(AccountKind.PAYABLE, scheme.cafe.id) == 0
    assert scheme.posted(AccountKind.REDEEMED, SCHEME) == 0
    assert scheme.redeem(voucher.code).status is VoucherStatus.REDEEMED
    assert scheme.posted(AccountKind.PAYABLE, scheme.cafe.id) == 120


def test_nothing_is_undone_too_late_twice_or_by_somebody_else(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=500)
    voucher = scheme.take(resident, scheme.add_reward(points=150))
    with pytest.raises(NothingToUndo):
        _undo(scheme, voucher.code)
    scheme.redeem(voucher.code)
    with pytest.raises(UndoTooLate):
        _undo(scheme, voucher.code, after=UNDO_WITHIN + timedelta(seconds=1))
    with pytest.raises(VoucherUnknown):
        _undo(scheme, voucher.code, partner=scheme.group.id)
    _undo(scheme, voucher.code)
    with pytest.raises(NothingToUndo):
        _undo(scheme, voucher.code)


def test_undoing_and_redeeming_at_once_end_in_books_that_add_up(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=150)
    voucher = scheme.take(resident, scheme.add_reward(points=150))
    scheme.redeem(voucher.code)
    calls = [partial(scheme.redeem, voucher.code), partial(_undo, scheme, voucher.code)] * 8
    run_together(calls)
    used = scheme.read(resident, voucher).status is VoucherStatus.REDEEMED
    assert scheme.posted(AccountKind.PAYABLE, scheme.cafe.id) == (120 if used else 0)


def test_a_refund_is_to_the_original_entry_and_never_above_it(scheme: Scheme) -> None:
    (resident,) = scheme.add_residents(1, points=150)
    voucher = scheme.take(resident, scheme.add_reward(points=150))

    def refund(points: int | None) -> RefundRead:
        wanted = None if points is None else Points(points)
        return scheme.run(
            lambda session: refund_redemption(
                session, redemption=voucher.id, points=wanted, reason="The coffee was cold", now=scheme.now
            )
        )

    with pytest.raises(NothingToRefund):
        refund(None)
    scheme.redeem(voucher.code)
    with pytest.raises(RefundTooLarge):
        refund(151)
    assert refund(50) == RefundRead(Points(50), Pence(40))
    with pytest.raises(RefundTooLarge):
        refund(101)
    assert refund(None) == RefundRead(Points(100), Pence(80))
    with pytest.raises(NothingToRefund):
        refund(None)
    assert scheme.balance(resident).available == 150
    assert scheme.posted(AccountKind.PAYABLE, scheme.cafe.id) == 0
    with pytest.raises(NothingToRefund):
        _undo(scheme, voucher.code)
