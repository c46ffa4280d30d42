"""Four weeks of a plausible city, a day at a time, as the CloudEvents that its sources would have sent.

Most people's taps end two weeks ago, as if the operator's next file had yet to come: their limits of last week and of
this one are free for whoever tries the demonstration. Residents from NEWCOMERS on tap in those two weeks only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.core.clock import LONDON, write_instant
from app.demo.chance import Chance
from app.demo.plan import CHECK_IN, CYCLE_HIRE, FRIENDS_OF_GROUPS, RESIDENTS, TAPS, VOLUNTEER_HUB

COMMUTERS = 84
NEWCOMERS = 100
FREE_WEEKS = 2
_SATURDAY, _SUNDAY = 5, 6
_STOPS = ("450010441", "450010623", "450011207", "450012385", "450014020", "450017119", "450019554", "450023301")
_PLACES = ("central-library", "compton-centre", "dewsbury-road-hub", "kirkgate-market", "reginald-centre")
_GROUPS = ("Friends of Roundhay Meadow", "Meanwood Valley Volunteers", "Kirkstall Tidy Streets")

CloudEvent = dict[str, object]


@dataclass(frozen=True)
class History:
    """What happens on each day before `today_on`."""

    chance: Chance
    today_on: date

    def events_on(self, on: date) -> list[CloudEvent]:
        """Everything of that day, resident by resident."""
        return [event for number in range(RESIDENTS) for event in self._day(number, on)]

    def card(self, number: int) -> str:
        """The subject that stands for the resident at this place."""
        return f"card:{self.chance.token('card', number)}"

    def _day(self, number: int, on: date) -> list[CloudEvent]:
        return [*self._trips(number, on), *self._ride(number, on), *self._good_turns(number, on)]

    def _trips(self, number: int, on: date) -> list[CloudEvent]:
        monday_on = self.today_on - timedelta(days=self.today_on.weekday())
        free_week = on >= monday_on - timedelta(weeks=FREE_WEEKS - 1)
        hours: tuple[int, ...] = ()
        if free_week and number >= NEWCOMERS and on.weekday() < _SATURDAY:
            hours = (8, 17) if number % 4 == 0 else (8,)
        if not free_week and number < COMMUTERS and on.weekday() < _SUNDAY:
            hours = (11, 15) if on.weekday() == _SATURDAY else (8, 17)
        mode = "rail" if number % 5 == 0 else "bus"
        return [
            self._event(number, on, hour, TAPS, "transit.tap", {
                "mode": mode, "leg": "on", "stop": self.chance.pick(_STOPS, "stop", number, hour), "fare_pence": 200,
            })
            for hour in hours
            # Every fourth commuter never misses a day, so the first resident always has points to spend.
            if number % 4 == 0 or not self.chance.happens(8, "missed", number, on, hour)
        ]  # fmt: skip

    def _ride(self, number: int, on: date) -> list[CloudEvent]:
        if number % 4 != 1 or not self.chance.happens(35, "ride", number, on):
            return []
        distance_m = self.chance.between(900, 6500, "distance", number, on)
        seconds = distance_m * self.chance.between(22, 30, "pace", number, on) // 100
        return [
            self._event(
                *(number, on, 18, CYCLE_HIRE, "cycle.trip"), {"distance_m": distance_m, "duration_seconds": seconds}
            )
        ]

    def _good_turns(self, number: int, on: date) -> list[CloudEvent]:
        done: list[CloudEvent] = []
        group = self.chance.pick(_GROUPS, "group", number)
        if on.weekday() == _SATURDAY and number % 3 == 0 and self.chance.happens(70, "session", number, on):
            minutes = 30 * self.chance.between(2, 6, "minutes", number, on)
            session = {"minutes": minutes, "organisation": group}
            done.append(self._event(number, on, 13, VOLUNTEER_HUB, "volunteer.session", session))
        if on.weekday() == _SUNDAY and number % 5 < 2 and self.chance.happens(75, "litter", number, on):  # noqa: PLR2004 - two in five
            bags = self.chance.between(1, 4, "bags", number, on)
            pick: dict[str, object] = {"bags": bags, "organisation": group}
            done.append(self._event(number, on, 10, FRIENDS_OF_GROUPS, "litter.pick", pick))
        if number % 5 != 0 and self.chance.happens(25, "check-in", number, on):
            visit: dict[str, object] = {"place": self.chance.pick(_PLACES, "place", number, on)}
            done.append(self._event(number, on, 14, CHECK_IN, "checkin.scan", visit))
        return done

    def _event(self, number: int, on: date, hour: int, source: str, kind: str, data: dict[str, object]) -> CloudEvent:
        local = datetime.combine(on, time(hour, self.chance.number(60, "minute", number, on, hour)), LONDON)
        return {
            "specversion": "1.0",
            "id": f"demo-{on:%Y%m%d}-{number:03}-{hour:02}",
            "source": source,
            "type": kind,
            "time": write_instant(local),
            "subject": self.card(number),
            "data": data,
        }
