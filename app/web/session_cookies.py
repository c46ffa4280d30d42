"""The three cookies of a browser, none of which scripts can read, and the token that forms of a session carry.

The session's is drawn anew at every sign-in. The visit's belongs to somebody who is not signed in: it ties a try, a
code and a form to the browser that asked, and is worth nothing else. The device's tells a browser that a person has
used before from one that they have not.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from fastapi import Request
from starlette.responses import Response

from app.core.ids import new_secret
from app.identity.admission import DEVICE_LASTS
from app.web.runtime import Runtime

LONGEST_COOKIE = 128
_SESSION, _VISIT, _DEVICE = "slr_session", "slr_visit", "slr_device"
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("Chrome", "Chrome"))
_BROWSERS_LATER = (("CriOS", "Chrome"), ("Safari", "Safari"))


def read_session_cookie(request: Request) -> str | None:
    """The session's secret, as the browser sent it; nothing about it is known yet."""
    return _read(request, _SESSION)


def set_session_cookie(request: Request, response: Response, secret: str, *, lasts: timedelta | None) -> None:
    """`lasts` None: until the browser is closed."""
    _set(request, response, _SESSION, secret, lasts)


def drop_session_cookie(request: Request, response: Response) -> None:
    _drop(request, response, _SESSION)


def read_visit(request: Request) -> str | None:
    """What ties forms and tries to this browser before anybody is signed in."""
    return _read(request, _VISIT)


def begin_visit(request: Request) -> str:
    """The visit of this browser, a new one if it has just begun; the response must then `keep_visit`."""
    return read_visit(request) or new_secret()


def keep_visit(request: Request, response: Response, visit: str) -> None:
    _set(request, response, _VISIT, visit, None)


def drop_visit(request: Request, response: Response) -> None:
    """After signing in: the next sign-in in this browser begins with nothing that anybody else may know."""
    _drop(request, response, _VISIT)


def read_device(request: Request) -> str | None:
    return _read(request, _DEVICE)


def keep_device(request: Request, response: Response, device: str) -> None:
    _set(request, response, _DEVICE, device, DEVICE_LASTS)


def hash_visit(visit: str) -> bytes:
    return hashlib.sha256(visit.encode(errors="replace")).digest()


def make_csrf_token(runtime: Runtime, secret: str) -> str:
    """What a form or a request of this session (or visit) must send back; its cookie can't be worked out from it."""
    return hmac.digest(runtime.secrets.key_for("csrf"), secret.encode(errors="replace"), hashlib.sha256).hex()


def is_csrf_token(runtime: Runtime, secret: str, sent: str) -> bool:
    return hmac.compare_digest(make_csrf_token(runtime, secret).encode(), sent.encode(errors="replace"))


def name_device(request: Request) -> str:
    """As its owner would call it, such as Firefox on Windows; no version, which would tell browsers apart."""
    agent = request.headers.get("user-agent", "")[:400]
    browser = next((name for mark, name in (*_BROWSERS, *_BROWSERS_LATER) if mark in agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in agent), None)
    return f"{browser} on {system}" if system else browser


def _read(request: Request, name: str) -> str | None:
    sent = request.cookies.get(_named(request, name), "")
    return sent if 0 < len(sent) <= LONGEST_COOKIE else None


def _set(request: Request, response: Response, name: str, value: str, lasts: timedelta | None) -> None:
    response.set_cookie(
        _named(request, name),
        value,
        max_age=int(lasts.total_seconds()) if lasts else None,
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )


def _drop(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(_named(request, name), secure=_is_secure(request), httponly=True, samesite="lax")


def _is_secure(request: Request) -> bool:
    """Everywhere but over plain http on this machine or in a demonstration: a browser would not send it back."""
    runtime: Runtime = request.app.state.runtime
    plain = runtime.settings.public_url.startswith("http://")
    return not (plain and (runtime.demo or runtime.settings.is_loopback))


def _named(request: Request, name: str) -> str:
    """The name itself makes browsers refuse a secure cookie that another host or an http page has set."""
    return f"__Host-{name}" if _is_secure(request) else name
