"""Whoever works on a voucher is killed at every step; another one finishes, and nothing is lost or done twice."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.core.database import Database
from app.core.secret_store import Secrets, resolve_secrets
from app.core.settings import Settings
from app.jobs import count_jobs
from app.ledger.chart import SCHEME, AccountKind
from app.redemption.asking import LONGEST_WAIT
from app.redemption.codes import VoucherCodes
from app.redemption.errors import AlreadyRedeemed
from app.redemption.queries import VoucherStatus
from app.redemption.tasks import Asking
from partners.leisure_file import LeisureFile
from partners.registry import build_registry
from partners.voucher_code import VoucherCode
from tests.fakes.leisure_operator import LeisureBooks, serving
from tests.redemption.dying import Mortals
from tests.redemption.leisure import POINTS, Leisure
from tests.redemption.scheme import Scheme

STEPS = 6
"""List what is due, claim, note: before and after the commit of each."""
DIED = -signal.SIGKILL
COST = 120


@pytest.fixture(scope="module")
def mortals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortals]:
    made = Mortals(tmp_path_factory.getbasetemp() / "dying")
    yield made
    made.close()


@pytest.fixture
def secrets(mortals: Mortals) -> Secrets:
    """Kept in a folder, so that another process finds the same."""
    return resolve_secrets(Settings(data_dir=mortals.secrets), demo=True)


@pytest.fixture
def leisure(database: Database, secrets: Secrets, now: datetime) -> Iterator[Leisure]:
    books = LeisureBooks()
    with serving(books) as url:
        made = Leisure(Scheme(database, VoucherCodes(secrets), now), secrets, books, url=url)
        yield made
        made.scheme.verify()


def _die(mortals: Mortals, leisure: Leisure, deed: str, step: int, **more: str) -> int:
    return mortals.send(deed, scheme=leisure.scheme, now=leisure.clock.now(), step=step, **more)


def test_a_worker_killed_at_any_step_of_issuing_leaves_one_pass_and_points_that_add_up(
    leisure: Leisure, mortals: Mortals
) -> None:
    for step in range(1, STEPS + 1):
        voucher = leisure.take()
        assert _die(mortals, leisure, "ask", step) == DIED
        leisure.work(after=LONGEST_WAIT)
        assert leisure.read(voucher).status is VoucherStatus.ISSUED, step
        assert len(leisure.books.passes) == step, "one for each voucher, however often it was asked for"
        assert leisure.points() == (0, POINTS)
        leisure.scheme.cancel(leisure.resident, voucher, at=leisure.clock.now())
        leisure.work()
        assert leisure.points() == (POINTS, 0)
    leisure.take()
    assert _die(mortals, leisure, "ask", STEPS + 1) == 0, "there are no more steps"


def test_a_worker_killed_at_any_step_of_cancelling_gives_the_points_back_once(
    leisure: Leisure, mortals: Mortals
) -> None:
    for step in range(1, STEPS + 1):
        voucher = leisure.take()
        leisure.work()
        leisure.scheme.cancel(leisure.resident, voucher, at=leisure.clock.now())
        assert _die(mortals, leisure, "ask", step) == DIED
        leisure.work(after=LONGEST_WAIT)
        assert leisure.read(voucher).status is VoucherStatus.CANCELLED
        assert leisure.points() == (POINTS, 0)
        assert leisure.scheme.stock_left(leisure.reward) == 5
    assert {known["status"] for known in leisure.books.passes.values()} == {"cancelled"}
    assert leisure.scheme.posted(AccountKind.PAYABLE, leisure.scheme.cafe.id) == 0


def test_a_worker_killed_at_any_step_of_an_answer_that_settles_it_spends_the_points_once(
    leisure: Leisure, mortals: Mortals, tmp_path: Path
) -> None:
    scheme = leisure.scheme
    scheme.run(
        lambda session: session.execute(
            text("UPDATE rewards SET adapter = 'leisure_file', stock_left = 6, stock_seeded = 6")
        )
    )
    scheme.adapters = build_registry([LeisureFile(tmp_path)])
    leisure.asking = Asking(scheme.database, leisure.clock, scheme.adapters, leisure.asking.keys)
    for step in range(1, STEPS + 1):
        resident, voucher = leisure.take_as_another(f"L{step}")
        assert _die(mortals, leisure, "write a file", step, folder=str(tmp_path)) == DIED
        spent = step > STEPS - 1
        assert scheme.posted(AccountKind.PAYABLE, scheme.cafe.id) == COST * (step if spent else step - 1)
        leisure.work(after=LONGEST_WAIT)
        assert scheme.read(resident, voucher, at=leisure.clock.now()).status is VoucherStatus.REDEEMED, step
        assert (scheme.balance(resident).available, scheme.balance(resident).held) == (0, 0)
        assert scheme.posted(AccountKind.PAYABLE, scheme.cafe.id) == COST * step, "the operator is owed each once"
        assert scheme.posted(AccountKind.REDEEMED, SCHEME) == POINTS * step
        assert scheme.stock_left(leisure.reward) == 6 - step
    assert len(list((tmp_path / "waiting").iterdir())) == STEPS, "each member stands in tonight's file once"


def test_a_worker_killed_at_any_step_of_the_sweep_gives_an_expired_pass_s_points_back_once(
    leisure: Leisure, mortals: Mortals
) -> None:
    for step in range(1, STEPS + 3):  # the sweep comes first, before and after its commit
        leisure.scheme.now = leisure.clock.at
        voucher = leisure.take()
        leisure.work()
        leisure.clock.at = voucher.expires_at + timedelta(minutes=1)
        assert _die(mortals, leisure, "sweep and ask", step) == DIED
        leisure.scheme.sweep(leisure.clock.now())
        leisure.work(after=LONGEST_WAIT)
        assert leisure.read(voucher).status is VoucherStatus.EXPIRED, step
        assert leisure.points() == (POINTS, 0)
        assert leisure.scheme.stock_left(leisure.reward) == 5
    assert {known["status"] for known in leisure.books.passes.values()} == {"cancelled"}
    assert leisure.scheme.posted(AccountKind.PAYABLE, leisure.scheme.cafe.id) == 0


def test_a_server_killed_while_it_reserves_has_reserved_all_or_nothing(leisure: Leisure, mortals: Mortals) -> None:
    scheme = leisure.scheme
    words = {"resident": str(leisure.resident), "reward": str(leisure.reward.public_id)}
    assert _die(mortals, leisure, "reserve", 1, **words) == DIED
    assert (leisure.points(), scheme.stock_left(leisure.reward), scheme.vouchers()) == ((POINTS, 0), 5, 0)
    assert scheme.run(count_jobs)["waiting"] == 0
    assert _die(mortals, leisure, "reserve", 2, **words) == DIED
    assert (leisure.points(), scheme.stock_left(leisure.reward), scheme.vouchers()) == ((0, POINTS), 4, 1)
    assert scheme.run(count_jobs)["waiting"] == 1, "asking the partner was promised with it"
    assert leisure.work() == 1
    assert len(leisure.books.passes) == 1, "and the worker has asked, once"


def test_a_server_killed_while_a_till_redeems_has_spent_the_points_once(leisure: Leisure, mortals: Mortals) -> None:
    scheme = leisure.scheme
    scheme.adapters = build_registry([VoucherCode()])
    voucher = scheme.take(leisure.resident, scheme.add_reward(stock=5))
    assert voucher.code is not None
    words = {"partner": str(scheme.cafe.id), "code": voucher.code}
    assert _die(mortals, leisure, "use", 1, **words) == DIED
    assert leisure.points() == (0, POINTS), "the till had no answer, and nothing has happened"
    assert _die(mortals, leisure, "use", 2, **words) == DIED
    with pytest.raises(AlreadyRedeemed):
        scheme.redeem(voucher.code, at=leisure.clock.now())
    assert leisure.points() == (0, 0)
    assert scheme.posted(AccountKind.PAYABLE, scheme.cafe.id) == COST
    assert scheme.posted(AccountKind.REDEEMED, SCHEME) == POINTS
