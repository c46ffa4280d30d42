"""Templates to pages: the GOV.UK components with the council's own look. What a person reads stands in templates."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from fastapi import Request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from starlette.responses import HTMLResponse

from app.core.clock import LONDON, write_clock
from app.core.ids import new_secret, public_id
from app.rulebook.pauses import Pause, find_running_pauses
from app.web.assets import asset
from app.web.callers import get_runtime
from app.web.pages.visits import HOMES, find_visitor, form_token

WEB = Path(__file__).parents[1]
POLICY = (
    # Nothing inline and nothing from elsewhere: a page can't be made to run what is not ours.
    "default-src 'none'; style-src 'self'; script-src 'nonce-{nonce}'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def write_points(points: int) -> str:
    return f"{points:,} point" if points == 1 else f"{points:,} points"


def write_pounds(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02}"


def write_day(when: date) -> str:
    """As GOV.UK writes dates: 22 November 2026. An instant is told by its date in Leeds."""
    on = when.astimezone(LONDON) if isinstance(when, datetime) else when
    return f"{on.day} {on:%B %Y}"


def write_moment(at: datetime) -> str:
    return f"{write_day(at)} at {write_clock(at)}"


def write_public_id(value: UUID, prefix: str) -> str:
    return public_id(prefix, value)


def _make_environment() -> Environment:
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(WEB / "templates"), components]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "points": write_points,
        "pounds": write_pounds,
        "day": write_day,
        "clock": write_clock,
        "moment": write_moment,
        "public_id": write_public_id,
    }
    environment.globals["asset"] = asset
    return environment


_ENVIRONMENT = _make_environment()


def render(request: Request, template: str, *, status: int = 200, **facts: object) -> HTMLResponse:
    """The page, for whoever is signed in; every template gets what the frame around a page needs."""
    visitor, nonce = find_visitor(request), new_secret()
    shell = {
        "visitor": visitor,
        "home": HOMES[visitor.role] if visitor else "/",
        "csrf": form_token(request),
        "demo": get_runtime(request).demo,
        "path": request.url.path,
        "status": status,
        "pauses": _find_pauses(request, status),
        "nonce": nonce,
    }
    headers = {
        "Content-Security-Policy": POLICY.format(nonce=nonce),
        # A till or a library computer is shared: the back button must not show the last person's page.
        "Cache-Control": "no-store",
    }
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(shell | facts), status, headers)


def _find_pauses(request: Request, status: int) -> tuple[Pause, ...]:
    """What everybody has to know of.

    Not on pages that tell of a problem: those are made on the event loop too, which must not wait for the database.
    """
    if status >= 400:  # noqa: PLR2004 - problems begin here
        return ()
    return get_runtime(request).database.in_transaction(find_running_pauses)
