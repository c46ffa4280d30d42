"""A request sent again under its Idempotency-Key is done once and answered alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from threading import Barrier, Thread

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.core.database import Database
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from app.ledger.commands import Answer, answer_once
from app.ledger.errors import CommandRunning, KeyReused
from app.ledger.service import open_wallet


@dataclass
class Desk:
    """Serves requests that each open the next wallet, and refuses with `refusal` once it has begun to."""

    now: datetime
    refusal: Refusal | None = None
    served: list[int] = field(default_factory=list)

    def ask(self, session: Session, *, key: str = "k1", body: bytes = b"one", caller: str = "res_1") -> Answer:
        def serve() -> Answer:
            self.served.append(2**40 + len(self.served))
            open_wallet(session, resident_id=self.served[-1])
            if self.refusal is not None:
                raise self.refusal
            return Answer(201, {"id": self.served[-1], "name": "Zoë"})

        def refuse(refusal: Refusal) -> Answer:
            return Answer(409, {"code": refusal.code})

        return answer_once(session, caller=caller, key=key, digest=body, now=self.now, serve=serve, refuse=refuse)


def count_wallets(session: Session) -> int:
    counted: int = session.execute(text("SELECT count(*) FROM ledger_accounts")).scalar_one()
    return counted


def test_the_same_request_is_served_once_and_answered_alike(database: Database, now: datetime) -> None:
    desk = Desk(now)
    answers = [database.in_transaction(desk.ask) for _ in range(3)]
    assert answers == [Answer(201, {"id": 2**40, "name": "Zoë"})] * 3
    assert database.in_transaction(count_wallets) == 1


def test_another_body_under_the_same_key_is_refused(database: Database, now: datetime) -> None:
    desk = Desk(now)
    database.in_transaction(desk.ask)
    with pytest.raises(KeyReused):
        database.in_transaction(lambda session: desk.ask(session, body=b"two"))
    assert len(desk.served) == 1


@pytest.mark.parametrize("refusal", [Conflict("not now"), NotFound("not here")])
def test_a_refused_key_stays_refused_and_leaves_nothing_else(
    database: Database, now: datetime, refusal: Refusal
) -> None:
    desk = Desk(now, refusal)
    first = database.in_transaction(desk.ask)
    desk.refusal = None
    assert database.in_transaction(desk.ask) == first == Answer(409, {"code": refusal.code})
    assert database.in_transaction(count_wallets) == 0
    with pytest.raises(KeyReused):
        database.in_transaction(lambda session: desk.ask(session, body=b"two"))


@pytest.mark.parametrize("refusal", [Invalid("wrong"), NotAllowed("not you")])
def test_a_request_that_was_never_taken_on_may_be_mended_and_sent_again(
    database: Database, now: datetime, refusal: Refusal
) -> None:
    desk = Desk(now, refusal)
    with pytest.raises(type(refusal)):
        database.in_transaction(desk.ask)
    desk.refusal = None
    assert database.in_transaction(lambda session: desk.ask(session, body=b"mended")).status == 201


def test_keys_are_each_callers_own(database: Database, now: datetime) -> None:
    desk = Desk(now)
    first = database.in_transaction(desk.ask)
    other = database.in_transaction(lambda session: desk.ask(session, caller="res_2", body=b"two"))
    assert first != other


def test_while_one_is_served_another_with_its_key_is_told_to_wait(database: Database, now: datetime) -> None:
    desk = Desk(now)
    with Session(database.engine) as slow:
        desk.ask(slow)
        with pytest.raises(CommandRunning):
            database.in_transaction(desk.ask)
        assert database.in_transaction(lambda session: desk.ask(session, key="k2")).status == 201
        slow.commit()
    assert database.in_transaction(desk.ask).body["id"] == 2**40


def test_of_many_at_once_one_is_served(database: Database, now: datetime) -> None:
    desk, start, answers = Desk(now), Barrier(8), list[Answer | str]()

    def send() -> None:
        start.wait()
        try:
            answers.append(database.in_transaction(desk.ask))
        except CommandRunning as refusal:
            answers.append(refusal.code)

    threads = [Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(desk.served) == 1
    assert {answer.body["id"] for answer in answers if isinstance(answer, Answer)} == {2**40}
    assert {answer for answer in answers if isinstance(answer, str)} <= {"idempotency-key-in-use"}
