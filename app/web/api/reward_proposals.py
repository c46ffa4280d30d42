"""Officers decide what partners propose about their rewards."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import Response

from app.identity.queries import OfficerRead
from app.ledger.commands import Answer
from app.offers.proposals.deciding import approve_proposal, refuse_proposal
from app.offers.proposals.queries import ProposalRead, list_proposals
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next, respond, takes
from app.web.api.partner_contracts import as_keeper
from app.web.api.reasons import Reasoned
from app.web.api.reward_shapes import RewardProposalShape, present_proposal, read_proposal_id
from app.web.callers import Call, SignedIn, as_officer
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey, Sent

router = APIRouter(tags=["partners"])


class RewardProposalPage(Shape):
    """Newest first; `after` asks for the next page."""

    items: list[RewardProposalShape]
    after: str | None


@router.get("/v1/reward-proposals", responses=declines(*SIGNED_IN, 400))
def show_proposals(
    call: SignedIn,
    response: Response,
    state: Literal["open", "decided"] = "open",
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> RewardProposalPage:
    """Rewards and changes of them that wait for an officer, or were decided. For officers with a role."""
    page = call.run(
        as_officer, lambda session, _: list_proposals(session, is_open=state == "open", after=after, limit=limit)
    )
    link_next(response, "/v1/reward-proposals", state=state, after=page.after, limit=limit)
    return RewardProposalPage(items=[present_proposal(one) for one in page.items], after=page.after)


@router.post(
    "/v1/reward-proposals/{id}/approve",
    response_model=RewardProposalShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 412, 413, 422),
)
def approve(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """From now on the reward is like that. For officers with the role finance, approver or admin."""
    return _answer(call, body, key, partial(approve_proposal, proposal=read_proposal_id(id)))


@router.post(
    "/v1/reward-proposals/{id}/refuse",
    response_model=RewardProposalShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", Reasoned)),
)
def refuse(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Leave things as they are; the partner reads the reason. Officers, role finance, approver or admin."""
    wanted, reason = read_proposal_id(id), body.read(Reasoned).reason
    return _answer(call, body, key, partial(refuse_proposal, proposal=wanted, reason=reason))


def _answer(call: Call, sent: Sent, key: str | None, serve: Callable[..., ProposalRead]) -> Response:
    def answer(session: Session, officer: OfficerRead) -> Answer:
        decided = serve(session, officer=officer, now=call.now)
        return Answer(200, present_proposal(decided).model_dump(mode="json"))

    return respond(run_once(call, as_keeper, answer, key=key, sent=sent))
