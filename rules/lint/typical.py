"""What a typical participant does. These are assumptions, until a city's own counts take their place."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# Times in four weeks; a type that is not named here says nothing about the time to a reward.
TIMES_PER_4_WEEKS: Final[Mapping[str, int]] = MappingProxyType(
    {
        # There and back on five days a week.
        "transit.trip": 40,
        # Every other day, in fair weather.
        "cycle.trip": 14,
        # An afternoon a fortnight is what groups ask of their regulars.
        "volunteer.session": 2,
        # Friends-of groups meet once or twice a month.
        "litter.pick": 2,
        # A weekly visit to a library or a hub.
        "checkin.scan": 4,
        # The car parks serve people who work in the centre on some days of the week.
        "parking.stay": 12,
        # Twice a week, as leisure centres advise.
        "health.session": 8,
        # A phone counts every day.
        "walk.day": 28,
        # A car load every other week.
        "recycle.drop": 2,
    }
)
# What one such act comes to, in the fact's own unit.
QUANTITIES: Final[Mapping[str, int]] = MappingProxyType(
    {
        # A ride across the city centre.
        "distance_m": 3_000,
        "duration_seconds": 900,
        # An hour or two is usual, and the shorter one is the careful guess.
        "minutes": 60,
        "bags": 2,
        # What most adults walk on a day, well below the 10,000 of adverts.
        "steps": 6_000,
        "grams": 10_000,
        # Eight in the morning.
        "local.time": 480,
    }
)
