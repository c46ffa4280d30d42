"""Promises that no one feature keeps: nothing in the whole program may take, score, gamble or pass on points."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from app.identity.logins import SealedProof
from app.ledger.chart import AccountKind, Unit
from app.ledger.routes import ROUTES
from app.residents.joining import Joining, JoiningUnfit, join_scheme
from app.tables import METADATA
from rules.document import read_rule
from rules.errors import DocumentRefused
from tests.api.documented import DOCUMENT

PACK = sorted((Path(__file__).parents[2] / "rules" / "packs" / "leeds").glob("*.json"))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TAKES = {AccountKind.BUDGET, AccountKind.REDEEMED, AccountKind.COMMUNITY_GROUP, AccountKind.BREAKAGE}
"""Where points of a person go: taken back by an officer or with the event, spent, given, expired."""


@pytest.mark.parametrize("path", PACK, ids=lambda path: path.stem)
def test_no_rule_can_take_points(path: Path) -> None:
    """A number of its effect that is below nothing is refused, and so is one that would make others' points fewer."""
    written = json.loads(path.read_text(encoding="utf-8"))
    effect = written["effect"]
    numbers = [name for name, value in effect.items() if type(value) is int]
    assert numbers, "it gives something"
    for name in numbers:
        for less in (-1, 99) if name == "percent" else (-1,):
            changed = written | {"effect": effect | {name: less}}
            with pytest.raises(DocumentRefused):
                read_rule(json.dumps(changed).encode())


def test_points_never_go_from_one_person_to_another() -> None:
    points = [route for route in ROUTES if route.unit is Unit.POINTS]
    assert not [route for route in points if route.debit is route.credit is AccountKind.WALLET]
    assert {route.credit for route in points if route.debit is AccountKind.WALLET} == TAKES
    pence = {account for route in ROUTES if route.unit is Unit.PENCE for account in (route.debit, route.credit)}
    assert AccountKind.WALLET not in pence, "no money goes to a resident, or comes from one"


def test_no_answer_ranks_or_scores_a_person() -> None:
    words = {"rank", "ranking", "score", "leaderboard", "percentile", "reputation", "trust_level", "penalty"}
    told = {
        name
        for schema in DOCUMENT["components"]["schemas"].values()
        for name in schema.get("properties", {})
        if words & set(name.split("_"))
    }
    kept = {
        f"{table.name}.{column.name}"
        for table in METADATA.tables.values()
        for column in table.columns
        if words & set(column.name.split("_"))
    }
    assert (told, kept) == (set(), set())


def test_there_is_nothing_to_stake_points_on() -> None:
    words = {"prize", "draw", "draws", "raffle", "lottery", "stake", "bet"}
    assert not [path for path in DOCUMENT["paths"] if words & set(path.replace("-", "/").split("/"))]
    assert not [name for name in METADATA.tables if words & set(name.split("_"))]


def test_nobody_joins_without_saying_that_they_are_of_age(session: Session) -> None:
    joining = Joining(name="Ada", connection="live", postcode="", of_age=True, terms_version="2026-06-01")
    login = SealedProof(b"key", None, None)
    with pytest.raises(JoiningUnfit) as refused:
        join_scheme(session, joining=replace(joining, of_age=False), login=login, now=NOW)
    assert list(refused.value.faults) == ["of_age"]
