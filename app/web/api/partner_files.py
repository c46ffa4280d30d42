"""A partner as officers see it: its state, who decided, and what is agreed with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from app.core.clock import london_date
from app.core.ids import public_id
from app.identity.queries import OfficerRead, find_officers
from app.offers.partner_list import PartnerFile
from app.redemption.values import NOTHING, list_values
from app.settlement.value_alarms import list_standing, read_thresholds
from app.web.api.answers import Shape
from app.web.api.draft_shapes import PersonShape
from app.web.api.drafts_shown import present_person
from app.web.api.partner_shapes import ContractShape, present_contracts
from app.web.api.partner_values import ValuesShape, present_values
from app.web.callers import Call


class StopShape(Shape):
    """The partner gives nothing out. With `honour` vouchers that are out stay good, else they are given back."""

    reason: str
    honour: bool
    stopped_at: datetime


class PartnerFileShape(Shape):
    """`state`: proposed, approved, refused or stopped. `contract` holds today, `waiting` has yet to be decided.

    Both are null where there is none; a partner that was added without a contract is paid what its rewards say.
    """

    id: str
    name: str
    kind: str
    place: str
    state: str
    proposed_by: PersonShape | None
    proposed_at: datetime | None
    decided_by: PersonShape | None
    decided_at: datetime | None
    refusal: str | None
    stop: StopShape | None
    contract: ContractShape | None
    waiting: ContractShape | None
    redeemed: ValuesShape


def present_partners(session: Session, files: Sequence[PartnerFile], call: Call) -> list[PartnerFileShape]:
    """With the names of officers, and what holds today."""
    people = {number for one in files for number in (one.proposed_by, one.decided_by) if number is not None}
    officers = find_officers(session, ids=people)
    held = [(one.find_contract(on=london_date(call.now)), one.find_waiting()) for one in files]
    contracts = tuple(contract for both in held for contract in both if contract is not None)
    shown = dict(zip((one.id for one in contracts), present_contracts(session, contracts), strict=True))
    values, alarms = list_values(session, now=call.now), list_standing(session)
    thresholds = read_thresholds(call.runtime.settings)
    found = []
    for one, (in_force, waiting) in zip(files, held, strict=True):
        redeemed = present_values(values.get(one.partner.id, NOTHING), one.partner.id, thresholds, alarms)
        agreed = (shown[contract.id] if contract else None for contract in (in_force, waiting))
        found.append(_present(one, officers, redeemed, *agreed))
    return found


def _present(
    one: PartnerFile,
    officers: Mapping[int, OfficerRead],
    redeemed: ValuesShape,
    contract: ContractShape | None,
    waiting: ContractShape | None,
) -> PartnerFileShape:
    partner, stop = one.partner, None
    if one.stopped_at is not None:
        stop = StopShape(reason=one.stop_reason or "", honour=bool(one.stop_honours), stopped_at=one.stopped_at)
    return PartnerFileShape(
        id=public_id("prt", partner.public_id),
        name=partner.name,
        kind=partner.kind,
        place=partner.place,
        state=partner.state,
        proposed_by=None if one.proposed_by is None else present_person(officers[one.proposed_by]),
        proposed_at=one.proposed_at,
        decided_by=None if one.decided_by is None else present_person(officers[one.decided_by]),
        decided_at=one.decided_at,
        refusal=one.refusal,
        stop=stop,
        contract=contract,
        waiting=waiting,
        redeemed=redeemed,
    )
