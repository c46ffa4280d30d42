"""While a partner across the network is asked, nothing waits in the database for its answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import QueuePool

from app.core.database import Database
from app.core.secret_store import Secrets
from app.redemption.codes import VoucherCodes
from app.redemption.queries import VoucherStatus
from partners.in_memory import InMemory
from partners.interface import Issued, IssueRequest
from partners.registry import build_registry
from tests.redemption.leisure import Leisure
from tests.redemption.scheme import Scheme


class Watchful(InMemory):
    """Notes how many connections are in use whenever it is asked."""

    name = "leisure_pass"

    def __init__(self, database: Database) -> None:
        super().__init__(local=False)
        self._database = database
        self.in_use: list[int] = []

    def _look(self) -> None:
        pool = self._database.engine.pool
        assert isinstance(pool, QueuePool)
        self.in_use.append(pool.checkedout())

    def issue(self, request: IssueRequest) -> Issued:
        self._look()
        return super().issue(request)

    def cancel(self, request: IssueRequest) -> None:
        self._look()
        super().cancel(request)


def test_no_transaction_is_open_while_a_partner_promises_or_lets_go(
    database: Database, secrets: Secrets, now: datetime
) -> None:
    watchful = Watchful(database)
    leisure = Leisure(Scheme(database, VoucherCodes(secrets), now), secrets)
    leisure.asking = replace(leisure.asking, adapters=build_registry([watchful]))
    voucher = leisure.take()
    leisure.work()
    leisure.scheme.cancel(leisure.resident, voucher, at=leisure.clock.now())
    leisure.work(after=timedelta(minutes=1))
    assert leisure.read(voucher).status is VoucherStatus.CANCELLED
    assert watchful.in_use == [0, 0], "asked once to promise it, once to let go of it"
