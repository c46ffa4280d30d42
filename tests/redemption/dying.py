"""A worker that dies at a named step: `python -m tests.redemption.dying STEP`, with its world in the environment."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import httpx
from sqlmodel import Session

from app.core.clock import SetClock
from app.core.database import Database
from app.core.secret_store import resolve_secrets
from app.core.settings import Settings
from app.redemption.tasks import ask_due_partners
from tests.conftest import SCHEME
from tests.redemption.leisure import make_asking

T = TypeVar("T")


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


def main() -> None:
    """Exits with 0 when there were fewer steps than that."""
    database = Mortal(os.environ["DATABASE_URL"], dies_at=int(sys.argv[1]))
    secrets = resolve_secrets(Settings(data_dir=Path(os.environ["SECRETS"])), demo=True)
    clock = SetClock(datetime.fromisoformat(os.environ["NOW"]))
    ask_due_partners(make_asking(database, secrets, clock, httpx.Client(trust_env=False)))


if __name__ == "__main__":
    main()
