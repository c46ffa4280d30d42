"""Drop each constraint in turn: what it refuses goes through then, so its test fails, and `verify` sees what it can."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.ledger.verify import verify_ledger
from tests.ledger.books import WALLET, Books

TABLES = "('commands', 'notices')"
OWN = f"(c.relname LIKE 'ledger%' OR c.relname IN {TABLES})"

CONSTRAINTS = text(f"""
    SELECT k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.contype IN ('c', 'u', 'p', 'f', 'x') AND c.relnamespace = current_schema()::regnamespace AND {OWN}
    UNION
    SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
    WHERE i.indisunique AND c.relnamespace = current_schema()::regnamespace AND {OWN}
""")  # noqa: S608 - our own constants
TRIGGERS = text(f"""
    SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace AND {OWN}
""")  # noqa: S608 - our own constants
RIGHTS = text(f"""
    SELECT c.relname, string_agg(p.name, ' ' ORDER BY p.name) FROM pg_class c
    CROSS JOIN (VALUES ('DELETE'), ('INSERT'), ('SELECT'), ('TRUNCATE'), ('UPDATE')) AS p (name)
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND {OWN}
    AND has_table_privilege('rewards_app', c.oid, p.name) GROUP BY c.relname
""")  # noqa: S608 - our own constants

TRANSFER = "INSERT INTO ledger_transfers (id, debit, credit, amount, effective_at, unit, kind, quarter) VALUES "
HOLD = "INSERT INTO ledger_holds (id, wallet_id, amount, state, made_at, resolved_at) VALUES "
DECISION = (
    "INSERT INTO ledger_decisions (id, kind, officer_id, account_id, event_id, amount, written_off, reason, made_at) "
    "VALUES "
)
DRAW = (
    "INSERT INTO ledger_drawdowns (funder_id, place, hold_id, pence, drawn_pence, drawn_at) "
    "VALUES (71, {0}, 1, {1}, {2}, now())"
)
NOTICE = "INSERT INTO notices (resident_id, kind, quarter, days, points, due_on, queued_at) VALUES "
NOTICE_TOLD = NOTICE.replace("queued_at", "queued_at, told_at, way")
SEAL = (
    "INSERT INTO ledger_seals (number, generation, below_xid, entries, root, head, signature, sealed_at) "
    "VALUES ({0}, 1, 9, {1}, '', '', '', now())"
)
COMMAND = (
    "INSERT INTO commands (caller, key, digest, status, answer, answered_at) VALUES ('a', 'k', '', 200, '{}', now())"
)

LOTS = "UPDATE ledger_accounts SET lot_{0} = lot_{0} - 100, lot_{1} = lot_{1} + 100 WHERE posted = 50"

# Constraint: what it refuses, and the check of `verify` that sees it once the constraint is gone. None: the constraint
# is the only guard, and the refusal itself is the test.
DEEDS: dict[str, tuple[str, str | None]] = {
    "ck_ledger_accounts_held": ("UPDATE ledger_accounts SET held = -1 WHERE kind = 2", "held"),
    "ck_ledger_accounts_floor": ("UPDATE ledger_accounts SET posted = -5 WHERE kind = 2", "floor"),
    "ck_ledger_accounts_lots_add_up": (
        "UPDATE ledger_accounts SET posted = posted + 5 WHERE kind = 1",
        "balance",
    ),
    **{
        f"ck_ledger_accounts_lot_{slot}": (
            LOTS.format(slot, (slot + 1) % 8),
            "lot",
        )
        for slot in range(8)
    },
    "pk_ledger_accounts": (
        "INSERT INTO ledger_accounts SELECT * FROM ledger_accounts WHERE posted = 50",
        "unit",
    ),
    "uq_ledger_accounts_kind_unit_owner": (
        "INSERT INTO ledger_accounts (id, kind, unit, owner) VALUES (-1, 2, 1, 72)",
        None,
    ),
    "ck_ledger_transfers_amount": (TRANSFER + "(-1, 1, 2, 0, now(), 1, 6, NULL)", "no-account"),
    "ck_ledger_transfers_two_accounts": (
        TRANSFER + f"(-1, {WALLET}, {WALLET}, 5, now(), 1, 1, 8107)",
        "route",
    ),
    "pk_ledger_transfers": ("INSERT INTO ledger_transfers SELECT * FROM ledger_transfers WHERE kind = 1", "balance"),
    "ck_ledger_holds_amount": (HOLD + f"(-1, {WALLET}, -3, 1, now(), NULL)", "held"),
    "ck_ledger_holds_state": ("UPDATE ledger_holds SET state = 9, resolved_at = now()", "held"),
    "ck_ledger_holds_resolved_at": ("UPDATE ledger_holds SET resolved_at = now()", None),
    "pk_ledger_holds": ("INSERT INTO ledger_holds SELECT * FROM ledger_holds", "held"),
    "ck_ledger_hold_lots_amount": ("UPDATE ledger_hold_lots SET amount = 0", "hold-lots"),
    "pk_ledger_hold_lots": ("INSERT INTO ledger_hold_lots SELECT * FROM ledger_hold_lots", "hold-lots"),
    "ck_ledger_drawdowns_pence": (DRAW.format(2, 0, 0), None),
    "ck_ledger_drawdowns_drawn": (DRAW.format(1, -1, -1), "draw"),
    "pk_ledger_drawdowns": (DRAW.format(1, 1, 1) + ", (71, 1, 1, 1, 1, now())", "draw"),
    "pk_ledger_reversals": ("INSERT INTO ledger_reversals VALUES (1, 2), (1, 3)", "reversal"),
    "ck_ledger_decisions_kind": (DECISION + "(1, 'gift', 1, 1, NULL, 1, 0, 'r', now())", None),
    "ck_ledger_decisions_amounts": (DECISION + "(1, 'reversal', 1, 1, 7, -1, 0, 'r', now())", "decided"),
    "ck_ledger_decisions_event": (DECISION + "(1, 'reversal', 1, 1, NULL, 1, 0, 'r', now())", None),
    "ck_ledger_decisions_reason": (DECISION + "(1, 'fund', 1, 1, NULL, 1, 0, '', now())", None),
    "pk_ledger_decisions": (DECISION + ", ".join(["(1, 'fund', 1, 1, NULL, 1, 0, 'r', now())"] * 2), None),
    "ck_ledger_seals_numbers": (SEAL.format(2, 1), None),
    "pk_ledger_seals": (SEAL.format(1, 1) + ", (1, 1, 9, 2, '', '', '', now())", None),
    "pk_commands": (f"{COMMAND}, ('a', 'k', '', 409, '{{}}', now())", None),
    "ck_notices_kind": (NOTICE + "(1, 'news', 8107, 7, 1, now(), now())", None),
    "ck_notices_points": (NOTICE + "(1, 'points_expire', 8107, 7, 0, now(), now())", None),
    "ck_notices_days": (NOTICE + "(1, 'points_expire', 8107, 0, 1, now(), now())", None),
    "ck_notices_way": (NOTICE_TOLD + "(1, 'points_expire', 8107, 7, 1, now(), now(), now(), 'pigeon')", None),
    "ck_notices_told": (NOTICE_TOLD + "(1, 'points_expire', 8107, 7, 1, now(), now(), now(), NULL)", None),
    "pk_notices": (NOTICE + ", ".join(["(1, 'points_expire', 8107, 7, 1, now(), now())"] * 2), None),
}
APPEND_ONLY = {
    "ledger_transfers_append_only": ("UPDATE ledger_transfers SET amount = amount + 1 WHERE kind = 1", "balance"),
    "ledger_reversals_append_only": ("DELETE FROM ledger_reversals", None),
    "ledger_decisions_append_only": ("DELETE FROM ledger_decisions", None),
    "ledger_drawdowns_append_only": ("DELETE FROM ledger_drawdowns", None),
    "ledger_seals_append_only": ("DELETE FROM ledger_seals", None),
}
MAY = {
    "commands": "DELETE INSERT SELECT UPDATE",
    "ledger_accounts": "INSERT SELECT UPDATE",
    "ledger_decisions": "INSERT SELECT",
    "ledger_drawdowns": "INSERT SELECT",
    "ledger_hold_lots": "INSERT SELECT UPDATE",
    "ledger_holds": "INSERT SELECT UPDATE",
    "ledger_reversals": "INSERT SELECT",
    "ledger_seals": "INSERT SELECT",
    "ledger_transfers": "INSERT SELECT",
    "notices": "DELETE INSERT SELECT UPDATE",
}


@pytest.fixture
def owner(session: Session, now: datetime) -> Session:
    """Books with an award and an open hold, seen by the owner of the tables."""
    books = Books(session, now)
    books.award(50, now)
    books.hold(5, now)
    assert books.faults() == set()
    session.execute(text("SET LOCAL ROLE NONE"))
    return session


def do(session: Session, deed: str) -> None:
    session.execute(text(deed.replace(":", r"\:")))


@pytest.mark.parametrize("name", DEEDS)
def test_each_constraint_refuses_what_nothing_else_would(owner: Session, name: str) -> None:
    deed, check = DEEDS[name]
    with pytest.raises(DBAPIError) as refused, owner.begin_nested():
        do(owner, deed)
    diagnosis = getattr(refused.value.orig, "diag", None)
    assert diagnosis is not None
    assert diagnosis.constraint_name == name
    table = diagnosis.table_name
    kind = "INDEX" if name.startswith("uq_") else "CONSTRAINT"
    do(owner, f"DROP INDEX {name}" if kind == "INDEX" else f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    do(owner, deed)
    found = {finding.check for finding in verify_ledger(owner).findings}
    assert found == set() if check is None else check in found


@pytest.mark.parametrize("name", APPEND_ONLY)
def test_each_trigger_refuses_what_nothing_else_would(owner: Session, name: str) -> None:
    deed, check = APPEND_ONLY[name]
    with pytest.raises(DBAPIError, match="append-only"), owner.begin_nested():
        do(owner, deed)
    do(owner, f"DROP TRIGGER {name} ON {name.removesuffix('_append_only')}")
    do(owner, deed)
    found = {finding.check for finding in verify_ledger(owner).findings}
    assert found == set() if check is None else check in found


def test_every_constraint_and_trigger_has_its_deed(session: Session) -> None:
    assert set(session.execute(CONSTRAINTS).scalars()) == set(DEEDS)
    assert set(session.execute(TRIGGERS).scalars()) == set(APPEND_ONLY)


def test_the_application_has_these_rights_and_no_other(session: Session) -> None:
    rights = session.execute(RIGHTS).all()
    assert {row[0]: row[1] for row in rights} == MAY
