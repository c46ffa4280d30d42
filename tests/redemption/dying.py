"""Whoever works on vouchers and dies at a named step: `python -m tests.redemption.dying` reads orders, a line each.

Every order is carried out by a process of its own, forked from one that has imported everything.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

import httpx
from sqlmodel import Session

from app.core.clock import SetClock
from app.core.database import Database
from app.core.secret_store import resolve_secrets
from app.core.settings import Settings
from app.redemption.codes import VoucherCodes
from app.redemption.service import redeem_reward, redeem_voucher
from app.redemption.tasks import Asking, ask_due_partners, sweep_due_vouchers
from partners.leisure_file import LeisureFile
from partners.registry import build_registry
from tests.databases import SCHEME
from tests.redemption.leisure import make_asking
from tests.redemption.scheme import Scheme

T = TypeVar("T")

ROOT: Final = Path(__file__).parents[2]


class Mortal(Database):
    """Counts its steps, before and after each commit, and dies at one of them."""

    def __init__(self, database_url: str, *, dies_at: int) -> None:
        super().__init__(database_url, scheme=SCHEME, pool_size=2)
        self._dies_at, self._steps = dies_at, 0

    def step(self) -> None:
        self._steps += 1
        if self._steps == self._dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def in_transaction(self, serve: Callable[[Session], T]) -> T:
        def serve_and_step(session: Session) -> T:
            answer = serve(session)
            session.flush()
            self.step()  # all done, nothing committed
            return answer

        answer = super().in_transaction(serve_and_step)
        self.step()  # committed, and nobody knows
        return answer


class Mortals:
    """The parent's side: gives orders and says how each ended, 0 where there were fewer steps than that."""

    def __init__(self, secrets: Path) -> None:
        self.secrets = secrets
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        words = [sys.executable, "-m", "tests.redemption.dying"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(words, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True)

    def send(self, deed: str, *, scheme: Scheme, now: datetime, step: int, **more: str) -> int:
        """Have somebody begin the deed and die at the step; its exit code."""
        url = scheme.database.engine.url.render_as_string(hide_password=False)
        order = {"deed": deed, "step": step, "url": url, "secrets": str(self.secrets), "now": now.isoformat(), **more}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """No more orders."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.stdout is not None
        self._process.stdout.close()
        assert self._process.wait(30) == 0


def _carry_out(order: Mapping[str, str]) -> None:
    database = Mortal(order["url"], dies_at=int(order["step"]))
    secrets = resolve_secrets(Settings(data_dir=Path(order["secrets"])), demo=True)
    clock = SetClock(datetime.fromisoformat(order["now"]))
    asking = make_asking(database, secrets, clock, httpx.Client(trust_env=False))
    codes = VoucherCodes(secrets)
    match order["deed"]:
        case "ask":
            ask_due_partners(asking)
        case "write a file":
            adapters = build_registry([LeisureFile(Path(order["folder"]))])
            ask_due_partners(Asking(database, clock, adapters, asking.keys))
        case "sweep and ask":
            sweep_due_vouchers(database, now=clock.now())
            ask_due_partners(asking)
        case "reserve":
            resident, reward = int(order["resident"]), UUID(order["reward"])
            adapters = asking.adapters
            database.in_transaction(
                lambda session: redeem_reward(
                    session, resident_id=resident, reward=reward, codes=codes, adapters=adapters, now=clock.now()
                )
            )
        case "use":
            partner, code = int(order["partner"]), order["code"]
            database.in_transaction(
                lambda session: redeem_voucher(session, partner_id=partner, code=code, codes=codes, now=clock.now())
            )
        case other:
            raise LookupError(other)


def main() -> None:
    """One line on standard output for each order."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os.dup2(2, 1)  # what it logs is no answer
            try:
                _carry_out(json.loads(line))
            except BaseException:  # noqa: BLE001 - a child must not go on as its parent
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
