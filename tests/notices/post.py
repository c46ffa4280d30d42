"""A post office for tests: it tells what is due, sends it, and keeps what came."""

from __future__ import annotations

from sqlalchemy import text

from app.identity.logins import LoginKeys, Side, bind_login, prove_by_code, read_address
from app.notices.addressing import Telling
from app.notices.tasks import tell_due
from app.notify.in_memory import InMemoryNotify
from app.notify.interface import Message
from app.notify.service import MessageKeys
from app.notify.tasks import Delivery, forget_late_messages, send_message
from tests.api.city import City


class Post:
    """`notify` can be away."""

    def __init__(self, city: City) -> None:
        self.city, self.notify = city, InMemoryNotify()
        self.logins, self.keys = LoginKeys(city.runtime.secrets), MessageKeys(city.runtime.secrets)

    def tell(self, *, delivers: bool = True) -> list[Message]:
        """What went out this time."""
        before, runtime = len(self.notify.sent), self.city.runtime
        tell_due(Telling(runtime.database, runtime.clock, self.logins, self.keys, delivers))
        delivery = self.delivery()
        waiting = runtime.database.in_transaction(
            lambda session: session.execute(text("SELECT id FROM messages ORDER BY id")).scalars().all()
        )
        for number in waiting:
            send_message(delivery, message=number)
        return self.notify.sent[before:]

    def delivery(self) -> Delivery:
        return Delivery(self.city.runtime.database, self.city.runtime.clock, self.keys, self.notify)

    def forget_late(self) -> None:
        forget_late_messages(self.delivery())

    def reach(self, person: str, written: str, *, side: Side = Side.RESIDENT) -> None:
        """From now on the person signs in by this address."""
        proof = prove_by_code(read_address(written), now=self.city.clock.now())
        sealed = self.logins.seal(side, proof)
        self.city.runtime.database.in_transaction(
            lambda s: bind_login(s, side=side, sealed=sealed, person=person, now=self.city.clock.now())
        )
