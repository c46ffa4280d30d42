"""The last step of every way in: who it is, a new session under a new secret, and where to go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.audit import record_act
from app.core.ids import new_secret
from app.identity.admission import admit, note_device
from app.identity.logins import LoginKeys, Proof, SealedProof, Side
from app.identity.sessions import KEPT, Browser, begin_session, hash_session_secret
from app.identity.sign_in_errors import NotInvited
from app.notify.service import MessageKeys
from app.web.callers import get_runtime
from app.web.pages.visits import HOMES, role_of
from app.web.people import find_somebody
from app.web.session_cookies import (
    drop_visit,
    keep_device,
    name_device,
    read_device,
    read_session_cookie,
    set_session_cookie,
)

JOIN = "/join"
_PATH = re.compile(r"(?:/[A-Za-z0-9_-]{1,80}){1,5}")


@dataclass(frozen=True)
class Entry:
    """Somebody who has just proved something. `subject_is_person`: the demonstration's provider says our own id."""

    side: Side
    proof: Proof
    back: str
    keep: bool = False
    invitation_hash: bytes | None = None
    provider: str | None = None
    subject_is_person: bool = False


def read_back(written: str) -> str:
    """A page of ours, or nothing: whoever makes a link may not send people elsewhere with it."""
    return written if _PATH.fullmatch(written) else ""


def enter(request: Request, entry: Entry) -> Response:
    """Signed in, and on the way to where they wanted to go; to the page for joining if they are new.

    Raises NotInvited, InvitationUsed or LoginTaken.
    """
    runtime = get_runtime(request)
    sealed = LoginKeys(runtime.secrets).seal(entry.side, entry.proof)
    browser, device = Browser(new_secret(), name_device(request), entry.keep), begin_device(request)

    def serve(session: Session) -> str | None:
        person = _find_person(session, entry, sealed, request)
        begin(
            session,
            request,
            side=entry.side,
            person=person,
            proof=entry.proof,
            sealed=sealed,
            browser=browser,
            device=device,
            provider=entry.provider,
        )
        return person

    person = runtime.database.in_transaction(serve)
    place = JOIN if person is None else entry.back or HOMES[role_of(person)]
    kept = KEPT.longest if entry.keep and entry.side is Side.RESIDENT else None
    return answer_with_session(request, place, browser.secret, kept=kept, device=device if person else None)


def begin(
    session: Session,
    request: Request,
    *,
    side: Side,
    person: str | None,
    proof: Proof,
    sealed: SealedProof,
    browser: Browser,
    device: str,
    provider: str | None = None,
) -> None:
    """A new session in place of this browser's; of officers, partners and hosts it is on record."""
    runtime, replaced = get_runtime(request), read_session_cookie(request)
    now = runtime.clock.now()
    begin_session(
        session,
        side=side,
        person=person,
        proof=proof,
        sealed=sealed,
        browser=browser,
        replaced=hash_session_secret(replaced) if replaced else None,
        now=now,
        provider=provider,
    )
    if person is None:
        return
    note_device(
        session,
        person=person,
        device=browser.device,
        device_secret=device,
        keys=LoginKeys(runtime.secrets),
        message_keys=MessageKeys(runtime.secrets),
        now=now,
    )
    somebody = find_somebody(session, person=person)
    if somebody is not None and side is not Side.RESIDENT:
        record_act(session, actor=somebody.actor, act="session.began", subject=somebody.subject, now=now)


def begin_device(request: Request) -> str:
    """What this browser is known by, or will be."""
    return read_device(request) or new_secret()


def answer_with_session(
    request: Request, place: str, secret: str, *, kept: timedelta | None, device: str | None
) -> Response:
    """On the way to `place` with the new session's cookie; the visit that led here is over."""
    response = RedirectResponse(place, status_code=303)
    set_session_cookie(request, response, secret, lasts=kept)
    drop_visit(request, response)
    if device is not None:
        keep_device(request, response, device)
    return response


def _find_person(session: Session, entry: Entry, sealed: SealedProof, request: Request) -> str | None:
    """Raises NotInvited for somebody who has left or was switched off, too."""
    if entry.subject_is_person:
        person: str | None = entry.proof.subject
    else:
        person = admit(
            session,
            side=entry.side,
            proof=entry.proof,
            sealed=sealed,
            invitation_hash=entry.invitation_hash,
            now=get_runtime(request).clock.now(),
        )
    if person is not None and find_somebody(session, person=person) is None:
        raise NotInvited
    return person
