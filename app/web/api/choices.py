"""What is for residents to say: consents, thanks without points, and what is wrong in what we hold about them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeVar

import msgspec
from fastapi import APIRouter
from sqlmodel import Session

from app.audit import record_act
from app.core.ids import public_id
from app.residents.consents import ConsentRead, list_consents, say_consent
from app.residents.profile import Correction, correct_profile
from app.residents.purposes import PURPOSES
from app.residents.queries import ResidentRead
from app.residents.thanks import KINDS, decline_points, list_declined
from app.web.api.answers import SIGNED_IN, Shape, declines, takes
from app.web.api.me import MeShape, read_me
from app.web.callers import SignedIn, as_resident
from app.web.sent import Body

T = TypeVar("T")

router = APIRouter(tags=["resident"])


class ConsentOrder(msgspec.Struct, frozen=True):
    """Yes or no, from now on."""

    given: bool


class ThanksOrder(msgspec.Struct, frozen=True):
    """The kinds of action for which you want thanks and no points; those that are not named earn points again."""

    declined: Annotated[list[str], msgspec.Meta(max_length=20)]


class ProfileChange(msgspec.Struct, frozen=True):
    """What is wrong, as it should be; what is left out stays. null empties the postcode or the type of pass."""

    name: (
        Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")] | msgspec.UnsetType
    ) = msgspec.UNSET
    connection: Literal["live", "work", "visit"] | msgspec.UnsetType = msgspec.UNSET
    postcode: Annotated[str, msgspec.Meta(max_length=12)] | msgspec.UnsetType | None = msgspec.UNSET
    pass_type: Literal["adult", "young", "student", "senior", "disabled"] | msgspec.UnsetType | None = msgspec.UNSET


class PurposeShape(Shape):
    """What data are used for, and by what right: public_task, legal_obligation or consent."""

    purpose: str
    title: str
    text: str
    basis: str


class PurposeList(Shape):
    """The whole catalogue."""

    items: list[PurposeShape]


class ConsentChangeShape(Shape):
    """One change; `text_sha256` is that of the text that you read."""

    given: bool
    said_at: datetime
    text_sha256: str


class ConsentShape(PurposeShape):
    """A purpose and what you said about it, newest first. `given` is null where the law does not ask you."""

    given: bool | None
    history: list[ConsentChangeShape]


class ConsentList(Shape):
    """The whole catalogue."""

    items: list[ConsentShape]


class ThanksShape(Shape):
    """`declined` are the kinds for which you get thanks and no points, `kinds` all there are."""

    declined: list[str]
    kinds: list[str]


@router.get("/v1/register/purposes", responses=declines())
def show_purposes() -> PurposeList:
    """What the scheme uses data for, and by what right. Open to all."""
    return PurposeList(
        items=[
            PurposeShape(purpose=one.key, title=one.title, text=one.text, basis=one.basis) for one in PURPOSES.values()
        ]
    )


@router.get("/v1/me/consents", responses=declines(*SIGNED_IN))
def show_consents(call: SignedIn) -> ConsentList:
    """What your data are used for, what you said about it and when. Scope `resident`."""
    consents = call.run(as_resident, lambda session, me: list_consents(session, resident_id=me.id))
    return ConsentList(items=[present_consent(one) for one in consents])


@router.put(
    "/v1/me/consents/{purpose}",
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", ConsentOrder)),
)
def say(call: SignedIn, purpose: str, body: Body) -> ConsentShape:
    """Give or withdraw consent for one purpose. Scope `resident`."""
    order = body.read(ConsentOrder)
    return present_consent(
        call.run(
            as_resident,
            lambda session, me: say_consent(session, resident=me, purpose=purpose, given=order.given, now=call.now),
        )
    )


@router.get("/v1/me/thanks", responses=declines(*SIGNED_IN))
def show_thanks(call: SignedIn) -> ThanksShape:
    """For which kinds of action you want thanks and no points. Scope `resident`."""
    declined = call.run(as_resident, lambda session, me: list_declined(session, resident_id=me.id))
    return ThanksShape(declined=list(declined), kinds=list(KINDS))


@router.put(
    "/v1/me/thanks",
    responses=declines(*SIGNED_IN, 400, 413, 415, 422),
    openapi_extra=takes(("application/json", ThanksOrder)),
)
def choose_thanks(call: SignedIn, body: Body) -> ThanksShape:
    """Decline the points and keep the thanks, from now on, for these kinds. Scope `resident`."""
    order = body.read(ThanksOrder)
    declined = call.run(
        as_resident,
        lambda session, me: _noted(
            *(session, me, "person.changed", call.now),
            decline_points(session, resident_id=me.id, kinds=order.declined),
        ),
    )
    return ThanksShape(declined=list(declined), kinds=list(KINDS))


@router.patch(
    "/v1/me",
    responses=declines(*SIGNED_IN, 400, 413, 415, 422),
    openapi_extra=takes(("application/json", ProfileChange)),
)
def correct(call: SignedIn, body: Body) -> MeShape:
    """Correct what we hold about you. What you did before stays as it was judged then. Scope `resident`."""
    order = read_correction(body.read(ProfileChange))

    return read_me(
        call,
        lambda session, me: _noted(
            *(session, me, "person.changed", call.now),
            correct_profile(session, resident_id=me.id, correction=order),
        ),
    )


def _noted(session: Session, me: ResidentRead, act: str, now: datetime, done: T) -> T:
    """What a resident changed stands in the audit trail as anybody else's change would; never what it says."""
    subject = f"resident:{public_id('res', me.public_id)}"
    record_act(session, actor=me.actor, act=act, subject=subject, now=now)
    return done


def read_correction(order: ProfileChange) -> Correction:
    return Correction(
        name=order.name.strip() or None if isinstance(order.name, str) else None,
        connection=order.connection if isinstance(order.connection, str) else None,
        postcode=order.postcode if isinstance(order.postcode, str) else None,
        pass_type=order.pass_type if isinstance(order.pass_type, str) else None,
        forget=frozenset(
            field for field, told in (("postcode", order.postcode), ("pass_type", order.pass_type)) if told is None
        ),
    )


def present_consent(consent: ConsentRead) -> ConsentShape:
    return ConsentShape(
        purpose=consent.purpose.key,
        title=consent.purpose.title,
        text=consent.purpose.text,
        basis=consent.purpose.basis,
        given=consent.given,
        history=[ConsentChangeShape.model_validate(one, from_attributes=True) for one in consent.history],
    )
