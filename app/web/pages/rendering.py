"""Templates to pages: the GOV.UK components with the council's own look. What a person reads stands in templates."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from uuid import UUID

from fastapi import Request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from starlette.responses import HTMLResponse

from app.core.clock import write_clock
from app.core.ids import new_secret, public_id
from app.rulebook.pauses import Pause, find_running_pauses
from app.web.assets import asset
from app.web.callers import get_runtime
from app.web.languages import load_language
from app.web.pages.menu import list_officer_links
from app.web.pages.visits import Role, find_visitor, form_token

WEB = Path(__file__).parents[1]
POLICY = (
    # Nothing inline and nothing from elsewhere: a page can't be made to run what is not ours.
    "default-src 'none'; style-src 'self'; script-src 'nonce-{nonce}'; img-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


CAMERA = "camera=(self), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


def write_public_id(value: UUID, prefix: str) -> str:
    return public_id(prefix, value)


@cache
def make_environment(code: str) -> Environment:
    """Templates in one language."""
    language = load_language(code)
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(WEB / "templates"), components]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(language.translations, newstyle=True)  # type: ignore[attr-defined] # by its extension
    environment.filters |= {
        "points": language.write_points,
        "number": language.write_number,
        "pounds": language.write_pounds,
        "day": language.write_day,
        "month": language.write_month,
        "clock": write_clock,
        "moment": language.write_moment,
        "said": language.say,
        "public_id": write_public_id,
    }
    environment.globals |= {"asset": asset, "lang": language.tag}
    return environment


def render(request: Request, template: str, *, status: int = 200, **facts: object) -> HTMLResponse:
    """The page, for whoever is signed in; every template gets what the frame around a page needs.

    The fact `camera` is of the one page that scans: it may ask for the camera, and run what reads its pictures.
    """
    visitor, nonce = find_visitor(request), new_secret()
    shell = {
        "visitor": visitor,
        "officer_links": list_officer_links(visitor.roles) if visitor and visitor.role is Role.OFFICER else (),
        "home": visitor.home if visitor else "/",
        "csrf": form_token(request),
        "demo": get_runtime(request).demo,
        "path": request.url.path,
        "status": status,
        "pauses": _find_pauses(request, status),
        "nonce": nonce,
        "done": request.query_params.get("done", ""),
    }
    camera = bool(facts.get("camera"))
    reads = f"{nonce}' 'wasm-unsafe-eval" if camera else nonce
    headers = {
        "Content-Security-Policy": POLICY.format(nonce=reads),
        **({"Permissions-Policy": CAMERA} if camera else {}),
        # A till or a library computer is shared: the back button must not show the last person's page.
        "Cache-Control": "no-store",
    }
    return HTMLResponse(
        make_environment(get_runtime(request).settings.pages_language).get_template(template).render(shell | facts),
        status,
        headers,
    )


def _find_pauses(request: Request, status: int) -> tuple[Pause, ...]:
    """What everybody has to know of.

    Not on pages that tell of a problem: those are made on the event loop too, which must not wait for the database.
    """
    if status >= 400:  # noqa: PLR2004 - problems begin here
        return ()
    return get_runtime(request).database.in_transaction(find_running_pauses)
