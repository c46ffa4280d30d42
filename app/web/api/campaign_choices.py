"""Which campaigns a resident wants messages about; by default none."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter
from sqlmodel import Session

from app.audit import record_act
from app.core.ids import public_id
from app.residents.queries import ResidentRead
from app.rulebook.messages.choices import ChoiceRead, list_choices, say_choice
from app.rulebook.messages.ways_out import LONGEST_CODE, WayOutKeys, stop_messages
from app.web.api.answers import SIGNED_IN, Shape, declines, takes
from app.web.api.choices import ConsentChangeShape, ConsentOrder
from app.web.callers import Anybody, SignedIn, as_resident
from app.web.sent import Body

router = APIRouter(tags=["resident"])


class WayOutOrder(msgspec.Struct, frozen=True):
    """What stands after `code=` in the link."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_CODE)]


class CampaignChoiceShape(Shape):
    """`text` is what you are asked; `given` whether you want its messages; every change, newest first."""

    campaign: str
    title: str
    text: str
    given: bool
    history: list[ConsentChangeShape]


class CampaignChoicesShape(Shape):
    """Campaigns that are not over, and those over about which you said something."""

    items: list[CampaignChoiceShape]


class StoppedShape(Shape):
    """You get no more messages about the campaign of this title."""

    title: str


@router.get("/v1/me/campaign-messages", responses=declines(*SIGNED_IN))
def show_choices(call: SignedIn) -> CampaignChoicesShape:
    """About which campaigns you want messages, and what you said when. Scope `resident`."""
    found = call.run(as_resident, lambda session, me: list_choices(session, resident_id=me.id, now=call.now))
    return CampaignChoicesShape(items=[_present(one) for one in found])


@router.put(
    "/v1/me/campaign-messages/{key}",
    responses=declines(*SIGNED_IN, 400, 404, 413, 415, 422),
    openapi_extra=takes(("application/json", ConsentOrder)),
)
def choose(call: SignedIn, key: str, body: Body) -> CampaignChoiceShape:
    """Ask for a campaign's messages, or take it back, from now on. Scope `resident`."""
    order = body.read(ConsentOrder)

    def serve(session: Session, me: ResidentRead) -> ChoiceRead:
        said = say_choice(session, resident_id=me.id, key=key, given=order.given, now=call.now)
        subject = f"resident:{public_id('res', me.public_id)}"
        record_act(session, actor=me.actor, act="person.consent_changed", subject=subject, now=call.now)
        return said

    return _present(call.run(as_resident, serve))


@router.post(
    "/v1/message-stops",
    responses=declines(400, 404, 413, 415, 422),
    openapi_extra=takes(("application/json", WayOutOrder)),
)
def stop(call: Anybody, body: Body) -> StoppedShape:
    """Stop a campaign's messages by the link in one of them, without signing in. Open to all."""
    order, keys = body.read(WayOutOrder), WayOutKeys(call.runtime.secrets)
    stopped = call.run(lambda session: stop_messages(session, code=order.code, keys=keys, now=call.now))
    return StoppedShape(title=stopped.title)


def _present(choice: ChoiceRead) -> CampaignChoiceShape:
    return CampaignChoiceShape(
        campaign=choice.key,
        title=choice.title,
        text=choice.text,
        given=choice.given,
        history=[ConsentChangeShape.model_validate(one, from_attributes=True) for one in choice.history],
    )
