"""What `verify-ledger` says of vouchers and holds that have lost each other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.redemption.verify import find_redemption_drift
from tests.redemption.scheme import Scheme

DEEDS = {
    "a voucher without its hold": ("UPDATE redemptions SET hold_id = hold_id + 1000000", "never reserved"),
    "a hold without its voucher": ("DELETE FROM redemptions", "no voucher belongs to it"),
    "a voucher that says it was used": (
        "UPDATE redemptions SET status = 'redeemed', redeemed_at = made_at",
        "is redeemed for 200 points; its hold",
    ),
    "a voucher for other points": ("UPDATE redemptions SET points = points + 1", "for 201 points"),
    "somebody else's points": ("UPDATE redemptions SET resident_id = resident_id + 1", "another resident's"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_voucher_and_a_hold_that_disagree_are_told(scheme: Scheme, deed: str) -> None:
    [resident] = scheme.add_residents(1)
    scheme.take(resident, scheme.add_reward(points=200))
    assert not scheme.run(find_redemption_drift)
    statement, told = DEEDS[deed]
    with Session(scheme.database.engine) as session:  # never committed
        session.execute(text(statement))
        findings = find_redemption_drift(session)
    assert any(told in finding for finding in findings), findings


def test_whatever_becomes_of_a_voucher_its_hold_follows(scheme: Scheme) -> None:
    [resident] = scheme.add_residents(1, points=900)
    reward = scheme.add_reward(points=200)
    used, given_back, over, _ = [scheme.take(resident, reward) for _ in range(4)]
    scheme.redeem(used.code)
    scheme.cancel(resident, given_back)
    assert not scheme.run(find_redemption_drift)
    scheme.sweep(over.expires_at + timedelta(seconds=1))
    assert not scheme.run(find_redemption_drift)
