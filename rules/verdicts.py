"""What a rule did with an event, as a sentence for the resident."""

from rules.document import Rule
from rules.event import Line
from rules.parts import Count, Rate
from rules.reasons import REASONS
from rules.reference import Check
from rules.wording import EVIDENCE, points, shown, wish


def check_sentence(check: Check) -> str:
    """What was needed and what was there."""
    if check.fact == "evidence":
        return f"This must be {EVIDENCE[str(check.wanted)]}."
    needed = f"This counts if the {check.label} {wish(check.fact, check.op, check.wanted, check.unit)}."
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
        case "progress_not_reached" if isinstance(rule.progress, Count):
            window = {"day": "today", "week": "this week", "month": "this month"}.get(rule.progress.per, "so far")
            number = done % needed if rule.progress.repeat else done
            text = f"This is number {number:,} of {needed:,} {window}."
        case "progress_not_reached" if isinstance(rule.effect, Rate):
            text = f"You have {done:,} of the {needed:,} that the next points need."
        case "conditions_not_met" | "not_eligible":
            text = " ".join([REASONS[outcome], *(check_sentence(check) for check in _in_the_way(checks))])
        case _:
            text = REASONS[outcome]
    return f"{title}: {text}"


def _in_the_way(checks: tuple[Check, ...]) -> list[Check]:
    """Those that failed, save alternatives of a choice of which another one passed."""
    chosen = {check.choice for check in checks if check.passed and check.choice is not None}
    return [check for check in checks if not check.passed and check.choice not in chosen]
