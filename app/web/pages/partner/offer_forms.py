"""The form of a reward: every field read by itself, so that each fault stands beside what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec

from app.offers.proposals.terms import MOST_BLACKOUTS, RewardTerms
from app.web.api.reward_orders import Blackouts, Count, Days, Description, Kind, Price, Title
from app.web.languages import mark
from app.web.pages.whole_forms import WholeForm

WORDS: Mapping[str, tuple[Any, str]] = {
    "title": (Title, mark("Give the reward a name of at most 100 characters")),
    "description": (Description, mark("Say what somebody gets, in at most 500 characters")),
    "kind": (Kind, mark("Say what kind of reward it is, in at most 40 characters")),
}
NUMBERS: Mapping[str, tuple[Any, str]] = {
    "points": (Price, mark("Enter the price in points, a whole number from 1 to 1,000,000")),
    "stock_per_day": (Count | None, mark("Enter a whole number, or leave it empty for no limit a day")),
    "stock": (Count | None, mark("Enter a whole number, or leave it empty for no limit in all")),
    "voucher_days": (Days, mark("Enter for how many days a voucher is good, from 1 to 366")),
}
DAYS_UNFIT = mark("Write each date on a line of its own, for example 25 December 2026; 100 dates at most")
WAYS_TO_WRITE_A_DAY = ("%d %B %Y", "%d %b %Y", "%d/%m/%Y", "%Y-%m-%d")


@dataclass(frozen=True)
class Offer:
    """`facts` by the names of RewardOrder; those that could not be read are in `faults` instead, with why."""

    facts: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def read_offer(form: WholeForm) -> Offer:
    """What was filled in."""
    offer = Offer(facts={"paused": form.one("given") == "no"})
    for name, (kind, fault) in {**WORDS, **NUMBERS}.items():
        written = form.one(name)
        sent = written.replace(",", "") or None if name in NUMBERS else written
        try:
            offer.facts[name] = msgspec.convert(sent, kind, strict=False)
        except msgspec.ValidationError:
            offer.faults[name] = fault
    try:
        days = [_read_day(line) for line in form.one("blackout_on").splitlines() if line.strip()]
        offer.facts["blackout_on"] = msgspec.convert(days, Blackouts)
    except ValueError:
        offer.faults["blackout_on"] = DAYS_UNFIT
    return offer


def fill_in(terms: RewardTerms, *, today: date) -> dict[str, str]:
    """The form as it is shown first; blackout dates that are over are left out."""
    numbers = {name: getattr(terms, name) for name in NUMBERS}
    days = [day for day in terms.blackout_on if day >= today][:MOST_BLACKOUTS]
    return {
        **{name: str(getattr(terms, name)) for name in WORDS},
        **{name: "" if number is None else str(number) for name, number in numbers.items()},
        "blackout_on": "\n".join(f"{day:%-d %B %Y}" for day in days),
        "given": "no" if terms.paused else "yes",
    }


def _read_day(written: str) -> date:
    for way in WAYS_TO_WRITE_A_DAY:
        try:
            return datetime.strptime(written.strip(), way).date()  # noqa: DTZ007 - a date in Leeds
        except ValueError:
            continue
    raise ValueError(written)
