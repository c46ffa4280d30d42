"""Officers register community organisations and the people who host for them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from app.core.ids import parse_public_id, public_id
from app.hosting.organisation_errors import HostUnknown, OrganisationUnknown
from app.hosting.organisations import add_host, end_host, register_organisation
from app.hosting.queries import HostRead, OrganisationRead, get_organisation, list_organisations
from app.identity.permissions import ORGANISATION_REGISTRARS
from app.ledger.commands import Answer
from app.web.api.answers import SIGNED_IN, Shape, declines, respond, takes
from app.web.callers import SignedIn, as_officer, as_officer_with
from app.web.idempotency import run_once
from app.web.sent import Body, IdempotencyKey

router = APIRouter(tags=["organisations"])

as_registrar = as_officer_with(*ORGANISATION_REGISTRARS)

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class OrganisationOrder(msgspec.Struct, frozen=True):
    """An organisation, and which event types it may attest: volunteer.session, litter.pick and others."""

    name: Name
    event_types: Annotated[list[Annotated[str, msgspec.Meta(max_length=40)]], msgspec.Meta(min_length=1, max_length=10)]


class HostOrder(msgspec.Struct, frozen=True):
    """A person who will host."""

    name: Name


class HostShape(Shape):
    """A person who hosts."""

    id: str
    name: str


class OrganisationShape(Shape):
    """An organisation whose word counts, and the people who give it."""

    id: str
    name: str
    event_types: list[str]
    registered_at: datetime
    hosts: list[HostShape]


class OrganisationsShape(Shape):
    """By name."""

    items: list[OrganisationShape]


@router.get("/v1/organisations", responses=declines(*SIGNED_IN))
def show_organisations(call: SignedIn) -> OrganisationsShape:
    """Every registered organisation. For officers with a role."""
    found = call.run(as_officer, lambda session, _: list_organisations(session))
    return OrganisationsShape(items=[_present(one) for one in found])


@router.get("/v1/organisations/{id}", responses=declines(*SIGNED_IN, 404))
def show_organisation(call: SignedIn, id: str) -> OrganisationShape:  # noqa: A002 - the path's own word
    """One organisation. For officers with a role."""
    wanted = _read_id(id)
    return _present(call.run(as_officer, lambda session, _: get_organisation(session, organisation=wanted)))


@router.post(
    "/v1/organisations",
    status_code=201,
    response_model=OrganisationShape,
    responses=declines(*SIGNED_IN, 400, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", OrganisationOrder)),
)
def register(call: SignedIn, body: Body, key: IdempotencyKey = None) -> Response:
    """Register an organisation, whose word counts from now on. For officers with the role approver or admin."""
    order = body.read(OrganisationOrder)
    answer = run_once(
        call,
        as_registrar,
        lambda session, officer: Answer(
            201,
            _present(
                register_organisation(
                    session, name=order.name, event_types=order.event_types, officer=officer, now=call.now
                )
            ).model_dump(mode="json"),
        ),
        key=key,
        sent=body,
    )
    return respond(answer)


@router.post(
    "/v1/organisations/{id}/hosts",
    status_code=201,
    response_model=HostShape,
    responses=declines(*SIGNED_IN, 400, 404, 409, 413, 415, 422),
    openapi_extra=takes(("application/json", HostOrder)),
)
def register_host(call: SignedIn, id: str, body: Body, key: IdempotencyKey = None) -> Response:  # noqa: A002 - the path's own word
    """Let a person host for an organisation. For officers with the role approver or admin."""
    wanted, order = _read_id(id), body.read(HostOrder)
    answer = run_once(
        call,
        as_registrar,
        lambda session, officer: Answer(
            201,
            _present_host(
                add_host(session, organisation=wanted, name=order.name, officer=officer, now=call.now)
            ).model_dump(),
        ),
        key=key,
        sent=body,
    )
    return respond(answer)


@router.delete("/v1/organisations/{id}/hosts/{host}", status_code=204, responses=declines(*SIGNED_IN, 404))
def strike_host(call: SignedIn, id: str, host: str) -> Response:  # noqa: A002 - the path's own word
    """From now on this person may not host; what they attested stays. For officers, role approver or admin."""
    wanted, person = _read_id(id), parse_public_id("hst", host)
    if person is None:
        raise HostUnknown
    call.run(
        as_registrar,
        lambda session, officer: end_host(session, organisation=wanted, host=person, officer=officer, now=call.now),
    )
    return Response(status_code=204)


def _read_id(written: str) -> UUID:
    uuid = parse_public_id("org", written)
    if uuid is None:
        raise OrganisationUnknown
    return uuid


def _present(organisation: OrganisationRead) -> OrganisationShape:
    return OrganisationShape(
        id=public_id("org", organisation.uuid),
        name=organisation.name,
        event_types=list(organisation.event_types),
        registered_at=organisation.registered_at,
        hosts=[_present_host(one) for one in organisation.hosts],
    )


def _present_host(host: HostRead) -> HostShape:
    return HostShape(id=host.public_id, name=host.name)
