"""The Leeds demonstration, as planned: invented people and organisations, real wards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RESIDENTS = 120
JOINED_DAYS_AGO = 28

WARDS = (
    "Adel & Wharfedale", "Alwoodley", "Ardsley & Robin Hood", "Armley", "Beeston & Holbeck", "Bramley & Stanningley",
    "Burmantofts & Richmond Hill", "Calverley & Farsley", "Chapel Allerton", "Cross Gates & Whinmoor",
    "Farnley & Wortley", "Garforth & Swillington", "Gipton & Harehills", "Guiseley & Rawdon", "Harewood",
    "Headingley & Hyde Park", "Horsforth", "Hunslet & Riverside", "Killingbeck & Seacroft", "Kippax & Methley",
    "Kirkstall", "Little London & Woodhouse", "Middleton Park", "Moortown", "Morley North", "Morley South",
    "Otley & Yeadon", "Pudsey", "Rothwell", "Roundhay", "Temple Newsam", "Weetwood", "Wetherby",
)  # fmt: skip
FIRST_NAMES = (
    "Amara", "Ben", "Chidi", "Dorota", "Ellis", "Fatima", "Grace", "Hamza", "Imogen", "Jack", "Kiran", "Leah",
    "Marek", "Niamh", "Omar", "Priya", "Rosa", "Sam", "Tomasz", "Yusuf",
)  # fmt: skip
LAST_NAMES = (
    "Ackroyd", "Begum", "Carter", "Dyson", "Eastwood", "Farrar", "Greenwood", "Hussain", "Illingworth", "Jagger",
    "Kaur", "Lister", "Murgatroyd", "Nowak", "Okafor", "Patel", "Rhodes", "Sutcliffe", "Thackray", "Whitaker",
)  # fmt: skip

TAPS = "urn:wymetro:taps"
CYCLE_HIRE = "urn:leeds:cycle-hire"
VOLUNTEER_HUB = "urn:leeds:volunteer-hub"
FRIENDS_OF_GROUPS = "urn:leeds:friends-of-groups"
CHECK_IN = "urn:leeds:check-in"


@dataclass(frozen=True)
class PlannedSource:
    """A source and the one machine that sends for it."""

    name: str
    title: str
    evidence: str
    client_id: str
    event_type: str


SOURCES = (
    PlannedSource(TAPS, "Bus and rail taps", "verified", "leeds-buses", "transit.tap"),
    PlannedSource(CYCLE_HIRE, "Leeds bike hire", "verified", "cycle-hire", "cycle.trip"),
    PlannedSource(VOLUNTEER_HUB, "Volunteer hub", "registered_organisation", "volunteer-hub", "volunteer.session"),
    PlannedSource(
        FRIENDS_OF_GROUPS, "Friends-of groups", "registered_organisation", "friends-of-groups", "litter.pick"
    ),
    PlannedSource(CHECK_IN, "Check-in codes", "verified", "check-in", "checkin.scan"),
)
REFERRALS = "urn:leeds:referrals"
"""The scheme's own source: nobody sends for it."""

REFERRED = ((21, 20), (22, 20), (24, 23))
"""Residents by number, and who asked each of them to join."""

TILL_CLIENT = "kirkgate-coffee-till"


@dataclass(frozen=True)
class PlannedCampaign:
    """A campaign and who funds its points."""

    key: str
    title: str
    funder: int
    points: int


CITY_COUNCIL, COMBINED_AUTHORITY = 1, 2
CAMPAIGNS = (
    PlannedCampaign("cmp_get_on_board", "Get on board", COMBINED_AUTHORITY, 500_000),
    PlannedCampaign("cmp_ride_leeds", "Ride Leeds", COMBINED_AUTHORITY, 500_000),
    PlannedCampaign("cmp_give_time", "Give time", CITY_COUNCIL, 500_000),
    PlannedCampaign("cmp_clean_streets", "Clean streets", CITY_COUNCIL, 500_000),
    PlannedCampaign("cmp_drop_in", "Drop in", CITY_COUNCIL, 500_000),
    PlannedCampaign("cmp_waste_less", "Waste less", CITY_COUNCIL, 100_000),
    PlannedCampaign("cmp_move_more", "Move more", CITY_COUNCIL, 100_000),
    PlannedCampaign("cmp_warm_homes", "Warm homes", CITY_COUNCIL, 100_000),
    PlannedCampaign("cmp_safe_homes", "Safe homes", CITY_COUNCIL, 100_000),
    PlannedCampaign("cmp_have_a_say", "Have a say", CITY_COUNCIL, 100_000),
    PlannedCampaign("cmp_bring_a_friend", "Bring a friend", CITY_COUNCIL, 100_000),
)
"""Those from `cmp_waste_less` to `cmp_have_a_say` wait for their sources: their rules are in the book, switched off."""


@dataclass(frozen=True)
class PlannedPartner:
    """`staff` is who redeems there."""

    name: str
    kind: Literal["business", "community_group"]
    place: str
    staff: str


CAFE, LEISURE, BIKES, BOOKS, GROUP = range(5)
PARTNERS = (
    PlannedPartner("Kirkgate Coffee", "business", "Kirkgate, Leeds city centre", "Robin at the counter"),
    PlannedPartner("Aire Valley Leisure Centre", "business", "Hunslet", "Front desk"),
    PlannedPartner("Meanwood Bike Workshop", "business", "Meanwood", "Workshop"),
    PlannedPartner("Headingley Books and Refills", "business", "Headingley", "Till"),
    PlannedPartner("Friends of Roundhay Meadow", "community_group", "Roundhay", "Treasurer"),
)


@dataclass(frozen=True)
class PlannedReward:
    """`partner` is a place in PARTNERS; `stock` None has no limit."""

    partner: int
    title: str
    description: str
    kind: str
    points: int
    cost_pence: int
    adapter: str = "voucher_code"
    stock: int | None = None


REWARDS = (
    PlannedReward(CAFE, "A cup of coffee or tea", "Any size, to drink in or take away.", "food", 60, 60),
    PlannedReward(CAFE, "Toast and a hot drink", "Before eleven in the morning.", "food", 120, 120),
    PlannedReward(LEISURE, "A swim", "One swim in a public session.", "leisure", 150, 150),
    PlannedReward(BIKES, "A bike check", "Brakes, gears and tyres looked at, ten only.", "cycling", 80, 80, stock=10),
    PlannedReward(BIKES, "A puncture repair", "Tube and fitting for one wheel.", "cycling", 140, 140),
    PlannedReward(BOOKS, "A second-hand paperback", "Any one from the shelves by the door.", "shopping", 90, 90),
    PlannedReward(BOOKS, "A bottle of washing-up liquid, refilled", "Bring a bottle of any kind.", "shopping", 70, 70),
    PlannedReward(
        GROUP, "50 points for the meadow", "Goes to the group for seeds and tools.", "donation", 50, 50, "donation"
    ),
)
COFFEE = 0
MEADOW = len(REWARDS) - 1
LIMITED = next(index for index, reward in enumerate(REWARDS) if reward.stock is not None)


@dataclass(frozen=True)
class PlannedOfficer:
    """A person of the council."""

    name: str
    email: str
    role: str


OFFICERS = (
    PlannedOfficer("Asha Whitfield", "asha.whitfield@leeds.example", "editor"),
    PlannedOfficer("Martin Oyelaran", "martin.oyelaran@leeds.example", "approver"),
    PlannedOfficer("Joan Pickersgill", "joan.pickersgill@leeds.example", "auditor"),
    PlannedOfficer("Priya Hargreaves", "priya.hargreaves@leeds.example", "finance"),
    PlannedOfficer("Ruth Akinola", "ruth.akinola@leeds.example", "support"),
    PlannedOfficer("Neil Stott", "neil.stott@leeds.example", "admin"),
    PlannedOfficer("Farida Chowdhury", "farida.chowdhury@leeds.example", "admin"),
)

HOST_ORGANISATION, HOST = "Kirkstall Valley Volunteers", "Maya Firth"


def resident_name(number: int) -> str:
    """The invented name of the resident at this place, each name once."""
    first = FIRST_NAMES[number % len(FIRST_NAMES)]
    return f"{first} {LAST_NAMES[(number + number // len(FIRST_NAMES)) % len(LAST_NAMES)]}"
