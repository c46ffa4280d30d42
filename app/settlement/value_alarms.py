"""What is redeemed against the thresholds of the law: an alarm at 75 percent, when there is still time to act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.audit import SYSTEM, record_act
from app.core.ids import public_id, take_id
from app.core.settings import Settings
from app.core.units import Pence
from app.offers.tables import Partner
from app.outbox import VALUE_ALARM, queue_alarm_notices
from app.redemption.values import Values, list_values
from app.settlement.alarm_tables import ValueAlarm

ALARM_PERCENTS: Final = (75, 100)
CLEARED_BELOW: Final = 5
"""So many percent below a step it is cleared, so that a value at the edge does not ring every day."""
TOLD_ROLES: Final = ("finance", "admin")
WHOLE_SCHEME: Final = 0

Kind = Literal["notification", "subsidy"]

# Two sweeps may run at once: the second finds the alarm standing, and tells nobody.
_RAISE = text("""
    INSERT INTO value_alarms (id, kind, partner_id, percent, value_pence, threshold_pence, reached_at)
    VALUES (:id, :kind, :partner, :percent, :value, :threshold, :now)
    ON CONFLICT (kind, partner_id, percent) WHERE cleared_at IS NULL DO NOTHING RETURNING id
""")


@dataclass(frozen=True)
class Thresholds:
    """Pence of 12 months from which the regulator is told, and of three financial years that one partner may get."""

    notification_pence: Pence
    subsidy_pence: Pence


def read_thresholds(settings: Settings) -> Thresholds:
    return Thresholds(Pence(settings.notification_threshold_pence), Pence(settings.subsidy_threshold_pence))


@dataclass(frozen=True)
class AlarmRead:
    """`partner_id` is WHOLE_SCHEME for all together."""

    kind: str
    partner_id: int
    percent: int
    reached_at: datetime


class _Measured(NamedTuple):
    kind: Kind
    partner_id: int
    value: int
    threshold: int


def list_standing(session: Session) -> tuple[AlarmRead, ...]:
    """Alarms that nothing has cleared, oldest first."""
    wanted = select(ValueAlarm).where(col(ValueAlarm.cleared_at).is_(None)).order_by(col(ValueAlarm.id))
    fresh = session.exec(wanted.execution_options(populate_existing=True))
    return tuple(AlarmRead(row.kind, row.partner_id, row.percent, row.reached_at) for row in fresh)


def raise_value_alarms(session: Session, *, thresholds: Thresholds, now: datetime) -> tuple[AlarmRead, ...]:
    """Raise what is due, once, with its notices; clear what has fallen. Those that are new."""
    measured = _measure(list_values(session, now=now), thresholds)
    _clear(session, {(one.kind, one.partner_id): one for one in measured}, now)
    return tuple(
        AlarmRead(one.kind, one.partner_id, percent, now)
        for one in measured
        for percent in ALARM_PERCENTS
        if one.value * 100 >= one.threshold * percent and _raise(session, one, percent, now)
    )


def _measure(values: dict[int, Values], thresholds: Thresholds) -> list[_Measured]:
    everything = sum(one.year_pence for one in values.values())
    measured = [_Measured("notification", WHOLE_SCHEME, everything, thresholds.notification_pence)]
    for partner_id, one in values.items():
        measured.append(_Measured("notification", partner_id, one.year_pence, thresholds.notification_pence))
        measured.append(_Measured("subsidy", partner_id, one.years_pence, thresholds.subsidy_pence))
    return measured


def _clear(session: Session, measured: dict[tuple[str, int], _Measured], now: datetime) -> None:
    standing = select(ValueAlarm).where(col(ValueAlarm.cleared_at).is_(None)).with_for_update()
    for alarm in session.exec(standing.order_by(col(ValueAlarm.id)).execution_options(populate_existing=True)):
        found = measured.get((alarm.kind, alarm.partner_id))
        if found is None or found.value * 100 < found.threshold * (alarm.percent - CLEARED_BELOW):
            alarm.cleared_at = now
    session.flush()


def _raise(session: Session, one: _Measured, percent: int, now: datetime) -> bool:
    given = {"id": take_id(session), "percent": percent, "partner": one.partner_id, "now": now}
    given |= {"kind": one.kind, "value": one.value, "threshold": one.threshold}
    number = session.execute(_RAISE, given).scalar()
    if number is None:
        return False
    queue_alarm_notices(session, alarm_id=number, roles=TOLD_ROLES, now=now, kind=VALUE_ALARM)
    subject = "scheme:redeemed"
    if one.partner_id != WHOLE_SCHEME:
        subject = f"partner:{public_id('prt', session.get_one(Partner, one.partner_id).public_id)}"
    facts: dict[str, str | int | bool | None] = {"kind": one.kind, "percent": percent, "pence": one.value}
    record_act(session, actor=SYSTEM, act="partner.alarm_raised", subject=subject, facts=facts, now=now)
    return True
