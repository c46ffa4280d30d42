"""The one catalogue of event types and facts: schemas, validators, forms and rules are all made from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from rules.clock import WEEKDAYS

FactKind = Literal["integer", "text", "choice", "boolean"]


@dataclass(frozen=True, slots=True)
class Fact:
    """`minimum` and `maximum` are for integers, `values` for choices, `pattern` for text; `source` says who knows it.

    `personal` marks what tells something about the resident rather than about the act; `place` what says where it was.
    """

    name: str
    label: str
    kind: FactKind
    unit: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    values: tuple[str, ...] = ()
    pattern: str | None = None
    required: bool = False
    personal: bool = False
    place: bool = False
    source: str = "the sender of the event"


@dataclass(frozen=True, slots=True)
class EventType:
    """`happening` follows "a resident", as in "makes a trip"; `many` is the plural noun.

    A sensitive type is kept for a shorter time and never exported by default; a derived one is made by the engine and
    refused from outside.
    """

    name: str
    title: str
    description: str
    facts: tuple[Fact, ...]
    happening: str
    many: str
    sensitive: bool = False
    derived: bool = False

    def find_fact(self, name: str) -> Fact | None:
        return next((fact for fact in self.facts if fact.name == name), None)

    @property
    def placed(self) -> bool:
        """Whether an event of this type may say where it was."""
        return any(fact.place for fact in self.facts)


# \w takes in letters of every script: real stops are called 布吉 as well as 450010441.
NAME_PATTERN: Final = r"^[\w:.\-]{1,40}$"
TEXT_PATTERN: Final = r"^[\w][\w &'(),./:\-]{0,79}$"

_MODE = Fact("mode", "type of transport", "choice", values=("bus", "tram", "rail", "ferry"), required=True)
_STOP = Fact("stop", "stop", "text", pattern=NAME_PATTERN)
_PASS = Fact(
    "pass_type", "type of pass", "choice", values=("adult", "young", "student", "senior", "disabled"), personal=True
)
_ORGANISATION = Fact("organisation", "organisation", "text", pattern=TEXT_PATTERN)
_SITE = Fact("site", "site", "text", pattern=TEXT_PATTERN)
_PLACE = Fact("place", "place", "text", pattern=NAME_PATTERN, required=True)


LATITUDE: Final = "latitude_e6"
LONGITUDE: Final = "longitude_e6"
LOCATION: Final = "location"
ZONE: Final = "zone"
# Where an act took place, never where a person went: trips have none.
_WHERE: Final = (
    Fact(LATITUDE, "latitude", "integer", unit="millionths of a degree", minimum=-90_000_000, maximum=90_000_000,
         place=True),
    Fact(LONGITUDE, "longitude", "integer", unit="millionths of a degree", minimum=-180_000_000, maximum=180_000_000,
         place=True),
)  # fmt: skip


def _minutes(*, required: bool) -> Fact:
    return Fact("minutes", "length", "integer", unit="minutes", minimum=1, maximum=1_440, required=required)


def _whole(name: str, label: str, unit: str, maximum: int, *, required: bool = False) -> Fact:
    return Fact(name, label, "integer", unit=unit, minimum=0, maximum=maximum, required=required)


_TYPES: Final = (
    EventType(
        "transit.tap", "Travel card tap", "A card was read on a bus, at a stop or at a gate.",
        (
            _MODE,
            Fact("leg", "tapped on or off", "choice", values=("on", "off", "unknown"), required=True),
            _STOP,
            _whole("fare_pence", "fare", "pence", 100_000),
            _PASS,
        ),
        "taps a travel card", "taps",
    ),
    EventType(
        "transit.trip", "Trip", "Boardings within 60 minutes of the first are one trip, made from taps.",
        (_MODE, _STOP, _PASS), "makes a trip", "trips", derived=True,
    ),
    EventType(
        "cycle.trip", "Bike ride", "A ride on a hired bike, or one between two cycle parks.",
        (
            _whole("distance_m", "distance", "metres", 1_000_000, required=True),
            _whole("duration_seconds", "duration", "seconds", 172_800),
        ),
        "rides a bike", "rides",
    ),
    EventType(
        "volunteer.session", "Volunteering session", "A session that the organisation which hosted it has attested.",
        (_minutes(required=True), _ORGANISATION), "volunteers at a session", "sessions",
    ),
    EventType(
        "litter.pick", "Litter pick", "A litter pick that a local group has recorded.",
        (_whole("bags", "number of bags", "bags", 500, required=True), _ORGANISATION, _SITE, *_WHERE),
        "takes part in a litter pick", "litter picks",
    ),
    EventType(
        "checkin.scan", "Check-in", "A code was scanned at a place, or the desk noted a visit.",
        (_PLACE, *_WHERE), "checks in at a place", "check-ins",
    ),
    EventType(
        "parking.stay", "Park and ride stay", "A stay at a park and ride car park, known by the card at the gate.",
        (Fact("site", "car park", "text", pattern=NAME_PATTERN, required=True), _minutes(required=False)),
        "parks at a park and ride", "stays",
    ),
    EventType(
        "health.session", "Leisure or health session", "An entry in a leisure operator's log.",
        (_minutes(required=False), Fact("activity", "activity", "text", pattern=NAME_PATTERN)),
        "goes to a leisure or health session", "sessions", sensitive=True,
    ),
    EventType(
        "walk.day", "Day's walking", "The steps of one day.",
        (_whole("steps", "number of steps", "steps", 200_000, required=True),), "walks on a day", "days",
    ),
    EventType(
        "recycle.drop", "Recycling visit", "A visit to a household waste site.",
        (_whole("grams", "weight", "grams", 5_000_000), _SITE), "takes recycling to a site", "visits",
    ),
    EventType(
        "home.energy_visit", "Home energy visit", "The energy advice service has visited a home.",
        (_ORGANISATION,), "has a home energy visit", "visits", sensitive=True,
    ),
    EventType(
        "home.safety_check", "Home safety check", "The fire service has checked a home.",
        (_ORGANISATION,), "has a home safety check", "checks", sensitive=True,
    ),
    EventType(
        "engage.consultation", "Consultation answered", "An answer to one of the council's consultations.",
        (Fact("consultation", "consultation", "text", pattern=NAME_PATTERN),), "answers a consultation", "answers",
    ),
    EventType(
        "survey.completed", "Survey completed", "A survey was filled in to the end.",
        (Fact("survey", "survey", "text", pattern=NAME_PATTERN),), "completes a survey", "surveys",
    ),
    EventType(
        "referral.qualified", "Referral", "Somebody whom the resident asked to join has earned their first points.",
        (), "brings somebody who joins in", "referrals", derived=True,
    ),
    EventType(
        "challenge.unlocked", "Challenge unlocked", "A rule has opened a challenge for the resident.",
        (Fact("challenge", "challenge", "text", pattern=NAME_PATTERN, required=True),),
        "unlocks a challenge", "challenges", derived=True,
    ),
)  # fmt: skip
CHALLENGE: Final = "challenge.unlocked"
EVENT_TYPES: Final[Mapping[str, EventType]] = MappingProxyType({kind.name: kind for kind in _TYPES})

LOCAL_FACTS: Final[Mapping[str, Fact]] = MappingProxyType(
    {
        "local.time": Fact(
            "local.time", "local time", "integer", unit="minutes after midnight", minimum=0, maximum=1_439,
            source="the clock of Europe/London",
        ),
        "local.weekday": Fact(
            "local.weekday", "day of the week", "choice", values=WEEKDAYS, source="the calendar of Europe/London"
        ),
    }
)  # fmt: skip
PLACE_FACTS: Final[Mapping[str, Fact]] = MappingProxyType(
    {
        LOCATION: Fact(
            LOCATION, "location", "text", pattern=TEXT_PATTERN, place=True, source="latitude and longitude of the event"
        ),
        ZONE: Fact(
            ZONE, "zone", "text", pattern=NAME_PATTERN, place=True, source="the named zones published with the rules"
        ),
    }
)  # fmt: skip
STOP_WARD: Final = Fact(
    "stop.ward",
    "ward of the stop",
    "text",
    pattern=TEXT_PATTERN,
    source="the table of stops, when the event was recorded",
)
# Known to limits of a household alone; no rule may ask for it.
HOUSEHOLD: Final = "household"


def facts_in(kind: EventType) -> tuple[Fact, ...]:
    """What an event of this type carries: what its sender said, and what was looked up when it was recorded."""
    return (*kind.facts, STOP_WARD) if kind.find_fact(_STOP.name) else kind.facts


def facts_about(kind: EventType) -> tuple[dict[str, Fact], dict[str, Fact]]:
    """What rules may ask about an event of this type, and about the resident."""
    of_event = {fact.name: fact for fact in facts_in(kind) if not fact.place} | dict(LOCAL_FACTS)
    return of_event | (dict(PLACE_FACTS) if kind.placed else {}), dict(RESIDENT_FACTS)


def _resident(
    name: str, label: str, kind: FactKind, values: tuple[str, ...] = (), *, pattern: str = NAME_PATTERN
) -> Fact:
    fitting = pattern if kind == "text" else None
    return Fact(name, label, kind, values=values, pattern=fitting, personal=True, source="the resident's record")


# Never a protected characteristic: the pass type stands here only so that an offer can be adjusted fairly.
RESIDENT_FACTS: Final[Mapping[str, Fact]] = MappingProxyType(
    {
        fact.name: fact
        for fact in (
            _resident("ward", "ward", "text", pattern=TEXT_PATTERN),
            _resident("connection", "connection with Leeds", "choice", ("live", "work", "visit")),
            _resident("segment", "segment", "text"),
            _resident("arm", "group in a trial", "text"),
            _resident("pass_type", "type of pass", "choice", ("adult", "young", "student", "senior", "disabled")),
        )
    }
)
