"""A worker that pays and dies at a step: `python -m tests.settlement.dying STEP`, with its world in the environment."""

from __future__ import annotations

import os
import sys
from datetime import datetime

from app.core.clock import SetClock
from app.settlement.connect.tasks import Paying, pay_due
from tests.redemption.dying import Mortal
from tests.settlement.stripe_scheme import open_stripe


def main() -> None:
    """Exits with 0 when there were fewer steps than that."""
    database = Mortal(os.environ["DATABASE_URL"], dies_at=int(sys.argv[1]))
    clock = SetClock(datetime.fromisoformat(os.environ["NOW"]))
    pay_due(Paying(database, clock, open_stripe(os.environ["STRIPE"])))


if __name__ == "__main__":
    main()
