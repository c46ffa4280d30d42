"""Style sheet, scripts and icon: kept by browsers for as long as their content is the same."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from mimetypes import guess_type
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.web.build_frontend import PACKED

STATIC = Path(__file__).parent / "static"


@cache
def asset(name: str) -> str:
    """Where a file of ours is, under an address that changes with its content.

    A file that has not been built yet has an address too: the page then works without its style.
    """
    try:
        content = (STATIC / name).read_bytes()
    except FileNotFoundError:
        return f"/static/{name}"
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


class Assets(StaticFiles):
    """What is asked for by its content's version never changes; anything else is asked about again."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        packed = Path(f"{os.fspath(full_path)}{PACKED}")
        if packed.is_file() and "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            response = super().file_response(packed, packed.stat(), scope, status_code)
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Type"] = guess_type(full_path)[0] or "application/octet-stream"
        else:
            response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Vary"] = "Accept-Encoding"
        versioned = scope.get("query_string", b"").startswith(b"v=")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
        return response
