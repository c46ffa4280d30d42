"""A rule part by part, in the words of its sentence, for people who look at two versions beside each other."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from rules.catalogue import EVENT_TYPES, RESIDENT_FACTS
from rules.document import Rule
from rules.sentence import Titles, event_facts, say_amount, say_clause, say_day, say_goal, say_group, say_limit
from rules.wording import EVIDENCE, points

Lines = tuple[str, ...]


TOLD: Final = (
    *("title", "basis", "campaign", "validity", "trigger", "source", "evidence", "when", "who", "progress", "effect"),
    *("stacking", "limits", "examples"),
)
"""Every member of the document but its id and its version."""

_NAMES: Final = ("title", "campaign", "source")


def tell_rule(rule: Rule, titles: Titles) -> Mapping[str, Lines]:
    """What stands in each member of TOLD, a line for each thing; no line where there is nothing.

    Members that differ are told differently, but for the events of worked examples.
    """
    facts = event_facts(rule)
    last = rule.validity.until - timedelta(days=1)
    told: dict[str, Lines] = {
        "title": tuple(text if code == "en" else f"{code}: {text}" for code, text in rule.title.items()),
        "basis": (rule.basis,),
        "campaign": (titles.get(rule.campaign, rule.campaign),),
        "validity": (f"{say_day(rule.validity.start)} to {say_day(last)}",),
        "trigger": (EVENT_TYPES[rule.trigger].title,),
        "source": (titles.get(rule.source, rule.source),),
        "evidence": (EVIDENCE[rule.evidence],),
        "when": tuple(say_clause(clause, facts, "the") for clause in rule.when),
        "who": tuple(f"residents {say_clause(clause, dict(RESIDENT_FACTS), 'whose')}" for clause in rule.who),
        "progress": (say_goal(rule, rule.progress, facts, titles),) if rule.progress else (),
        "effect": (say_amount(rule.effect, facts),),
        "stacking": (say_group(rule.stacking),) if rule.stacking else (),
        "limits": tuple(say_limit(limit) for limit in rule.limits),
        "examples": tuple(f"{one.title}: {points(one.expect.points)}" for one in rule.examples),
    }
    assert tuple(told) == TOLD, "every member is told"
    return {
        member: lines if member in _NAMES else tuple(line[:1].upper() + line[1:] for line in lines)
        for member, lines in told.items()
    }
