"""Officers at the same moment, in threads of their own and with commits that are real."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.api.city import build_city
from tests.rulebook.drafting.desk import TUESDAY, Desk


@pytest.fixture
def desk(database: Database, secrets: Secrets) -> Desk:
    made = Desk(build_city(database, secrets, TUESDAY), {})
    for number in range(6):
        made.hire(f"editor-{number}", "editor")
        made.hire(f"approver-{number}", "approver")
    made.people["ann"] = made.people["editor-0"]
    return made


def test_of_edits_at_once_one_is_saved_and_the_others_are_told(desk: Desk) -> None:
    desk.begin()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: desk.save(f"editor-{number}", 1, basis=f"Paper {number}"), range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412, 412]
    (saved,) = (answer.json() for answer in answers if answer.status_code == 200)
    assert desk.show()["document"] == saved["document"]
    assert desk.show()["revision"] == 2


def test_of_drafts_of_one_rule_that_begin_at_once_one_is_written(desk: Desk) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: desk.begin(f"editor-{number}").status_code, range(6)))
    assert sorted(answers) == [201, 409, 409, 409, 409, 409]


def test_of_approvals_at_once_one_counts(desk: Desk) -> None:
    desk.submit()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: desk.take(f"approver-{number}", "approve").status_code, range(6)))
    assert sorted(answers) == [200, 409, 409, 409, 409, 409]
    assert [step["step"] for step in desk.show()["steps"]].count("approved") == 1
