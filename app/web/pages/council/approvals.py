"""Whatever waits for a second person, in one list, with the page on which it is decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.insight.approvals import ApprovalRead, list_approvals
from app.web.callers import as_officer
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.visits import Role, sign_in_again

router = APIRouter(include_in_schema=False)

PAGE = "/officer/approvals"
PARTNERS = "/officer/partners"
MONEY = "/officer/money"
COMPARE = "/officer/rules/{}/compare"


@dataclass(frozen=True)
class Kind:
    """What it is called, and where it is decided; `{}` stands for its reference."""

    words: str
    place: str


KINDS: Mapping[str, Kind] = {
    "draft": Kind(mark("Rule"), "/officer/rules/{}/draft"),
    "partner": Kind(mark("Partner"), PARTNERS + "#{}"),
    "contract": Kind(mark("Contract"), PARTNERS + "#{}"),
    "reward": Kind(mark("Reward"), PARTNERS + "#{}"),
    "endpoint": Kind(mark("Address of a system"), PARTNERS + "#addresses"),
    "message": Kind(mark("Message of a campaign"), "/officer/campaign-messages/{}"),
    "adjustment": Kind(mark("Adjustment of points"), "/officer/adjustments"),
    "dispute": Kind(mark("Dispute about a voucher"), MONEY + "#{}"),
    "refund": Kind(mark("Refund of a voucher"), MONEY + "#{}"),
    "payee": Kind(mark("Bank details"), MONEY + "#banks"),
    "stripe": Kind(mark("Payment by Stripe"), MONEY + "/stripe/{}"),
    "file": Kind(mark("Payment file"), MONEY + "#{}"),
    "reversal": Kind(mark("Payment to take back"), MONEY),
    "role": Kind(mark("Roles of an officer"), "/officer/people#{}"),
}
"""By kind of what waits; without a place where it has no page."""


@dataclass(frozen=True)
class Row:
    """One that waits, as the page shows it; `href` is empty where it has no page, `compare` for all but rules."""

    waits: ApprovalRead
    words: str
    href: str
    compare: str


@dataclass(frozen=True)
class Count:
    """How many of a kind wait for this officer."""

    words: str
    number: int


@router.get(PAGE)
def show_approvals(request: Request) -> Response:
    call = sign_in_again(request, Role.OFFICER)
    found = call.run(as_officer, lambda session, officer: list_approvals(session, officer=officer, now=call.now))
    return render(
        request,
        "council/approvals.html",
        waiting=[_present(one) for one in found if not one.own],
        own=[_present(one) for one in found if one.own],
    )


def count_kinds(found: Iterable[ApprovalRead]) -> tuple[Count, ...]:
    """Of those that are not the officer's own, in the order of KINDS."""
    numbers = Counter(one.kind for one in found if not one.own)
    return tuple(Count(kind.words, numbers[name]) for name, kind in KINDS.items() if numbers[name])


def _present(one: ApprovalRead) -> Row:
    kind = KINDS[one.kind]
    compare = COMPARE.format(one.reference) if one.kind == "draft" else ""
    return Row(one, kind.words, kind.place.format(one.reference), compare)
