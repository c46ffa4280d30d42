"""A worker is killed at every step of asking a partner; another one finishes, and nothing is lost or done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets, resolve_secrets
from app.core.settings import Settings
from app.ledger.chart import AccountKind
from app.redemption.asking import LONGEST_WAIT
from app.redemption.codes import VoucherCodes
from app.redemption.queries import VoucherStatus
from tests.fakes.leisure_operator import LeisureBooks, serving
from tests.redemption.leisure import POINTS, Leisure
from tests.redemption.scheme import Scheme

ROOT = Path(__file__).parents[2]
STEPS = 6
"""List what is due, claim, note: before and after the commit of each."""


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    """Kept in a folder, so that another process finds the same."""
    return resolve_secrets(Settings(data_dir=tmp_path), demo=True)


@pytest.fixture
def leisure(database: Database, secrets: Secrets, now: datetime) -> Iterator[Leisure]:
    books = LeisureBooks()
    with serving(books) as url:
        made = Leisure(Scheme(database, VoucherCodes(secrets), now), secrets, books, url=url)
        yield made
        made.scheme.verify()


def _work_and_die(leisure: Leisure, folder: Path, step: int) -> int:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": leisure.scheme.database.engine.url.render_as_string(hide_password=False),
        "SECRETS": str(folder),
        "NOW": leisure.clock.now().isoformat(),
    }
    words = [sys.executable, "-m", "tests.redemption.dying", str(step)]
    return subprocess.run(words, cwd=ROOT, env=environment, check=False, timeout=60).returncode


def test_a_worker_killed_at_any_step_of_issuing_leaves_one_pass_and_points_that_add_up(
    leisure: Leisure, tmp_path: Path
) -> None:
    for step in range(1, STEPS + 1):
        voucher = leisure.take()
        assert _work_and_die(leisure, tmp_path, step) == -signal.SIGKILL
        leisure.work(after=LONGEST_WAIT)
        assert leisure.read(voucher).status is VoucherStatus.ISSUED, step
        assert len(leisure.books.passes) == step, "one for each voucher, however often it was asked for"
        assert leisure.points() == (0, POINTS)
        leisure.scheme.cancel(leisure.resident, voucher, at=leisure.clock.now())
        leisure.work()
        assert leisure.points() == (POINTS, 0)
    leisure.take()
    assert _work_and_die(leisure, tmp_path, STEPS + 1) == 0, "there are no more steps"


def test_a_worker_killed_at_any_step_of_cancelling_gives_the_points_back_once(leisure: Leisure, tmp_path: Path) -> None:
    for step in range(1, STEPS + 1):
        voucher = leisure.take()
        leisure.work()
        leisure.scheme.cancel(leisure.resident, voucher, at=leisure.clock.now())
        assert _work_and_die(leisure, tmp_path, step) == -signal.SIGKILL
        leisure.work(after=LONGEST_WAIT)
        assert leisure.read(voucher).status is VoucherStatus.CANCELLED, step
        assert leisure.points() == (POINTS, 0)
        assert leisure.scheme.stock_left(leisure.reward) == 5
    assert {known["status"] for known in leisure.books.passes.values()} == {"cancelled"}
    assert leisure.scheme.posted(AccountKind.PAYABLE, leisure.scheme.cafe.id) == 0
