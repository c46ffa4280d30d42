"""Calls across the network: short, repeated, and left off while a partner is down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx
import pytest

from app.core.ids import uuid7
from partners.calling import FAULTS_IN_A_ROW, REST_SECONDS, TRIES, Calls
from partners.entitlements import write_entitlements
from partners.interface import PartnerRefused, PartnerUnavailable, Standing
from partners.leisure_file import LeisureFile
from partners.leisure_pass import LeisurePass
from tests.fakes.leisure_operator import LeisureBooks
from tests.partners.test_contract import PASS


class Stopwatch:
    """A clock that moves when somebody waits."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def wait(self, seconds: float) -> None:
        self.seconds += seconds

    def calls(self, serve: Callable[[httpx.Request], httpx.Response]) -> Calls:
        client = httpx.Client(transport=httpx.MockTransport(serve))
        return Calls(client, monotonic=lambda: self.seconds, wait=self.wait)


def test_a_partner_that_stumbles_once_is_asked_again() -> None:
    answers = iter([httpx.Response(503), httpx.Response(200, json={})])
    calls = Stopwatch().calls(lambda _: next(answers))
    assert calls.ask("GET", "http://127.0.0.1/", headers={}).status_code == 200


def test_a_partner_that_is_down_is_left_alone_for_a_while_and_then_asked_once() -> None:
    asked: list[str] = []

    def fail(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        message = "nobody there"
        raise httpx.ConnectError(message)

    watch = Stopwatch()
    calls = watch.calls(fail)
    for _ in range(FAULTS_IN_A_ROW + 3):
        with pytest.raises(PartnerUnavailable):
            calls.ask("GET", "http://127.0.0.1/", headers={})
    assert len(asked) == FAULTS_IN_A_ROW * TRIES
    watch.wait(REST_SECONDS)
    with pytest.raises(PartnerUnavailable):
        calls.ask("GET", "http://127.0.0.1/", headers={})
    assert len(asked) == (FAULTS_IN_A_ROW + 1) * TRIES
    with pytest.raises(PartnerUnavailable):
        calls.ask("GET", "http://127.0.0.1/", headers={})
    assert len(asked) == (FAULTS_IN_A_ROW + 1) * TRIES, "it is still down"


def test_all_tries_together_end_within_the_deadline() -> None:
    watch = Stopwatch()

    def dawdle(request: httpx.Request) -> httpx.Response:
        watch.wait(float(request.extensions["timeout"]["read"]))
        message = "too slow"
        raise httpx.ReadTimeout(message)

    with pytest.raises(PartnerUnavailable):
        watch.calls(dawdle).ask("GET", "http://127.0.0.1/", headers={})
    assert watch.seconds <= 12.5


def test_a_redirect_is_not_followed() -> None:
    calls = Stopwatch().calls(lambda _: httpx.Response(302, headers={"Location": "http://127.0.0.2/"}))
    with pytest.raises(PartnerUnavailable):
        LeisurePass(calls).issue(PASS)


def test_a_wrong_secret_is_ours_to_mend_and_not_the_residents_last_word() -> None:
    adapter = LeisurePass(Stopwatch().calls(lambda _: httpx.Response(401, json={"detail": "Who are you?"})))
    with pytest.raises(PartnerUnavailable):
        adapter.issue(PASS)


def test_who_is_a_member_already_is_told_from_who_is_refused() -> None:
    adapter = LeisurePass(Calls(httpx.Client(transport=LeisureBooks("member").as_transport()), wait=lambda _: None))
    with pytest.raises(PartnerRefused, match=r"^You are a member already\.$") as refused:
        adapter.issue(PASS)
    assert refused.value.is_member


def test_a_partners_sentence_that_is_not_fit_to_show_is_not_shown() -> None:
    calls = Stopwatch().calls(lambda _: httpx.Response(409, json={"detail": "a\x1b[31m" * 9}))
    with pytest.raises(PartnerRefused, match=r"^The partner can't give you this reward\.$"):
        LeisurePass(calls).issue(PASS)


@pytest.mark.parametrize("on", [date(2026, 11, 22), date(2026, 11, 23)])
def test_a_nightly_file_that_was_broken_off_before_its_passes_were_moved_names_none_of_them_twice(
    tmp_path: Path, on: date
) -> None:
    adapter, another = LeisureFile(tmp_path), replace(PASS, reference=uuid7(PASS.expires_at))
    adapter.issue(PASS)
    assert write_entitlements(tmp_path, on=date(2026, 11, 22)) is not None
    name = f"{PASS.reference.hex}.json"
    (tmp_path / "sent" / name).rename(tmp_path / "waiting" / name)  # as it was when the power went
    assert write_entitlements(tmp_path, on=on) is None
    adapter.issue(another)
    (tmp_path / "sent" / name).rename(tmp_path / "waiting" / name)
    assert write_entitlements(tmp_path, on=on) is not None
    rows = [line for path in sorted(tmp_path.glob("*.csv")) for line in path.read_text().splitlines()[1:]]
    assert [row[:32] for row in rows] == [PASS.reference.hex, another.reference.hex]
    assert list((tmp_path / "waiting").iterdir()) == []


def test_the_nightly_file_has_each_pass_once_however_often_it_is_written(tmp_path: Path) -> None:
    adapter = LeisureFile(tmp_path)
    assert write_entitlements(tmp_path, on=date(2026, 11, 22)) is None
    adapter.issue(replace(PASS, reward='A "week", or so'))
    adapter.issue(PASS)
    written = write_entitlements(tmp_path, on=date(2026, 11, 22))
    assert written is not None
    path, count = written
    assert count == 1
    first = path.read_text()
    assert first.splitlines()[0] == "reference,member,days,title"
    assert first.splitlines()[1] == f'{PASS.reference.hex},L1234,7,"A ""week"", or so"'
    adapter.issue(PASS)
    assert write_entitlements(tmp_path, on=date(2026, 11, 22)) is None
    assert adapter.look_up(PASS) is Standing.USED
    assert path.stat().st_mode & 0o077 == 0, "it holds members' numbers"
