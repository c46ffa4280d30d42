"""Joining, for somebody who has proved a way in and has no account yet."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.clock import london_date
from app.core.ids import new_secret, public_id
from app.identity.logins import Proof, SealedProof, Side
from app.identity.sessions import Browser
from app.residents.joining import LONGEST_NAME, Joining, JoiningUnfit, join_scheme
from app.residents.purposes import PURPOSES
from app.residents.terms.book import LEEDS_TERMS
from app.residents.terms.errors import TermsReplaced, TermsUnknown
from app.web.callers import get_runtime
from app.web.pages.entering import JOIN, answer_with_session, begin, begin_device
from app.web.pages.rendering import render
from app.web.pages.visits import HOMES, Role, check_form, find_joining, find_provider, find_visitor
from app.web.pages.whole_forms import SentForm
from app.web.session_cookies import name_device

router = APIRouter(include_in_schema=False)

ASKED = {purpose.key: purpose for purpose in PURPOSES.values() if purpose.asks}
ANSWERS = {"yes": True, "no": False}

_NOTHING = Joining(name="", connection="", postcode="", of_age=False, terms_version="")


@router.get(JOIN)
def show(request: Request) -> Response:
    visitor = find_visitor(request)
    if visitor is not None:
        return RedirectResponse(visitor.home, status_code=303)
    if find_joining(request) is None:
        return RedirectResponse("/sign-in", status_code=303)
    return _show(request, _NOTHING)


@router.post(JOIN)
def join(request: Request, sent: SentForm) -> Response:
    """An account, and a session of its own under a new secret."""
    check_form(request, sent.one("csrf"))
    login = find_joining(request)
    if login is None:
        return RedirectResponse("/sign-in", status_code=303)
    joining = Joining(
        name=sent.one("name")[: 2 * LONGEST_NAME],
        connection=sent.one("connection"),
        postcode=sent.one("postcode")[:20],
        of_age=bool(sent.one("of_age")),
        terms_version=sent.one("terms"),
        said={key: ANSWERS[answer] for key in ASKED if (answer := sent.one(f"may_{key}")) in ANSWERS},
    )
    secret, device = new_secret(), begin_device(request)
    try:
        get_runtime(request).database.in_transaction(
            lambda session: _join(session, request, joining, login, Browser(secret, name_device(request)), device)
        )
    except JoiningUnfit as refusal:
        return _show(request, joining, faults=refusal.faults)
    except (TermsReplaced, TermsUnknown) as refusal:
        return _show(request, joining, faults={"terms": str(refusal)})
    return answer_with_session(request, HOMES[Role.RESIDENT], secret, kept=None, device=device)


def _join(
    session: Session, request: Request, joining: Joining, login: SealedProof, browser: Browser, device: str
) -> None:
    now = get_runtime(request).clock.now()
    resident = join_scheme(session, joining=joining, login=login, now=now)
    begin(
        session,
        request,
        side=Side.RESIDENT,
        person=public_id("res", resident.public_id),
        proof=Proof("", "", None, now),
        sealed=login,
        browser=browser,
        device=device,
        provider=find_provider(request),
    )


def _show(request: Request, joining: Joining, *, faults: dict[str, str] | None = None) -> Response:
    today = london_date(get_runtime(request).clock.now())
    return render(
        request,
        "join.html",
        status=422 if faults else 200,
        joining=joining,
        faults=faults or {},
        asked=ASKED,
        terms_version=LEEDS_TERMS.get_current(today=today).version,
    )
