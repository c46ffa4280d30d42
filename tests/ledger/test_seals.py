"""Seals: whatever somebody with every right over the database does to what is sealed is found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.audit import SYSTEM, record_act
from app.core.database import Database, connect_engine
from app.core.errors import Misconfigured
from app.core.secret_store import Secrets, resolve_secrets
from app.core.settings import Settings
from app.ledger.errors import RestoredElsewhere, SealsLostError
from app.ledger.kept_seals import KeptSeal, find_copy
from app.ledger.merkle import LEAF, MerkleTree
from app.ledger.seal_checks import NO_KEY, SealReport, verify_seals
from app.ledger.seal_keys import SealKey, SealProof, read_proof
from app.ledger.sealed_entries import read_generation
from app.ledger.seals import Seal, check_cluster, find_last_seal, restore_seals, seal_entries
from app.ledger.tasks import seal_books
from tests.databases import SCHEME, made_database
from tests.ledger.books import OTHER, Books
from tests.ledger.seal_tampering import AS_OF_ANOTHER_CLUSTER, PLACES, TAMPERINGS
from tests.ledger.tampering import change_as_superuser


@pytest.fixture
def key(secrets: Secrets) -> SealKey:
    return SealKey(secrets)


def write(database: Database, now: datetime, *, first: bool = False) -> None:
    """A few transfers and an act, in transactions of their own."""

    def begin(session: Session) -> None:
        books = Books(session, now)
        books.award(50, now)
        books.award(30, now, wallet=OTHER)

    def go_on(session: Session) -> None:
        session.execute(
            text(
                "INSERT INTO ledger_transfers (id, debit, credit, amount, effective_at, unit, kind)"
                " SELECT nextval('ids'), debit, credit, amount, effective_at, unit, kind FROM ledger_transfers LIMIT 3"
            )
        )

    database.in_transaction(begin if first else go_on)
    for subject in ("rule:rul_one", "reward:rew_one"):
        database.in_transaction(
            lambda s, subject=subject: record_act(s, actor=SYSTEM, act="reward.changed", subject=subject, now=now)  # type: ignore[misc]
        )


def seal(database: Database, key: SealKey, now: datetime) -> Seal | None:
    return database.in_transaction(lambda s: seal_entries(s, key=key, scheme=SCHEME, now=now))


def check(database: Database, proof: SealProof | None, *kept: KeptSeal, scheme: str = SCHEME) -> SealReport:
    return database.in_transaction(lambda s: verify_seals(s, scheme=scheme, proof=proof, kept=kept))


def tamper(database: Database, change: str) -> None:
    database.in_transaction(lambda session: change_as_superuser(session, change))


@pytest.fixture(scope="module")
def sealed(server_url: str, template_name: str, secrets: Secrets) -> Iterator[Database]:
    """Three seals, each of transfers and acts; whoever changes something rolls it back."""
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    with made_database(server_url, f"{template_name}_sealed", template_name) as url:
        made = Database(url, scheme=SCHEME)
        for number in range(3):
            write(made, now, first=not number)
            assert seal(made, SealKey(secrets), now + timedelta(minutes=number)) is not None
        yield made
        made.dispose()


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_tampering_is_found_and_said_of_the_right_seal(sealed: Database, key: SealKey, tampering: str) -> None:
    newest = sealed.in_transaction(find_last_seal)
    assert newest is not None
    kept = [KeptSeal(newest.number, newest.entries, newest.head)]
    change, expected = TAMPERINGS[tampering]
    with Session(sealed.engine) as session:
        before = verify_seals(session, scheme=SCHEME, proof=key.proof, kept=kept)
        assert before == SealReport((), seals=3, entries=newest.entries, unsealed=0)
        change_as_superuser(session, change.format(**PLACES))
        told = verify_seals(session, scheme=SCHEME, proof=key.proof, kept=kept).findings
        session.rollback()
    for number, words in expected:
        assert [one for one in told if one.startswith(f"Seal {number}") and words in one], (number, words, told)
    assert {int(one.split()[1].rstrip(":")) for one in told} == {number for number, _ in expected}


def test_a_seal_made_with_another_key_is_found(database: Database, key: SealKey, now: datetime, tmp_path: Path) -> None:
    write(database, now, first=True)
    forger = SealKey(resolve_secrets(Settings(data_dir=tmp_path), demo=True))
    seal(database, forger, now)
    assert check(database, key.proof).findings == ("Seal 1 was not signed with this scheme's key.",)
    assert check(database, forger.proof).findings == ()
    assert check(database, forger.proof, scheme="york").findings, "a seal of one scheme is none of another"
    assert check(database, None).findings == (NO_KEY,)
    assert check(database, read_proof(forger.proof.to_pem())).findings == ()
    with pytest.raises(Misconfigured):
        read_proof("-----BEGIN PUBLIC KEY-----")


def test_what_commits_late_does_not_slip_out(database: Database, key: SealKey, now: datetime) -> None:
    write(database, now, first=True)
    with Session(database.engine) as late:
        record_act(late, actor=SYSTEM, act="rule.stopped", subject="rule:rul_late", now=now)
        write(database, now)
        write(database, now)
        made = seal(database, key, now)
        assert made is not None
        assert check(database, key.proof).unsealed == 10, "what came after the open transaction waits for it"
        late.commit()
    assert check(database, key.proof).unsealed == 11
    after = seal(database, key, now)
    assert after is not None
    assert after.entries == made.entries + 11
    assert (check(database, key.proof).findings, check(database, key.proof).unsealed) == ((), 0)
    assert seal(database, key, now) is None, "there is nothing new"


def test_the_application_may_add_a_seal_and_never_change_one(sealed: Database) -> None:
    for change in ("UPDATE ledger_seals SET entries = 1", "DELETE FROM ledger_seals", "TRUNCATE ledger_seals"):
        for role in ("rewards_app", "NONE"):

            def do(session: Session, change: str = change, role: str = role) -> None:
                session.execute(text(f"SET LOCAL ROLE {role}"))
                session.execute(text(change))

            with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
                sealed.in_transaction(do)


def test_the_sealer_keeps_a_copy_and_does_not_seal_over_what_was_cut_off(
    database: Database, key: SealKey, now: datetime, tmp_path: Path
) -> None:
    copy = tmp_path / "seals" / "leeds.json"

    def work() -> Seal | None:
        return seal_books(database, key=key, scheme=SCHEME, copy=copy, now=now)

    write(database, now, first=True)
    made = work()
    assert made is not None
    assert find_copy(copy) == KeptSeal(1, made.entries, made.head)
    assert work() is None
    tamper(database, "DELETE FROM ledger_seals")
    with pytest.raises(SealsLostError):
        work()
    copy.write_text("{}")
    with pytest.raises(Misconfigured):
        work()


def test_a_restored_cluster_begins_a_new_generation(
    database: Database, database_url: str, key: SealKey, now: datetime
) -> None:
    write(database, now, first=True)
    # What came with the copy has numbers that this cluster has not reached, whether it was sealed or not.
    tamper(database, AS_OF_ANOTHER_CLUSTER)
    assert _restore(database_url, key, now) is not None
    assert database.in_transaction(read_generation) == 2
    tamper(database, "ALTER TABLE ledger_transfers ALTER generation SET DEFAULT 1")
    for refused in (check_cluster, lambda session: seal_entries(session, key=key, scheme=SCHEME, now=now)):
        with pytest.raises(RestoredElsewhere):
            database.in_transaction(refused)
    assert _restore(database_url, key, now) is None, "all of it is sealed"
    database.in_transaction(check_cluster)
    write(database, now)
    made = seal(database, key, now)
    assert made is not None
    assert (made.number, made.until.generation) == (2, 2)
    assert (check(database, key.proof).findings, check(database, key.proof).unsealed) == ((), 0)
    tamper(database, "UPDATE audit_acts SET generation = 2 WHERE id = (SELECT min(id) FROM audit_acts)")
    assert check(database, key.proof).findings[0].startswith("Seal 1: it covers")


def _restore(database_url: str, key: SealKey, now: datetime) -> Seal | None:
    engine = connect_engine(database_url, scheme=SCHEME, role=None, pool_size=1)
    try:
        with Session(engine) as session, session.begin():
            return restore_seals(session, key=key, scheme=SCHEME, now=now)
    finally:
        engine.dispose()


def test_no_seal_depends_on_what_erasure_removes(sealed: Database, key: SealKey) -> None:
    with Session(sealed.engine) as session:
        change_as_superuser(session, "DELETE FROM residents;DELETE FROM events;DELETE FROM cards;DELETE FROM officers")
        assert verify_seals(session, scheme=SCHEME, proof=key.proof, kept=()).findings == ()
        session.rollback()


def test_the_root_is_that_of_the_standard() -> None:
    # RFC 9162 has no vectors; these are of its predecessor's reference implementation (leaves 0 to 7).
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    roots = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for count, root in roots.items():
        tree = MerkleTree()
        for leaf in leaves[:count]:
            tree.add(hashlib.sha256(LEAF + bytes.fromhex(leaf)).digest())
        assert tree.root().hex() == root, count
