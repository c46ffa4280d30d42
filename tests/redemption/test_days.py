"""A day's stock is given out once, however many ask for it at the same time."""

from __future__ import annotations

from functools import partial

from sqlalchemy import text

from app.offers.errors import OutOfStockToday
from app.redemption.queries import VoucherRead
from tests.redemption.scheme import Scheme, run_together


def test_fifty_at_once_get_exactly_the_ten_of_the_day(scheme: Scheme) -> None:
    residents = scheme.add_residents(50)
    reward = scheme.add_reward(points=150)
    scheme.run(lambda session: session.execute(text("UPDATE rewards SET stock_per_day = 10")))
    got = run_together([partial(scheme.take, resident, reward) for resident in residents])
    vouchers = [one for one in got if isinstance(one, VoucherRead)]
    refused = [one for one in got if isinstance(one, OutOfStockToday)]
    assert (len(vouchers), len(refused)) == (10, 40)
    assert scheme.vouchers() == 10
    lucky = [resident for resident, one in zip(residents, got, strict=True) if isinstance(one, VoucherRead)]
    run_together([partial(scheme.cancel, *both) for both in zip(lucky[:4], vouchers[:4], strict=True)])
    again = run_together([partial(scheme.take, resident, reward) for resident in residents[:20]])
    assert sum(isinstance(one, VoucherRead) for one in again) == 4, "what came back today, and no more"
