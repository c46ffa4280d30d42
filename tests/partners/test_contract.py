"""What every adapter promises. A new adapter fails here until it has a case of its own."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import httpx
import pytest

import partners
from partners.calling import Calls
from partners.donation import Donation
from partners.in_memory import InMemory
from partners.interface import (
    Delivery,
    Endpoint,
    IssueRequest,
    PartnerAdapter,
    PartnerRefused,
    PartnerUnavailable,
    Standing,
)
from partners.leisure_file import LeisureFile
from partners.leisure_pass import LeisurePass
from partners.registry import NameTaken, build_registry
from partners.voucher_code import VoucherCode
from partners.webhook import WebhookTill
from tests.fakes.leisure_operator import SECRET, LeisureBooks
from tests.fakes.till import SECRET as TILL_SECRET
from tests.fakes.till import Till

COFFEE = IssueRequest(
    reference=UUID("0199c1a0-0000-7000-8000-000000000001"),
    partner="Kirkgate Café",
    partner_kind="business",
    reward="A hot drink",
    points=150,
    cost_pence=120,
    expires_at=datetime(2026, 12, 22, 12, tzinfo=UTC),
)
GIFT = replace(COFFEE, partner="Friends of Gledhow Valley Woods", partner_kind="community_group", reward="100 points")


PASS = replace(
    COFFEE, reward="A week's pass", member="L1234", pass_days=7, endpoint=Endpoint("http://127.0.0.1", SECRET)
)
TILL = replace(COFFEE, code="ABCDE-FGHJK", endpoint=Endpoint("http://127.0.0.1/till", TILL_SECRET))


def _now() -> datetime:
    return datetime.now(UTC)


def _calls(transport: httpx.MockTransport) -> Calls:
    return Calls(httpx.Client(transport=transport), wait=lambda _: None)


def _leisure_pass(books: LeisureBooks) -> LeisurePass:
    return LeisurePass(_calls(books.as_transport()))


def _leisure_file() -> LeisureFile:
    return LeisureFile(Path(tempfile.mkdtemp(prefix="rewards-tests-")))


def _webhook(till: Till) -> WebhookTill:
    return WebhookTill(_calls(till.as_transport()), _now)


def _refusing(adapter: InMemory) -> InMemory:
    adapter.refuse("The café has closed.")
    return adapter


@dataclass(frozen=True)
class Case:
    """An adapter, a request that it serves, and, if there is such a thing, one that it refuses."""

    make: Callable[[], PartnerAdapter]
    served: IssueRequest
    make_refusing: Callable[[], PartnerAdapter] | None = None
    refused: IssueRequest = COFFEE


CASES = {
    "voucher_code": Case(VoucherCode, COFFEE),
    "donation": Case(Donation, GIFT, make_refusing=Donation),
    "in_memory": Case(InMemory, COFFEE, make_refusing=lambda: _refusing(InMemory())),
    "in_memory settled": Case(
        lambda: InMemory(delivery=Delivery.SETTLED),
        GIFT,
        make_refusing=lambda: _refusing(InMemory(delivery=Delivery.SETTLED)),
    ),
}
REMOTE = {
    "leisure_pass": Case(
        lambda: _leisure_pass(LeisureBooks()), PASS, lambda: _leisure_pass(LeisureBooks("refuses")), COFFEE
    ),
    "leisure_file": Case(_leisure_file, PASS, _leisure_file, COFFEE),
    "webhook": Case(lambda: _webhook(Till()), TILL),
}
CASES |= REMOTE
REFUSING = {name: case for name, case in CASES.items() if case.make_refusing is not None}


@pytest.fixture(params=list(CASES.values()), ids=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    given: Case = request.param
    return given


def _adapter_classes() -> set[type]:
    """Every class in `partners` that has the methods of an adapter."""
    modules = [importlib.import_module(f"partners.{module.name}") for module in pkgutil.iter_modules(partners.__path__)]
    classes = {found for module in modules for _, found in inspect.getmembers(module, inspect.isclass)}
    methods = ("issue", "check", "cancel")
    return {found for found in classes - {PartnerAdapter} if all(hasattr(found, method) for method in methods)}


def test_every_adapter_is_in_this_suite() -> None:
    assert {type(case.make()) for case in CASES.values()} == _adapter_classes()


def test_its_name_can_be_stored_with_a_reward_for_ever(case: Case) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]{1,40}", case.make().name)


def test_what_check_lets_pass_is_issued(case: Case) -> None:
    adapter = case.make()
    adapter.check(case.served)
    assert adapter.issue(case.served).partner_reference


def test_asking_twice_with_the_same_reference_is_asking_once(case: Case) -> None:
    adapter = case.make()
    assert adapter.issue(case.served) == adapter.issue(case.served)


def test_different_references_get_different_answers(case: Case) -> None:
    adapter = case.make()
    other = replace(case.served, reference=UUID("0199c1a0-0000-7000-8000-000000000002"))
    assert adapter.issue(case.served) != adapter.issue(other)


def test_only_what_has_not_been_settled_can_be_taken_back(case: Case) -> None:
    adapter = case.make()
    adapter.issue(case.served)
    for _ in range(2):
        if adapter.delivery is Delivery.SETTLED:
            with pytest.raises(PartnerRefused):
                adapter.cancel(case.served)
        else:
            adapter.cancel(case.served)


@pytest.mark.parametrize("name", REFUSING)
def test_check_and_issue_refuse_alike_with_a_sentence_for_the_resident(name: str) -> None:
    case = REFUSING[name]
    assert case.make_refusing is not None
    adapter = case.make_refusing()
    with pytest.raises(PartnerRefused) as checked:
        adapter.check(case.refused)
    with pytest.raises(PartnerRefused) as issued:
        adapter.issue(case.refused)
    assert str(checked.value) == str(issued.value)
    assert re.fullmatch(r"[A-Z].+\.", str(issued.value))


def test_a_till_that_refuses_says_why_and_stays_with_what_it_promised() -> None:
    till = Till(refusal="The café has closed.")
    with pytest.raises(PartnerRefused, match=r"^The café has closed\.$"):
        _webhook(till).issue(TILL)
    assert till.vouchers == {}
    till.refusal = None
    first = _webhook(till).issue(TILL)
    till.refusal = "We have run out"
    assert _webhook(till).issue(TILL) == first


def test_what_a_partner_has_never_heard_of_can_be_taken_back(case: Case) -> None:
    adapter = case.make()
    if adapter.delivery is Delivery.CODE:
        adapter.cancel(case.served)


@pytest.mark.parametrize("make", [LeisurePass, partial(WebhookTill, clock=_now)], ids=["pass", "till"])
def test_a_partner_that_gives_no_answer_has_not_refused(make: Callable[[Calls], PartnerAdapter]) -> None:
    for status in (500, 503, 401, 404, 302):
        adapter = make(_calls(httpx.MockTransport(lambda _, status=status: httpx.Response(status))))
        request = TILL if adapter.name == "webhook" else PASS
        with pytest.raises(PartnerUnavailable):
            adapter.issue(request)


def test_the_twin_keeps_only_what_it_promised() -> None:
    adapter = InMemory()
    adapter.check(COFFEE)
    assert not adapter.promised
    adapter.issue(COFFEE)
    assert adapter.promised == {COFFEE.reference: COFFEE}
    adapter.cancel(COFFEE)
    assert not adapter.promised


def test_a_partner_that_was_away_can_be_asked_again() -> None:
    adapter = InMemory()
    adapter.go_away()
    for ask in (lambda: adapter.check(COFFEE), lambda: adapter.issue(COFFEE), lambda: adapter.cancel(COFFEE)):
        with pytest.raises(PartnerUnavailable):
            ask()
    assert not adapter.promised
    adapter.come_back()
    adapter.issue(COFFEE)
    assert COFFEE.reference in adapter.promised


def test_a_promise_that_was_given_is_not_refused_on_a_repeat() -> None:
    adapter = InMemory()
    first = adapter.issue(COFFEE)
    adapter.refuse("We have run out.")
    assert adapter.issue(COFFEE) == first


def test_two_adapters_never_answer_to_one_name() -> None:
    assert set(build_registry([VoucherCode(), Donation()])) == {"voucher_code", "donation"}
    with pytest.raises(NameTaken, match="voucher_code"):
        build_registry([VoucherCode(), VoucherCode()])


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if name in {*REMOTE, "in_memory"}])
def test_a_partner_across_the_network_can_say_what_has_become_of_a_promise(name: str) -> None:
    case = CASES[name]
    adapter = case.make()
    assert adapter.look_up(case.served) is Standing.UNKNOWN
    adapter.issue(case.served)
    settled = adapter.delivery is Delivery.SETTLED
    assert adapter.look_up(case.served) is (Standing.USED if settled else Standing.PROMISED)
    if not settled:
        adapter.cancel(case.served)
        assert adapter.look_up(case.served) is Standing.TAKEN_BACK


@pytest.mark.parametrize("name", ["leisure_pass", "webhook"])
def test_a_partner_that_nobody_has_connected_is_away_and_does_not_refuse(name: str) -> None:
    case = CASES[name]
    adapter = case.make()
    for ask in (adapter.issue, adapter.cancel, adapter.look_up):
        with pytest.raises(PartnerUnavailable):
            ask(replace(case.served, endpoint=None))
