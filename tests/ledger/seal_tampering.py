"""What somebody with every right over the database may do to sealed books, and what must be said of which seal."""

from __future__ import annotations

from tests.ledger.books import OTHER

_SECOND = (
    "xid >= (SELECT below_xid FROM ledger_seals WHERE number = 1)::text::xid8 "
    "AND xid < (SELECT below_xid FROM ledger_seals WHERE number = 2)::text::xid8"
)
PLACES = {
    "second": _SECOND,
    "one": f"(SELECT min(id) FROM ledger_transfers WHERE {_SECOND})",  # noqa: S608 - our own constants
    "third": "xid >= (SELECT below_xid FROM ledger_seals WHERE number = 2)::text::xid8",
    "other": str(OTHER),
}
"""Words that a tampering may use: what the second of three seals covers, one transfer of that, and the third."""

CHANGED = "an entry that it covers is not what was sealed"
COUNTED = "entries, there are"

TAMPERINGS: dict[str, tuple[str, set[tuple[int, str]]]] = {
    "an edited transfer": (
        "UPDATE ledger_transfers SET amount = amount + 1 WHERE id = {one}",
        {(2, CHANGED)},
    ),
    "a transfer to somebody else": (
        "UPDATE ledger_transfers SET credit = {other} WHERE id = {one}",
        {(2, CHANGED)},
    ),
    "a transfer dated back": (
        "UPDATE ledger_transfers SET recorded_at = recorded_at - interval '1 day' WHERE id = {one}",
        {(2, CHANGED)},
    ),
    "a deleted transfer": (
        "DELETE FROM ledger_transfers WHERE id = {one}",
        {(2, COUNTED)},
    ),
    "an inserted transfer": (
        (
            "INSERT INTO ledger_transfers (id, debit, credit, amount, effective_at, recorded_at, unit, kind, xid) "
            "SELECT -9, debit, credit, amount, effective_at, recorded_at, unit, kind, xid FROM ledger_transfers "
            "WHERE id = {one}"
        ),
        {(2, COUNTED)},
    ),
    "two transfers in each other's place": (
        (
            "ALTER TABLE ledger_transfers DROP CONSTRAINT pk_ledger_transfers;"
            "UPDATE ledger_transfers SET id = CASE id WHEN a THEN b ELSE a END FROM (SELECT min(id) AS a, max(id) AS b "
            "FROM ledger_transfers WHERE {second}) AS two WHERE id IN (a, b)"
        ),
        {(2, CHANGED)},
    ),
    "a transfer restamped within its seal": (
        "UPDATE ledger_transfers SET xid = (SELECT xid FROM audit_acts WHERE {second} LIMIT 1) WHERE id = {one}",
        {(2, CHANGED)},
    ),
    "a transfer restamped into another seal": (
        "UPDATE ledger_transfers SET xid = (SELECT min(xid) FROM ledger_transfers) WHERE id = {one}",
        {(1, COUNTED), (2, COUNTED)},
    ),
    "a transfer restamped as if it were new": (
        "UPDATE ledger_transfers SET xid = pg_current_xact_id() WHERE id = {one}",
        {(2, COUNTED)},
    ),
    "a transfer of another generation": (
        "UPDATE ledger_transfers SET generation = 2 WHERE id = {one}",
        {(2, COUNTED)},
    ),
    "the tail of the transfers cut of": ("DELETE FROM ledger_transfers WHERE {third}", {(3, COUNTED)}),
    "all transfers removed": ("TRUNCATE ledger_transfers", {(1, COUNTED), (2, COUNTED), (3, COUNTED)}),
    "an edited act": ("UPDATE audit_acts SET actor_id = 7 WHERE {second}", {(2, CHANGED)}),
    "a fact added to an act": (
        "UPDATE audit_acts SET facts = jsonb_build_object('x', 1) WHERE {second}",
        {(2, CHANGED)},
    ),
    "an inserted act": (
        (
            "INSERT INTO audit_acts SELECT (jsonb_populate_record(one, '{{\"id\": -9}}')).* FROM audit_acts AS one"
            " WHERE one.id = (SELECT min(id) FROM audit_acts WHERE {second})"
        ),
        {(2, COUNTED)},
    ),
    "an act restamped into another seal": (
        (
            "UPDATE audit_acts SET xid = (SELECT min(xid) FROM ledger_transfers)"
            " WHERE id = (SELECT min(id) FROM audit_acts WHERE {second})"
        ),
        {(1, COUNTED), (2, COUNTED)},
    ),
    "all acts removed": ("TRUNCATE audit_acts", {(1, COUNTED), (2, COUNTED), (3, COUNTED)}),
    "a deleted act": ("DELETE FROM audit_acts WHERE {third}", {(3, COUNTED)}),
    "an altered count": (
        "UPDATE ledger_seals SET entries = entries + 1 WHERE number = 3",
        {(3, COUNTED), (3, "was changed"), (3, "not signed")},
    ),
    "an altered root": (
        "UPDATE ledger_seals SET root = sha256('x') WHERE number = 3",
        {(3, CHANGED), (3, "was changed")},
    ),
    "an altered head": (
        "UPDATE ledger_seals SET head = sha256('x') WHERE number = 3",
        {(3, "was changed"), (3, "not signed")},
    ),
    "a head in the middle altered": (
        "UPDATE ledger_seals SET head = sha256('x') WHERE number = 2",
        {(2, "was changed"), (2, "not signed"), (3, "was changed")},
    ),
    "a seal dated back": (
        "UPDATE ledger_seals SET sealed_at = sealed_at - interval '1 hour' WHERE number = 3",
        {(3, "was changed")},
    ),
    "an altered signature": ("UPDATE ledger_seals SET signature = sha256('x') WHERE number = 3", {(3, "not signed")}),
    "a seal in the middle deleted": (
        "DELETE FROM ledger_seals WHERE number = 2",
        {(2, "is missing"), (3, "was changed"), (3, CHANGED)},
    ),
    "the last seal deleted": ("DELETE FROM ledger_seals WHERE number = 3", {(3, "is gone")}),
    "all seals deleted": ("DELETE FROM ledger_seals", {(3, "is gone")}),
    "the last seal and what it covers cut of": (
        (
            "DELETE FROM audit_acts WHERE {third};DELETE FROM ledger_transfers WHERE {third};"
            "DELETE FROM ledger_seals WHERE number = 3"
        ),
        {(3, "is gone")},
    ),
}


AS_OF_ANOTHER_CLUSTER = ";".join(
    f"UPDATE {table} SET xid = (xid::text::bigint + 1000000)::text::xid8"  # noqa: S608 - our own tables
    for table in ("ledger_transfers", "audit_acts")
)
"""As if everything had been written where transactions had got further than here."""
