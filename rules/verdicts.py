"""What a rule did with an event, as a sentence for the resident."""

from rules.catalogue import EVENT_TYPES
from rules.document import Rule
from rules.event import Line
from rules.parts import Community, Count, DistinctDays, Multiply, Rate, Sequence, StreakDays, Sum
from rules.reasons import REASONS
from rules.reference import Check
from rules.wording import EVIDENCE, minutes, points, shown, wish


def check_sentence(check: Check) -> str:
    """What was needed and what was there."""
    if check.fact == "evidence":
        return f"This must be {EVIDENCE[str(check.wanted)]}."
    needed = f"This counts if the {check.label} {wish(check.fact, check.op, check.wanted, check.unit)}."
    if not check.told:
        return needed
    actual = REASONS["not_known"] if check.actual is None else f"It is {shown(check.fact, check.actual, check.unit)}."
    return f"{needed} {actual}"


def rule_sentence(
    rule: Rule, outcome: str, checks: tuple[Check, ...], done: int, needed: int, line: Line | None
) -> str:
    title = rule.title["en"]
    match outcome:
        case "awarded" if line is not None:
            text = f"{points(line.got)}."
            if line.limited_by is not None:
                why = "budget_spent" if line.limited_by == "budget" else "limit_reached"
                text = f"{points(line.got)} of {line.asked:,}. {REASONS[why]}"
        case "progress_not_reached":
            text = _so_far(rule, done, needed)
        case "conditions_not_met" | "not_eligible":
            text = " ".join([REASONS[outcome], *(check_sentence(check) for check in _in_the_way(checks))])
        case _:
            text = REASONS[outcome]
    return f"{title}: {text}"


_NOW = {"day": " today", "week": " this week", "month": " this month"}


def _so_far(rule: Rule, done: int, needed: int) -> str:  # noqa: PLR0911 - one sentence a kind
    if isinstance(rule.effect, Rate):
        return f"You have {done:,} of the {needed:,} that the next points need."
    if isinstance(rule.effect, Multiply):
        return f"You have {done:,} of the {needed:,} hundredths that the next point needs."
    match rule.progress:
        case Sequence() as following:
            before = EVENT_TYPES[following.after].happening
            return f"It did not come within {minutes(following.within_minutes)} after a resident {before}."
        case Community() as goal:
            what = _amounts(rule, goal.fact, done, needed)
            return f"Together you have {what}{_NOW.get(goal.per, ' so far')}."
        case StreakDays():
            return f"This is day {done:,} of {needed:,} in a row."
        case DistinctDays() as goal:
            return f"This is day {_round(done, needed, goal.repeat):,} of {needed:,}{_NOW.get(goal.per, ' so far')}."
        case Sum() as goal:
            what = _amounts(rule, goal.fact, done % needed if goal.repeat else done, needed)
            return f"You have {what}{_NOW.get(goal.per, ' so far')}."
        case Count() as goal:
            number = done % needed if goal.repeat else done
            return f"This is number {number:,} of {needed:,}{_NOW.get(goal.per, ' so far')}."
        case _:
            return REASONS["progress_not_reached"]


def _round(done: int, needed: int, repeats: bool) -> int:  # noqa: FBT001 - read with its name one line above
    """Counted from the latest award on; a later event of the day that completed a round is still its last day."""
    return (done - 1) % needed + 1 if repeats else done


def _amounts(rule: Rule, name: str | None, done: int, needed: int) -> str:
    fact = EVENT_TYPES[rule.trigger].find_fact(name) if name is not None else None
    if fact is None:
        return f"{done:,} of {needed:,}"
    return f"{done:,} of {shown(fact.name, needed, fact.unit)}"


def _in_the_way(checks: tuple[Check, ...]) -> list[Check]:
    """Those that failed, save alternatives of a choice of which another one passed."""
    chosen = {check.choice for check in checks if check.passed and check.choice is not None}
    return [check for check in checks if not check.passed and check.choice not in chosen]
