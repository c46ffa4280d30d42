"""A download has every fact held about the person, and nothing of anybody else."""

from __future__ import annotations

import json
from typing import Any

import html5lib  # type: ignore[import-untyped] # it has no types
import pytest

from app import tables
from app.rights import export
from app.rights.holdings import HOLDINGS, NOTHING
from tests.rights.year import Year, find_rows_of, read_all


def download(year: Year, number: int) -> dict[str, Any]:
    told: dict[str, Any] = year.city.http.get("/v1/me/export", headers=year.city.resident(number)).json()
    return told


def test_every_table_says_what_it_holds_of_a_resident() -> None:
    """A new table fails here until somebody decides: a Holding, or in NOTHING a word on what it holds instead."""
    decided = {holding.table for holding in HOLDINGS} | set(NOTHING)
    assert set(tables.METADATA.tables) == decided
    assert {holding.table for holding in HOLDINGS}.isdisjoint(NOTHING)
    for holding in HOLDINGS:
        assert holding.left_out | set(holding.reads) <= set(tables.METADATA.tables[holding.table].columns.keys())
        assert holding.erase == "delete" or holding.stays, holding.table


def test_a_download_has_everything_and_nothing_of_anybody_else(year: Year, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "ROWS_A_PAGE", 3)
    city = year.city
    for number in (0, 1):
        told = download(year, number)
        rows = city.runtime.database.in_transaction(read_all)
        mine = find_rows_of(rows, city.world.residents[number], city.residents[number])
        counted: dict[str, int] = {}
        for holding in told["holdings"]:
            counted[holding["table"]] = counted.get(holding["table"], 0) + len(holding["rows"])
        assert counted == {table: len(found) for table, found in mine.items()}
        assert set(counted) == {holding.table for holding in HOLDINGS}, "the year has something of everything"
        written = json.dumps(told)
        assert [words for words in year.said[number] if words not in written] == [f"Resident {number}"]
        for other in {0, 1, 2} - {number}:
            theirs = [*year.said[other], city.residents[other], str(city.world.residents[other]), f"4500{other}"]
            assert [words for words in theirs if words in written] == []


def test_every_column_of_a_row_is_in_the_download_unless_it_says_nothing(year: Year) -> None:
    told = {(one["table"], one["title"]): one["rows"] for one in download(year, 0)["holdings"]}
    for holding in HOLDINGS:
        columns = {column.name for column in tables.METADATA.tables[holding.table].columns}
        shown = (columns - holding.left_out - set(holding.reads)) | set(holding.reads.values())
        assert all(set(row) == shown for row in told[holding.table, holding.title])
    assert {row["token"] for row in told["cards", "Your cards"]} == {"card:0"}
    [state] = told["resident_states", "What your next points depend on"]
    assert state["state"]["registers"]


def test_the_page_to_read_says_the_same(year: Year) -> None:
    headers = year.city.resident(0) | {"Accept": "text/html"}
    answer = year.city.http.get("/v1/me/export", headers=headers)
    assert answer.headers["content-type"].startswith("text/html")
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.text)
    titles = [heading.text for heading in page.iter("h2")]
    assert titles == [holding.title for holding in HOLDINGS]
    facts = sum(1 for _ in page.iter("dd"))
    told = download(year, 0)["holdings"]
    assert facts >= sum(len(row) for holding in told for row in holding["rows"]) - 20
    assert "card:secret-of-0" in answer.text


def test_a_download_is_an_act_that_stands_in_it(year: Year) -> None:
    download(year, 0)
    acts = next(one["rows"] for one in download(year, 0)["holdings"] if one["table"] == "audit_acts")
    assert [row["act"] for row in acts].count("person.exported") >= 2
