"""All that waits for somebody about partners' money; each officer finds what their roles let them see and do."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.clock import london_date
from app.core.errors import Refusal
from app.identity.errors import OtherRoleNeeded
from app.identity.permissions import DISPUTE_OPENERS, JOB_RETRIERS, PAYMENT_READERS, PAYMENT_ROLES, REFUND_ROLES
from app.identity.queries import OfficerRead, find_officers
from app.jobs import count_jobs, list_jobs
from app.offers.queries import find_partners
from app.redemption.dispute_queries import list_disputes
from app.settlement.bacs import list_files
from app.settlement.connect.reversal_queries import list_reversals
from app.settlement.payees import list_waiting_payees
from app.settlement.payout_queries import list_payouts_and_latest
from app.web.api.dispute_shapes import present
from app.web.callers import Call, as_officer
from app.web.pages.rendering import render
from app.web.pages.visits import Role, sign_in_again
from app.web.pages.whole_forms import WholeForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

MONEY = "/officer/money"
REFUND_READERS = (*DISPUTE_OPENERS, "auditor")
OPEN = ("waiting", "held", "ordered")
MOST_OPEN, MOST_ENDED, MOST_FILES, MOST_REFUNDS, MOST_JOBS = 100, 20, 10, 50, 10


@dataclass(frozen=True)
class May:
    """What an officer's roles let them see and do here."""

    see_payments: bool
    pay: bool
    see_refunds: bool
    decide_refunds: bool
    retry_jobs: bool


@router.get(MONEY)
def show(request: Request) -> Response:
    return show_money(request, sign_in_again(request, Role.OFFICER))


def show_money(
    request: Request, call: Call, *, refusal: Refusal | None = None, about: str = "", form: WholeForm | None = None
) -> Response:
    """The page; after a refusal with why, and with what was written into the form `about` this."""

    def find(session: Session, officer: OfficerRead) -> dict[str, object]:
        may = _find_may(officer)
        facts: dict[str, object] = {"officer": officer, "may": may}
        if may.see_payments:
            facts |= _find_payments(session)
        if may.see_refunds:
            waiting = list_disputes(session, decided=False, after=None, limit=MOST_REFUNDS).items
            facts["refunds"] = [present(session, one, call.now) for one in waiting]
        return facts

    facts = call.run(as_officer, find)
    facts |= {"refused": str(refusal) if refusal else None, "today": london_date(call.now)}
    facts |= {"about": about, "written": form.as_sent() if form else {}}
    return render(request, "money/overview.html", status=status_of(type(refusal)) if refusal else 200, **facts)


def _find_may(officer: OfficerRead) -> May:
    """Raises OtherRoleNeeded for whom nothing here is."""

    def has(roles: tuple[str, ...]) -> bool:
        return not officer.roles.isdisjoint(roles)

    may = May(has(PAYMENT_READERS), has(PAYMENT_ROLES), has(REFUND_READERS), has(REFUND_ROLES), has(JOB_RETRIERS))
    if not may.see_payments and not may.see_refunds:
        raise OtherRoleNeeded(*sorted({*PAYMENT_READERS, *REFUND_READERS}))
    return may


def _find_payments(session: Session) -> dict[str, object]:
    payouts = list_payouts_and_latest(session, statuses=OPEN, limit=MOST_OPEN, latest=MOST_ENDED)
    open_ones = sorted((one for one in payouts if one.status in OPEN), key=lambda one: OPEN.index(one.status))
    files, banks = list_files(session, limit=MOST_FILES), list_waiting_payees(session)
    wanted = {one.partner_id for one in payouts} | {partner for partner, _ in banks}
    return {
        "payouts": open_ones,
        "ended": [one for one in payouts if one.status not in OPEN],
        "files": files,
        "officers": find_officers(session, ids={one.made_by for one in files}),
        "reversals": [one for one in list_reversals(session, limit=MOST_ENDED) if one.status == "open"],
        "banks": banks,
        "partners": find_partners(session, ids=wanted),
        "dead": list_jobs(session, state="dead", after=None, limit=MOST_JOBS).items,
        "dead_count": count_jobs(session)["dead"],
    }
