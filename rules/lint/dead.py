"""A rule that can never fire. What is called dead is dead: where it cannot be told, nothing is said."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from rules.catalogue import CHALLENGE, Fact
from rules.clock import WEEKDAYS
from rules.coherence import find_challenge
from rules.document import Rule
from rules.lint.findings import Finding
from rules.lint.reach import Clauses, Way, find_ways, ways_of
from rules.lint.reach import facts_of as facts_of_rule
from rules.parts import DistinctDays, Multiply, StreakDays, Unlock, needed_facts
from rules.wording import named

_WEEK_DAYS = 7
# So many times at most does one weekday come in a month.
_WEEKDAY_TIMES_IN_MONTH = 5
_LONGEST_MONTH_DAYS = 31


def find_dead(rule: Rule, beside: Sequence[Rule]) -> Iterator[Finding]:
    """The first reason of each kind; every finding is a fault."""
    about_event, about_resident = facts_of_rule(rule)
    contradictions = [
        *_contradictions("when", rule.when, about_event),
        *_contradictions("who", rule.who, about_resident),
    ]
    yield from contradictions
    yield from _unopened(rule, beside)
    yield from _nothing_to_multiply(rule, beside)
    if not contradictions:
        ways = ways_of(rule)
        days = _find_days(rule, ways)
        yield from _no_quantity(rule, ways)
        if not days:
            yield _dead(
                "day_never_comes",
                "validity",
                "None of the days of the week that the rule asks for comes while it is valid.",
                f"Let the rule be valid for a whole week at least from {rule.validity.start}, or ask for other days.",
            )
        else:
            yield from _too_few_days(rule, ways, days)


def _dead(code: str, path: str, sentence: str, mend: str) -> Finding:
    return Finding(code, "fault", path, sentence, mend)


def _contradictions(part: str, clauses: Clauses, facts: dict[str, Fact]) -> Iterator[Finding]:
    for index in range(len(clauses)):
        if find_ways(clauses[: index + 1], facts):
            continue
        path = f"{part}[{index}]"
        if find_ways(clauses[index : index + 1], facts):
            yield _dead(
                "contradiction",
                path,
                "This condition and those before it never hold at once, so the rule can never pay.",
                "Take one of them out, or put the values that shall count into one list.",
            )
        else:
            yield _dead(
                "impossible",
                path,
                "No value that this fact ever takes meets this condition, so the rule can never pay.",
                "Choose a value within the fact's own range, or take the condition out.",
            )
        return


def _unopened(rule: Rule, beside: Sequence[Rule]) -> Iterator[Finding]:
    if rule.trigger != CHALLENGE:
        return
    wanted = find_challenge(rule.when)
    openers = [
        other for other in beside if isinstance(other.effect, Unlock) and other.effect.challenge == wanted
    ]  # fmt: skip
    if not openers:
        yield _dead(
            "unknown_challenge",
            "when[0].value",
            f"No rule opens the challenge {wanted}, so this rule can never pay.",
            f"Add a rule whose effect opens {wanted}, or name a challenge that one opens.",
        )
        return
    # A circle of challenges ends here: a rule is never looked at beside itself.
    rest = [other for other in beside if other not in openers]
    if all(any(True for _ in find_dead(opener, rest)) for opener in openers):
        yield _dead(
            "challenge_never_opens",
            "when[0].value",
            f"The rule that opens the challenge {wanted}, {named(openers[0])}, can never fire itself.",
            f"Mend {named(openers[0])} first.",
        )


def _nothing_to_multiply(rule: Rule, beside: Sequence[Rule]) -> Iterator[Finding]:
    if not isinstance(rule.effect, Multiply):
        return
    group = rule.effect.group
    members = [
        other
        for other in beside
        if other.stacking is not None and other.stacking.group == group and other.trigger == rule.trigger
    ]
    living = [
        other
        for other in members
        if other.validity.start < rule.validity.until
        and rule.validity.start < other.validity.until
        and not any(True for _ in find_dead(other, ()))
    ]
    if not living:
        yield _dead(
            "nothing_to_multiply",
            "effect.group",
            f"No rule of the group {group} can pay for the same event at the same time, so nothing is multiplied.",
            f"Put a rule about {rule.trigger} into the group {group}, or multiply a group that has one.",
        )


def _no_quantity(rule: Rule, ways: Sequence[Way]) -> Iterator[Finding]:
    for fact in needed_facts(rule.progress, rule.effect):
        if all(max(int(value) for value in way.event[fact]) <= 0 for way in ways):
            yield _dead(
                "nothing_adds_up",
                "progress.fact" if rule.progress else "effect.fact",
                "The conditions let through only events whose quantity is 0, so nothing ever adds up.",
                "Let the conditions take in quantities of at least 1.",
            )
            return


def weekdays_of(ways: Sequence[Way]) -> frozenset[str]:
    return frozenset(str(day) for way in ways for day in way.event.get("local.weekday", WEEKDAYS))


def _find_days(rule: Rule, ways: Sequence[Way]) -> int:
    """How many dates of the validity the rule can count."""
    wanted, start = weekdays_of(ways), rule.validity.start
    weeks, rest = divmod((rule.validity.until - start).days, _WEEK_DAYS)
    return weeks * len(wanted) + sum(_is_wanted(start + timedelta(days=day), wanted) for day in range(rest))


def _is_wanted(on: date, weekdays: frozenset[str]) -> bool:
    return WEEKDAYS[on.weekday()] in weekdays


def _too_few_days(rule: Rule, ways: Sequence[Way], days: int) -> Iterator[Finding]:
    progress, weekdays = rule.progress, weekdays_of(ways)
    if isinstance(progress, DistinctDays):
        most = _most_days(progress, len(weekdays), days)
        if most is not None and progress.reach > most:
            yield _dead(
                "too_few_days",
                "progress.reach",
                f"{progress.reach} different days are asked for, and at most {most} can count.",
                f"Ask for {most} days or fewer, or count over a longer time.",
            )
    elif isinstance(progress, StreakDays) and not _can_streak(rule, progress, weekdays):
        yield _dead(
            "streak_too_long",
            "progress.reach",
            f"{progress.reach} days in a row with {progress.grace_days} missed never come: the days of the week that "
            f"count, or the {days} days that can count in all, do not hold them.",
            "Ask for a shorter streak, allow more missed days, or let the rule be valid on more days.",
        )


def _most_days(progress: DistinctDays, weekdays: int, days: int) -> int | None:
    """None where nothing bounds it. Only progress over the validity begins anew with each rule and version."""
    match progress.per:
        case "day":
            return 1
        case "week":
            return weekdays
        case "month":
            return min(weekdays * _WEEKDAY_TIMES_IN_MONTH, _LONGEST_MONTH_DAYS)
        case "validity":
            return days
        case _:
            return None


def _can_streak(rule: Rule, streak: StreakDays, weekdays: frozenset[str]) -> bool:
    for first in range(min(_WEEK_DAYS, (rule.validity.until - rule.validity.start).days)):
        on, counted, missed = rule.validity.start + timedelta(days=first), 0, 0
        while on < rule.validity.until and counted < streak.reach and missed <= streak.grace_days:
            wanted = _is_wanted(on, weekdays)
            counted, missed = counted + wanted, missed + (not wanted)
            on += timedelta(days=1)
        if counted >= streak.reach and missed <= streak.grace_days:
            return True
    return False
