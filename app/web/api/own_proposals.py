"""What a partner proposed about its rewards, and what became of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.offers.proposals.queries import list_proposals
from app.offers.proposals.service import withdraw_proposal
from app.web.api.answers import SIGNED_IN, Shape, declines, link_next
from app.web.api.reward_shapes import RewardProposalShape, present_proposal, read_proposal_id
from app.web.callers import SignedIn, as_partner_owner, as_partner_staff

router = APIRouter(tags=["partner"])


class OwnProposalPage(Shape):
    """Newest first; `after` asks for the next page."""

    items: list[RewardProposalShape]
    after: str | None


@router.get("/v1/partner/reward-proposals", responses=declines(*SIGNED_IN, 400))
def show_proposals(
    call: SignedIn,
    response: Response,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> OwnProposalPage:
    """What you proposed, and what became of it. For the partner's people."""
    page = call.run(
        as_partner_staff,
        lambda session, staff: list_proposals(session, partner_id=staff.partner_id, after=after, limit=limit),
    )
    link_next(response, "/v1/partner/reward-proposals", after=page.after, limit=limit)
    return OwnProposalPage(items=[present_proposal(one) for one in page.items], after=page.after)


@router.delete("/v1/partner/reward-proposals/{id}", responses=declines(*SIGNED_IN, 404, 409))
def withdraw(call: SignedIn, id: str) -> RewardProposalShape:  # noqa: A002 - the path's own word
    """Take back what waits. For owners of the partner."""
    wanted = read_proposal_id(id)
    return present_proposal(
        call.run(
            as_partner_owner,
            lambda session, staff: withdraw_proposal(session, proposal=wanted, staff=staff, now=call.now),
        )
    )
