"""What an officer reads in a report in the place of ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.backtest.tallies import Tallies
from rules.document import Rule
from rules.sentence import say_limit
from rules.wording import WINDOWS


def list_names(tallies: Tallies, rules: Sequence[Rule], titles: Mapping[str, str]) -> dict[str, str]:
    """Titles by id, of the rules and campaigns that the report tells of; without those that have none."""
    known = dict(titles) | {rule.id: rule.title["en"] for rule in rules}
    told = set[str]()
    for side in (tallies.before, tallies.after):
        told |= side.rules.keys() | side.campaigns.keys() | {rule for rule, _ in side.limits}
    return {name: known[name] for name in sorted(told & known.keys())}


def say_limit_of(rules: Sequence[Rule], rule: str, name: str) -> str:
    """`limit:resident_rule:day` as "at most 20 points a day per resident"; of two versions that of the later one."""
    _, scope, per = name.split(":")
    rules = list({one.id: one for one in rules}.values())
    mates = {one.campaign for one in rules if one.id == rule} if scope == "resident_campaign" else set[str]()
    found = [
        limit
        for one in rules
        if one.id == rule or one.campaign in mates
        for limit in one.limits
        if (limit.scope, limit.per) == (scope, per)
    ]
    if not found:
        # What is reached stays reached: a goal that does not repeat is a limit that nobody wrote down.
        return f"reached once {WINDOWS[per]}"
    return say_limit(min(found, key=lambda limit: limit.points or 0) if mates else found[-1])
