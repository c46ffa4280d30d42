"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from app.identity.sources import list_sources
from app.rulebook.queries import load_timeline
from app.web.api.answers import Shape, declines
from app.web.callers import Anybody
from app.web.problems import Problem

router = APIRouter(tags=["health"])


class HealthShape(Shape):
    """`status` is ok."""

    status: str


@router.get("/health/live", responses=declines())
async def show_live() -> HealthShape:
    """The process answers."""
    return HealthShape(status="ok")


@router.get("/health/ready", responses=declines(), response_model=HealthShape)
def show_ready(call: Anybody) -> Response:
    """The database answers and has the tables, and the rules in force are those that were published."""
    try:
        call.run(list_sources)
        call.run(load_timeline)
    except SQLAlchemyError:
        return Problem.busy().to_response()
    return JSONResponse({"status": "ok"})
