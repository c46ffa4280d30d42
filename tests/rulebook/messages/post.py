"""A campaign's post office: residents with addresses, officers who write, and what is queued in the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx2
from sqlalchemy import text

from app.identity.logins import LoginKeys, Side, bind_login, prove_by_code, read_address
from app.notify.service import MessageKeys
from app.rulebook.messages.sending import Mailing, send_campaign_message
from app.rulebook.messages.ways_out import WayOutKeys
from tests.rulebook.drafting.desk import Desk

KEY = "cmp_get_on_board"
WORDS = {"subject": "Free rides on Sunday", "body": "All buses are free on Sunday.\nCome along."}


@dataclass
class Post:
    """Residents are known by their number in the city."""

    desk: Desk

    def want(self, resident: int, *, given: bool = True) -> httpx2.Response:
        headers = self.desk.city.resident(resident)
        return self.desk.city.http.put(f"/v1/me/campaign-messages/{KEY}", json={"given": given}, headers=headers)

    def give_address(self, resident: int) -> str:
        """An address that codes are sent to; gives it."""
        runtime, now = self.desk.city.runtime, self.desk.city.clock.now()
        address = f"resident{resident}@leeds.example"
        sealed = LoginKeys(runtime.secrets).seal(Side.RESIDENT, prove_by_code(read_address(address), now=now))
        person = self.desk.city.residents[resident]
        runtime.database.in_transaction(
            lambda session: bind_login(session, side=Side.RESIDENT, sealed=sealed, person=person, now=now)
        )
        return address

    def write(self, who: str = "ann", **changes: str) -> httpx2.Response:
        return self.desk.ask(who, "POST", f"/v1/campaigns/{KEY}/messages", WORDS | changes)

    def decide(self, who: str, message: str, step: str = "approve") -> httpx2.Response:
        return self.desk.ask(who, "POST", f"/v1/campaign-messages/{message}/{step}")

    def show(self, message: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.desk.ask("ann", "GET", f"/v1/campaign-messages/{message}").json()
        return answer

    def list_promised(self) -> list[int]:
        """Messages whose sending was promised."""
        asked = text("SELECT args->>'message' FROM procrastinate_jobs WHERE task_name = 'campaign_messages.send'")
        return [
            int(one)
            for one in self.desk.city.runtime.database.in_transaction(lambda s: s.execute(asked).scalars().all())
        ]

    def send(self) -> None:
        """What the worker does for each promise."""
        runtime = self.desk.city.runtime
        mailing = Mailing(
            database=runtime.database,
            clock=runtime.clock,
            logins=LoginKeys(runtime.secrets),
            messages=MessageKeys(runtime.secrets),
            ways_out=WayOutKeys(runtime.secrets),
            public_url="https://rewards.leeds.example",
        )
        for message in self.list_promised():
            send_campaign_message(mailing, message=message)

    def list_queued(self) -> dict[str, dict[str, str]]:
        """What fills each queued message, by its address."""
        runtime = self.desk.city.runtime
        kept = runtime.database.in_transaction(
            lambda session: session.execute(text("SELECT sealed FROM messages ORDER BY id")).scalars().all()
        )
        opened = [MessageKeys(runtime.secrets).open(bytes(sealed)) for sealed in kept]
        assert len({to for to, _ in opened}) == len(opened), "nobody gets two"
        return dict(opened)
