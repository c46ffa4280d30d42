"""What partners have redeemed, as officers see it beside the thresholds of the law."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter
from sqlmodel import Session

from app.core.clock import london_date
from app.core.ids import public_id
from app.offers.partner_list import list_names
from app.redemption.values import NOTHING, Values, find_year_start, find_years_start, list_values
from app.settlement.value_alarms import WHOLE_SCHEME, AlarmRead, Thresholds, list_standing, read_thresholds
from app.web.api.answers import SIGNED_IN, Shape, declines
from app.web.callers import Call, SignedIn, as_officer

router = APIRouter(tags=["partners"])


class ValueAlarmShape(Shape):
    """`kind`: notification or subsidy. `percent` of its threshold had been reached at `reached_at`."""

    kind: str
    percent: int
    reached_at: datetime


class ValuesShape(Shape):
    """Pence redeemed in the last 12 months and, as assistance, in three financial years; percents are rounded down."""

    year_pence: int
    notification_percent: int
    assistance_pence: int
    subsidy_percent: int
    alarms: list[ValueAlarmShape]


class PartnerValuesShape(ValuesShape):
    """Of one partner."""

    id: str
    name: str


class PartnersReport(Shape):
    """Everything redeemed since `year_from_on`, and by whom; the subsidy threshold is each partner's own."""

    year_from_on: date
    assistance_from_on: date
    notification_threshold_pence: int
    subsidy_threshold_pence: int
    year_pence: int
    notification_percent: int
    alarms: list[ValueAlarmShape]
    items: list[PartnerValuesShape]


@router.get("/v1/reports/partners", responses=declines(*SIGNED_IN))
def show_report(call: SignedIn) -> PartnersReport:
    """What was redeemed against the thresholds of the law, dearest partner first. For officers with a role."""
    return call.run(as_officer, lambda session, _: _report(session, call))


def present_values(one: Values, partner_id: int, thresholds: Thresholds, alarms: tuple[AlarmRead, ...]) -> ValuesShape:
    return ValuesShape(
        year_pence=one.year_pence,
        notification_percent=one.year_pence * 100 // thresholds.notification_pence,
        assistance_pence=one.years_pence,
        subsidy_percent=one.years_pence * 100 // thresholds.subsidy_pence,
        alarms=_present_alarms(alarms, partner_id),
    )


def _report(session: Session, call: Call) -> PartnersReport:
    thresholds, today = read_thresholds(call.runtime.settings), london_date(call.now)
    values, alarms = list_values(session, now=call.now), list_standing(session)
    everything = sum(one.year_pence for one in values.values())
    items = [
        PartnerValuesShape(
            id=public_id("prt", partner.public_id),
            name=partner.name,
            **present_values(values.get(partner.id, NOTHING), partner.id, thresholds, alarms).model_dump(),
        )
        for partner in list_names(session)
    ]
    return PartnersReport(
        year_from_on=find_year_start(today),
        assistance_from_on=find_years_start(today),
        notification_threshold_pence=thresholds.notification_pence,
        subsidy_threshold_pence=thresholds.subsidy_pence,
        year_pence=everything,
        notification_percent=everything * 100 // thresholds.notification_pence,
        alarms=_present_alarms(alarms, WHOLE_SCHEME),
        items=sorted(items, key=lambda one: (-one.year_pence, one.name)),
    )


def _present_alarms(alarms: tuple[AlarmRead, ...], partner_id: int) -> list[ValueAlarmShape]:
    return [
        ValueAlarmShape(kind=one.kind, percent=one.percent, reached_at=one.reached_at)
        for one in alarms
        if one.partner_id == partner_id
    ]
