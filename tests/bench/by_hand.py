"""The pilot's live rules as a programmer would type them, who knows that there will never be others.

It gives what the engine gives: lines with their counters, reasons, and what came of each rule that an event was about.
It keeps what it needs of a resident in place. The engine is measured against it, for matching alone says nothing about
progress, limits and budgets. The clock and the finding of trips are the engine's own: they are written by hand already.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.clock import LONDON, Moment, to_micros
from rules.event import Event, Line, Outcome, Value
from rules.trips import TAP, TRIP_MICROS, classify, find_cancelled
from tests.rules.making import HIRE, TAPS

CHECK_IN = "urn:leeds:check-in"
LITTER = "urn:leeds:friends-of-groups"
SOURCES = {TAP: TAPS, "cycle.trip": HIRE, "checkin.scan": CHECK_IN, "litter.pick": LITTER}
FACTS: dict[str, dict[str, Value]] = {
    TAP: {"mode": "bus", "leg": "on", "stop": "450010441"},
    "cycle.trip": {"distance_m": 4_200, "duration_seconds": 1_200},
    "checkin.scan": {"place": "library"},
    "litter.pick": {"bags": 2},
}
"""Of an event that earns."""
Told = tuple[str, str, int, int]
"""A rule, what came of it, and its progress: so much of so much."""
_MODES = ("bus", "tram", "rail")
_WARDS = ("Middleton Park", "Ardsley & Robin Hood", "Kippax & Methley")
_FIRST_DAY, _LAST_DAY = 20_605, 21_274  # 1 June 2026 to 31 March 2028
_DOUBLE_FIRST_DAY, _DOUBLE_LAST_DAY = 20_939, 20_969  # May 2027
_GOAL_BAGS = 1_000
_STREAK_DAYS = 7
_TRIPS_A_WEEK = 10
_NOTHING = (0, 0, 0)
_BOARD = "cmp_get_on_board"


class Resident:
    """What has to be known of one. `used` are (window, times, points) by rule, of the longer of two limits apart."""

    __slots__ = (
        "boardings",
        "done",
        "latest_day",
        "longer_used",
        "metres",
        "opened_at",
        "streak",
        "streak_missing",
        "trips",
        "used",
    )

    def __init__(self) -> None:
        self.boardings: dict[str, int] = {}
        self.opened_at: int | None = None
        self.used: dict[str, tuple[int, int, int]] = {}
        self.longer_used: dict[str, tuple[int, int, int]] = {}
        self.trips = (0, 0)
        self.metres = (0, 0)
        self.latest_day = self.streak = self.streak_missing = 0
        self.done = False


class City:
    """Points left of each campaign, and the bags of each month that everybody together has picked."""

    def __init__(self, left: dict[str, int]) -> None:
        self.left = left
        self.bags: dict[int, int] = {}

    def judge(self, resident: Resident, events: Sequence[Event]) -> list[tuple[Outcome, Sequence[Told]]]:
        """The resident's next events, in order."""
        micros = [to_micros(event.happened_at) for event in events]
        cancelled = find_cancelled(resident.boardings, events, micros)
        found: list[tuple[Outcome, Sequence[Told]]] = []
        for index, event in enumerate(events):
            at, kind = micros[index], event.type
            lines: list[Line] = []
            told: list[Told] = []
            if kind == TAP:
                reason = classify(event, at, resident.opened_at, cancelled=index in cancelled)
                if reason is None:
                    resident.opened_at = at
                    reason = self.judge_one(resident, event, LONDON.moment(at), lines, told)
            else:
                reason = self.judge_one(resident, event, LONDON.moment(at), lines, told)
            reasons: tuple[str, ...] = ()
            points = 0
            for line in lines:
                points += line.got
            if reason is not None:
                reasons = (reason,)
            elif not points:
                outcomes = {outcome for _, outcome, _, _ in told}
                reasons = tuple([outcome for outcome in _REASONS if outcome in outcomes])
            key = (event.happened_at, event.source, event.id)
            found.append((Outcome(key, tuple(lines), reasons, points), told))
        if resident.opened_at is not None and micros and micros[-1] - resident.opened_at > TRIP_MICROS:
            resident.opened_at = None
        return found

    def judge_one(
        self, resident: Resident, event: Event, moment: Moment, lines: list[Line], told: list[Told]
    ) -> str | None:
        """Why no rule was about it, if none was."""
        if not _FIRST_DAY <= moment.day <= _LAST_DAY:
            return "no_rule"
        if event.evidence == "any":
            return "conditions_not_met"
        kind = event.type
        if kind == TAP:
            return self._trip(resident, event, moment, lines, told)
        if kind == "cycle.trip":
            return self._ride(resident, event, moment, lines, told)
        if kind == "litter.pick":
            return self._pick(resident, event, moment, lines, told)
        return self._check_in(resident, event, moment, lines, told) if kind == "checkin.scan" else "no_rule"

    def _check_in(
        self, resident: Resident, event: Event, moment: Moment, lines: list[Line], told: list[Told]
    ) -> str | None:
        if event.source != CHECK_IN:
            return "conditions_not_met"
        self.pay_once(resident, "rul_check_in", "cmp_drop_in", "day", moment.day, 5, lines, told)
        return None

    def _trip(
        self, resident: Resident, event: Event, moment: Moment, lines: list[Line], told: list[Told]
    ) -> str | None:
        if event.source != TAPS:
            return "conditions_not_met"
        day, minute = moment.day, moment.minute
        rides = event.data.get("mode") in _MODES
        double_month = _DOUBLE_FIRST_DAY <= day <= _DOUBLE_LAST_DAY
        doubles = double_month and event.resident.get("ward") in _WARDS
        if not rides and not doubles:
            return "not_eligible" if double_month else "conditions_not_met"
        early = 0
        if rides and moment.weekday not in ("saturday", "sunday"):
            if 300 <= minute <= 449:
                early = self.pay_once(resident, "rul_early_trip", _BOARD, "day", day, 10, lines, told)
            elif 570 <= minute <= 629 and event.resident.get("pass_type") in ("senior", "disabled"):
                early = self.pay_once(resident, "rul_early_trip_pass", _BOARD, "day", day, 10, lines, told)
        if doubles:
            self._double(resident, early, moment, lines, told)
        if rides:
            self._streak(resident, day, lines, told)
            self._ten_trips(resident, moment.windows[2], lines, told)
        return None

    def _double(self, resident: Resident, points: int, moment: Moment, lines: list[Line], told: list[Told]) -> None:
        """Its line stands before that of what it doubles: lines come in the order of the rules' names."""
        rule = "rul_double_early_trips"
        if not points:
            told.insert(0, (rule, "nothing_to_multiply", 0, 0))
            return
        line = self._within_two(
            resident, rule, _BOARD, points, (0, 0), ("day", moment.day, 10), ("month", moment.windows[3], 230)
        )
        lines.insert(0, line)
        told.insert(0, (rule, _outcome(line), 0, 100))

    def _streak(self, resident: Resident, day: int, lines: list[Line], told: list[Told]) -> None:
        if resident.done:
            before = after = _STREAK_DAYS
        else:
            before = after = resident.streak_missing
            if day != resident.latest_day:
                missed = day - resident.latest_day - 1
                if missed == 0:
                    resident.streak, resident.streak_missing = resident.streak + 1, resident.streak_missing + 1
                else:
                    resident.streak_missing = resident.streak + 1 if missed == 1 else 1
                    resident.streak = 1
                resident.latest_day, after = day, resident.streak_missing
                resident.done = after >= _STREAK_DAYS
        rule = "rul_seven_day_streak"
        if resident.done:
            self.pay_once(resident, rule, _BOARD, "validity", _FIRST_DAY, 70, lines, told, before, after, _STREAK_DAYS)
        else:
            told.append((rule, "progress_not_reached", after, _STREAK_DAYS))

    def _ten_trips(self, resident: Resident, week: int, lines: list[Line], told: list[Told]) -> None:
        before = resident.trips[1] if resident.trips[0] == week else 0
        after = before + 1
        resident.trips = (week, after)
        if after >= _TRIPS_A_WEEK:
            self.pay_once(
                resident, "rul_ten_trips", _BOARD, "week", week, 50, lines, told, before, after, _TRIPS_A_WEEK
            )
        else:
            told.append(("rul_ten_trips", "progress_not_reached", after, _TRIPS_A_WEEK))

    def _ride(
        self, resident: Resident, event: Event, moment: Moment, lines: list[Line], told: list[Told]
    ) -> str | None:
        metres, seconds = event.data.get("distance_m"), event.data.get("duration_seconds")
        if event.source != HIRE or not isinstance(metres, int) or not isinstance(seconds, int):
            return "conditions_not_met"
        if metres < 200 or seconds >= 10_800:
            return "conditions_not_met"
        rule, day = "rul_cycle_distance", moment.day
        before = resident.metres[1] if resident.metres[0] == day else 0
        points, rest = divmod(before + metres, 500)
        resident.metres = (day, rest)
        if not points:
            told.append((rule, "progress_not_reached", rest, 500))
            return None
        line = self._within_two(
            resident, rule, "cmp_ride_leeds", points, (before, rest), ("day", day, 20), ("week", moment.windows[2], 60)
        )
        lines.append(line)
        told.append((rule, _outcome(line), rest, 500))
        return None

    def _pick(
        self, resident: Resident, event: Event, moment: Moment, lines: list[Line], told: list[Told]
    ) -> str | None:
        bags = event.data.get("bags")
        if event.source != LITTER or not isinstance(bags, int) or bags < 1:
            return "conditions_not_met"
        month = moment.windows[3]
        before = self.bags.get(month, 0)
        after = self.bags[month] = before + bags
        campaign = "cmp_clean_streets"
        if after >= _GOAL_BAGS:
            self.pay_once(
                resident, "rul_litter_goal", campaign, "month", month, 20, lines, told, before, after, _GOAL_BAGS
            )
        else:
            told.append(("rul_litter_goal", "progress_not_reached", after, _GOAL_BAGS))
        self.pay_once(resident, "rul_litter_pick", campaign, "week", moment.windows[2], 30, lines, told)
        return None

    def pay_once(
        self,
        resident: Resident,
        rule: str,
        campaign: str,
        per: str,
        window: int,
        points: int,
        lines: list[Line],
        told: list[Told],
        done_before: int = 0,
        done: int = 0,
        needed: int = 0,
    ) -> int:
        """So many points, at most once in the window; what they came to."""
        used = resident.used.get(rule, _NOTHING)
        _, times, sum_points = used if used[0] == window else _NOTHING
        got, limited_by = self._spend(campaign, points, None) if not times else (0, f"limit:resident_rule:{per}")
        times_name, points_name = _NAMES[per]
        before = {"progress": done_before, times_name: times, points_name: sum_points}
        after = {"progress": done, times_name: times, points_name: sum_points}
        if got:
            resident.used[rule] = (window, 1, got)
            after[times_name], after[points_name] = 1, got
        line = Line(rule, 1, campaign, points, got, limited_by, before, after)
        lines.append(line)
        told.append((rule, _outcome(line), done, needed))
        return got

    def _within_two(
        self,
        resident: Resident,
        rule: str,
        campaign: str,
        points: int,
        done: tuple[int, int],
        shorter: tuple[str, int, int],
        longer: tuple[str, int, int],
    ) -> Line:
        """At most so many points in each of two windows."""
        (per, window, most), (long_per, long_window, long_most) = shorter, longer
        used, long_used = resident.used.get(rule, _NOTHING), resident.longer_used.get(rule, _NOTHING)
        _, times, sum_points = used if used[0] == window else _NOTHING
        _, long_times, long_points = long_used if long_used[0] == long_window else _NOTHING
        got, limited_by = points, None
        if most - sum_points < got:
            got, limited_by = most - sum_points, f"limit:resident_rule:{per}"
        if long_most - long_points < got:
            got, limited_by = long_most - long_points, f"limit:resident_rule:{long_per}"
        got, limited_by = self._spend(campaign, got, limited_by)
        times_name, points_name = _NAMES[per]
        long_times_name, long_points_name = _NAMES[long_per]
        before = {
            "progress": done[0],
            times_name: times,
            points_name: sum_points,
            long_times_name: long_times,
            long_points_name: long_points,
        }
        after = before | {"progress": done[1]}
        if got:
            resident.used[rule] = (window, times + 1, sum_points + got)
            resident.longer_used[rule] = (long_window, long_times + 1, long_points + got)
            after[times_name], after[points_name] = times + 1, sum_points + got
            after[long_times_name], after[long_points_name] = long_times + 1, long_points + got
        return Line(rule, 1, campaign, points, got, limited_by, before, after)

    def _spend(self, campaign: str, points: int, limited_by: str | None) -> tuple[int, str | None]:
        left = self.left[campaign]
        if left < points:
            points, limited_by = left, "budget"
        self.left[campaign] = left - points
        return points, limited_by


_NAMES = {
    per: (f"resident_rule:{per}:times", f"resident_rule:{per}:points") for per in ("day", "week", "month", "validity")
}
_REASONS = ("budget_spent", "limit_reached", "progress_not_reached", "nothing_to_multiply")


def _outcome(line: Line) -> str:
    return "awarded" if line.got else "budget_spent" if line.limited_by == "budget" else "limit_reached"
