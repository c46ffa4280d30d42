"""What makes the resident's side an app: its manifest, its worker, and the page for when there is no network."""

from __future__ import annotations

import hashlib

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from app.web.assets import asset
from app.web.callers import get_runtime
from app.web.languages import load_language
from app.web.pages.rendering import make_environment, render

WORKER = "/service-worker.js"
SHELL = ("vendor/rewards.css", "vendor/govuk-frontend.min.js", "pages.js", "icon.svg")
"""What every page needs, kept by the worker under the addresses that change with their content."""

router = APIRouter(include_in_schema=False)


@router.get("/manifest.webmanifest")
def manifest(request: Request) -> Response:
    language = load_language(get_runtime(request).settings.pages_language)
    drawn = {"src": asset("icon.svg"), "type": "image/svg+xml", "sizes": "any"}
    painted = [
        {"src": asset(f"icon-{side}.png"), "type": "image/png", "sizes": f"{side}x{side}", "purpose": "maskable"}
        for side in (192, 512)
    ]
    return JSONResponse(
        {
            "id": "/you",
            "name": language.say("Smart Leeds Rewards"),
            "short_name": language.say("Rewards"),
            "lang": language.tag,
            "start_url": "/you",
            "scope": "/",
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": "#0c4a4e",
            "icons": [drawn | {"purpose": "any"}, *painted],
        },
        media_type="application/manifest+json",
        headers={"Cache-Control": "no-cache"},
    )


@router.get(WORKER)
def worker(request: Request) -> Response:
    """From the top, because a worker serves only what is below its own address."""
    environment = make_environment(get_runtime(request).settings.pages_language)
    shell = [asset(name) for name in SHELL]
    version = hashlib.sha256("".join(shell).encode()).hexdigest()[:12]
    text = environment.get_template("service_worker.js").render(shell=shell, version=version)
    policy = "default-src 'none'; connect-src 'self'"
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": policy}
    return Response(text, media_type="text/javascript", headers=headers)


@router.get("/offline")
def offline(request: Request) -> Response:
    return render(request, "offline.html")
