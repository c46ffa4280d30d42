"""Whether a draft is ready for another officer's eyes: lint, worked examples, and a back-test or forecast."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from app.core.clock import london_date
from app.rulebook.campaign_span import MEND, find_overhang
from app.rulebook.drafting.evidence import FEWEST_DAYS
from app.rulebook.drafting.read_models import DraftRead
from app.rulebook.queries import load_timeline
from rules.clock import LONDON
from rules.document import Example, Rule
from rules.errors import RuleSetRefused
from rules.examples import ExampleResult, explain_example, run_examples
from rules.lint.findings import Finding, Surroundings
from rules.lint.run import lint
from rules.places import NO_ZONES, Zone

CountDays = Callable[[Rule], int]
BACKTEST_NEEDED: Final = (
    "Events of four weeks and more are stored that this rule is about, so a forecast is not enough. Run a back-test."
)


@dataclass(frozen=True)
class Examination:
    """`examples` is empty also when the rule cannot stand beside those that its examples need; a finding says so."""

    findings: tuple[Finding, ...]
    examples: tuple[ExampleResult, ...]

    def list_missing(self, draft: DraftRead, count_days: CountDays) -> tuple[tuple[str, str], ...]:
        """What is to be done before the draft is checked: a code and a sentence each.

        `count_days` says of how many days events that the rule is about are stored. It is asked about forecasts only.
        """
        missing = [("lint-fault", f"{one.sentence} {one.mend}") for one in self.findings if one.severity == "fault"]
        missing += [
            ("example-fails", f"The example “{one.title}” expects {one.expected} points and gets {one.points}.")
            for one in self.examples
            if not one.passed
        ]
        if draft.rule.examples and not self.examples and not missing:
            missing.append(("example-fails", "Its examples cannot be run beside the rules that are in force then."))
        if not draft.rule.examples:
            missing.append(("no-example", "Add a worked example: events, and the points that they earn in all."))
        if not draft.evidence:
            missing.append(("no-evidence", "Run a back-test of this draft, or make a forecast for it."))
        elif all(one.kind == "forecast" for one in draft.evidence) and count_days(draft.rule) >= FEWEST_DAYS:
            missing.append(("backtest-needed", BACKTEST_NEEDED))
        return tuple(missing)


@dataclass(frozen=True)
class ExampleTried:
    """`reasons` says of the first events, in order, what the rule made of each."""

    result: ExampleResult
    reasons: tuple[str, ...]


def examine_rule(session: Session, rule: Rule, *, around: Surroundings, now: datetime) -> Examination:
    """Beside what will be in force when it can begin, as far as is scheduled now, with the zones of that day."""
    beside, zones = _find_beside(session, rule, now)
    findings = lint(rule, beside=beside, around=replace(around, zones=zones)) + _find_dates_apart(session, rule)
    try:
        examples = tuple(run_examples(rule, beside, zones.values()))
    except RuleSetRefused:
        examples = ()
    return Examination(findings, examples)


def _find_dates_apart(session: Session, rule: Rule) -> tuple[Finding, ...]:
    """What scheduling would refuse, told while the draft can still be changed."""
    overhang = find_overhang(session, rule)
    if overhang is None:
        return ()
    return (Finding("leaves_campaign", "fault", overhang.path, overhang.sentence, MEND),)


def try_example(session: Session, rule: Rule, example: Example, *, now: datetime) -> ExampleTried:
    """One example, which need not be among the rule's own. Raises RuleSetRefused where they cannot stand together."""
    beside, zones = _find_beside(session, rule, now)
    (result,) = run_examples(rule.model_copy(update={"examples": (example,)}), beside, zones.values())
    return ExampleTried(result, explain_example(rule, example, beside, zones.values()))


def _find_beside(session: Session, rule: Rule, now: datetime) -> tuple[Sequence[Rule], Mapping[str, Zone]]:
    first_on = max(london_date(now) + timedelta(days=1), rule.validity.start)
    artefact = load_timeline(session).at(LONDON.midnight(first_on))
    return (artefact.rules, artefact.zones) if artefact else ((), NO_ZONES)
