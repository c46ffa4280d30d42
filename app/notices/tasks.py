"""What was promised to be told is handed to whoever delivers it, or put on the desk's list."""

from __future__ import annotations

from functools import partial
from typing import Final

from app.notices.addressing import Telling
from app.notices.expiries import tell_expiries
from app.notices.officers import tell_officers
from app.notices.persons import tell_persons

BATCH: Final = 200


def tell_due(telling: Telling) -> int:
    """Every notice that nobody has been told of, in transactions of up to BATCH; how many."""
    told, now = 0, telling.clock.now()
    for tell in (tell_expiries, tell_persons, tell_officers):
        done = BATCH
        while done == BATCH:
            done = telling.database.in_transaction(partial(tell, telling=telling, now=now, limit=BATCH))
            told += done
    return told
