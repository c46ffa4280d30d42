"""How many days, weeks and months an offer lasts, and how often it can be earned in them at most."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from rules.clock import LONDON, PERS, Per, to_micros
from rules.document import Rule, Validity
from rules.parts import Community, Count, DistinctDays, StreakDays, Sum

NAMES: Final = {"day": "days", "week": "weeks", "month": "months"}


def count_stretches(validity: Validity, per: Per) -> int:
    """Those that the offer touches, the first and the last one in part perhaps; 1 for all its time."""
    if per not in NAMES:
        return 1
    last = validity.until - timedelta(days=1)
    return _number(last, per) - _number(validity.start, per) + 1


def find_most_goals(rule: Rule) -> int | None:
    """How often one person can reach the goal in all; None when nothing but limits bounds it."""
    days = count_stretches(rule.validity, "day")
    match rule.progress:
        case Community(per=per) | Count(per=per, repeat=False) | Sum(per=per, repeat=False):
            return count_stretches(rule.validity, per)
        case DistinctDays(per=per, repeat=False):
            return count_stretches(rule.validity, per)
        case StreakDays(repeat=False):
            return 1
        case DistinctDays(reach=reach) | StreakDays(reach=reach):
            return -(-days // reach)
        case _:
            return None


def _number(on: date, per: Per) -> int:
    return LONDON.moment(to_micros(LONDON.midnight(on))).windows[PERS.index(per)]
