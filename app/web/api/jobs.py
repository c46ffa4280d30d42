"""Jobs: what waits, what is dead, and trying a dead one again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.identity.permissions import JOB_RETRIERS
from app.identity.queries import OfficerRead
from app.jobs import JobRead, count_jobs, list_jobs, parse_number, retry_job
from app.ledger.commands import Answer
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next, respond
from app.web.callers import SignedIn, as_officer, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["jobs"])

as_retrier = as_officer_with(*JOB_RETRIERS)


class JobShape(Shape):
    """`due_at` is null for at once; `changed_at` is when it last changed its state."""

    id: int
    task: str
    state: Literal["waiting", "running", "dead"]
    attempts: int
    due_at: datetime | None
    changed_at: datetime | None


class JobPage(Shape):
    """Newest first. `waiting`, `running` and `dead` count all there are."""

    items: list[JobShape]
    after: str | None
    waiting: int
    running: int
    dead: int


class RetriedShape(Shape):
    """It waits to be tried again."""

    id: int
    state: Literal["waiting"]


@router.get("/v1/jobs", responses=declines(*SIGNED_IN, 400))
def show_jobs(
    call: SignedIn,
    response: Response,
    state: Literal["waiting", "running", "dead"] = "dead",
    after: Annotated[str | None, Query(max_length=20)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JobPage:
    """Jobs that wait, are worked on, or have given up. For officers with a role."""

    def find(session: Session, _: OfficerRead) -> JobPage:
        page = list_jobs(session, state=state, after=after, limit=limit)
        return JobPage(items=[_present(job) for job in page.items], after=page.after, **count_jobs(session))

    page = call.run(as_officer, find)
    link_next(response, "/v1/jobs", state=state, after=page.after, limit=limit)
    return page


@router.post(
    "/v1/jobs/{id}/retry",
    response_model=RetriedShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 422),
)
def retry(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Have a dead job tried again. For officers with the role admin."""

    def serve(session: Session, _: OfficerRead) -> Answer:
        number = parse_number(id)
        retry_job(session, number=number, now=call.now)
        return Answer(200, RetriedShape(id=number, state="waiting").model_dump(mode="json"))

    return respond(run_once(call, as_retrier, serve, key=key, sent=body))


def _present(job: JobRead) -> JobShape:
    return JobShape(
        id=job.number,
        task=job.task,
        state=job.state,
        attempts=job.attempts,
        due_at=job.due_at,
        changed_at=job.changed_at,
    )
