"""Neither the application nor the owner of the tables rewrites what was published of rules."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import Session

from app.core.database import Database
from tests.earning.world import World
from tests.rulebook.publishing.rulemaking import make_rides, schedule

REWRITING = (
    "UPDATE rule_artefacts SET body = body || body",
    "UPDATE rule_artefacts SET sha256 = upper(sha256)",
    "UPDATE rule_artefacts SET in_force_from = in_force_from - interval '1 day'",
    "DELETE FROM rule_artefacts",
    "UPDATE rule_versions SET document = '{}'",
    "UPDATE rule_versions SET version = version + 1",
    "UPDATE rule_versions SET from_on = from_on - 1",
    "DELETE FROM rule_versions",
)
WITHDRAWN = "UPDATE rule_versions SET withdrawn_at = now(), withdrawn_by = 7 WHERE version = 2"
SUPERSEDED = "UPDATE rule_artefacts SET superseded_at = published_at WHERE id = (SELECT max(id) FROM rule_artefacts)"


@pytest.fixture(params=["rewards_app", "NONE"], ids=["the application", "the owner"])
def writer(world: World, request: pytest.FixtureRequest) -> Database:
    """Version 2 waits to begin, and the artefact that judges then."""
    schedule(world, make_rides(2))
    world.database.in_transaction(lambda session: session.execute(text(f"SET LOCAL ROLE {request.param}")))
    return world.database


def _run(database: Database, *statements: str) -> None:
    def run(session: Session) -> None:
        for statement in statements:
            session.execute(text(statement))

    database.in_transaction(run)


@pytest.mark.parametrize("statement", REWRITING)
def test_what_was_published_is_neither_rewritten_nor_removed(writer: Database, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"append-only|permission denied"):
        _run(writer, statement)


@pytest.mark.parametrize(
    ("once", "undone"),
    [
        (WITHDRAWN, "UPDATE rule_versions SET withdrawn_at = NULL, withdrawn_by = NULL"),
        (SUPERSEDED, "UPDATE rule_artefacts SET superseded_at = NULL"),
    ],
)
def test_what_was_taken_back_stays_so(writer: Database, once: str, undone: str) -> None:
    _run(writer, once)
    with pytest.raises(ProgrammingError, match="append-only"):
        _run(writer, undone)
