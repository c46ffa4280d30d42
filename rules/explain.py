"""Why an event earned what it earned: recomputed from the events, never remembered, so that it always adds up."""

import dataclasses
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from msgspec.structs import replace

from rules.artefact import Artefact, Timeline
from rules.catalogue import LOCATION
from rules.clock import Moment, to_micros
from rules.coherence import find_challenge
from rules.document import Rule
from rules.event import Event, Key, Outcome, Verdict
from rules.fold import replay
from rules.reasons import say_reasons
from rules.reference import Check, all_hold, check_event, check_resident, in_force
from rules.trips import TAP, TRIP
from rules.verdicts import check_sentence, rule_sentence
from rules.wording import points


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """`done` of `needed` is the progress after the event, if the rule has any and the event counted."""

    rule: str
    version: int
    title: str
    outcome: str
    checks: tuple[Check, ...]
    done: int
    needed: int
    asked: int
    got: int
    limited_by: str | None
    sentence: str
    machine_sentence: str

    def to_data(self, *, for_machine: bool) -> dict[str, object]:
        """JSON-able. A machine learns neither a fact of the resident nor that one of them was in the way."""
        hidden = for_machine and self.outcome == "not_eligible"
        return {
            "rule": self.rule,
            "version": self.version,
            "title": self.title,
            "outcome": "conditions_not_met" if hidden else self.outcome,
            "checks": [_check_data(check) for check in (self._for_machine if for_machine else _blur(self.checks))],
            "progress": {"done": self.done, "needed": self.needed} if self.needed else None,
            "asked": self.asked,
            "got": self.got,
            "limited_by": self.limited_by,
            "sentence": self.tell(for_machine=for_machine),
        }

    @property
    def _for_machine(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.personal)

    def tell(self, *, for_machine: bool) -> str:
        return self.machine_sentence if for_machine else self.sentence


@dataclass(frozen=True, slots=True)
class Explanation:
    """`points` is the sum of what the rules got. `reasons` are those of the event's outcome."""

    key: Key
    type: str
    points: int
    reasons: tuple[str, ...]
    rules: tuple[RuleExplanation, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """For the resident: what came of it first, then each rule that has something to say about it."""
        return (_headline(self.points, self.reasons), *(rule.sentence for rule in self._telling))

    @property
    def _telling(self) -> tuple[RuleExplanation, ...]:
        """Why rules were not about an event is worth telling if it earned nothing; else it hides what it earned."""
        if not self.points:
            return self.rules
        return tuple(rule for rule in self.rules if rule.outcome not in ("conditions_not_met", "not_eligible"))

    def to_data(self, *, for_machine: bool) -> dict[str, object]:
        """JSON-able; `for_machine` leaves out every fact of the resident."""
        happened_at, source, event_id = self.key
        hidden = {"not_eligible": "conditions_not_met"} if for_machine else {}
        reasons = [hidden.get(reason, reason) for reason in self.reasons]
        rules = [rule.to_data(for_machine=for_machine) for rule in self.rules]
        return {
            "source": source,
            "id": event_id,
            "type": self.type,
            "happened_at": happened_at.isoformat().replace("+00:00", "Z"),
            "points": self.points,
            "reasons": reasons,
            "rules": rules,
            "sentences": [
                _headline(self.points, reasons),
                *(rule.tell(for_machine=for_machine) for rule in self._telling),
            ],
        }


def _headline(earned: int, reasons: Collection[str]) -> str:
    if earned:
        return f"This earned {points(earned)}."
    return " ".join(["This earned no points.", *say_reasons(reasons)])


def explain(timeline: Timeline, events: Iterable[Event], key: Key, remaining: dict[str, int] | None) -> Explanation:
    """`events` are all of the resident's up to the one at `key`, and any later taps of the same trip.

    `remaining` is not changed. Raises LookupError when no event has the key.
    """
    ordered = sorted(events, key=lambda event: event.key)
    index = next((at for at, event in enumerate(ordered) if event.key == key), None)
    if index is None:
        message = "no event has this key"
        raise LookupError(message)
    event = ordered[index]
    outcome = replay(timeline, ordered, None if remaining is None else dict(remaining)).outcomes[index]
    artefact = timeline.at(event.happened_at)
    kind = TRIP if event.type == TAP else event.type
    rules: tuple[RuleExplanation, ...] = ()
    if artefact is not None and outcome.seen:
        rules = tuple(_explain_rules(artefact, kind, event, outcome))
    return Explanation(event.key, event.type, outcome.points, outcome.reasons, rules)


def _explain_rules(artefact: Artefact, kind: str, event: Event, outcome: Outcome) -> Iterator[RuleExplanation]:
    """Rules about the event, then those about the challenges that it unlocked."""
    moment = artefact.program.clock.moment(to_micros(event.happened_at))
    verdicts = {artefact.rules[verdict.plan].id: verdict for verdict in outcome.verdicts}
    judged = [(rule, event) for rule in artefact.rules if rule.trigger == kind and in_force(rule, moment)]
    for emitted in outcome.emits:
        unlocked = replace(event, type=emitted.type, data=emitted.data)
        judged += [
            (rule, unlocked)
            for rule in artefact.rules
            if rule.trigger == emitted.type
            and find_challenge(rule.when) == emitted.data["challenge"]
            and in_force(rule, moment)
        ]
    for rule, seen in judged:
        yield _explain_rule(rule, seen, moment, artefact, verdicts.get(rule.id))


def _explain_rule(
    rule: Rule, event: Event, moment: Moment, artefact: Artefact, verdict: Verdict | None
) -> RuleExplanation:
    about_event, about_resident = check_event(rule, event, moment, artefact.zones), check_resident(rule, event)
    if verdict is None:
        outcome = "not_eligible" if all_hold(about_event) else "conditions_not_met"
    else:
        outcome = verdict.outcome
    done, needed = (verdict.done, verdict.needed) if verdict else (0, 0)
    line = verdict.line if verdict else None
    checks = tuple(chain(about_event, about_resident))
    public = "conditions_not_met" if outcome == "not_eligible" else outcome
    return RuleExplanation(
        rule=rule.id,
        version=rule.version,
        title=rule.title["en"],
        outcome=outcome,
        checks=checks,
        done=done,
        needed=needed,
        asked=line.asked if line else 0,
        got=line.got if line else 0,
        limited_by=line.limited_by if line else verdict.limited_by if verdict else None,
        sentence=rule_sentence(rule, outcome, _blur(checks), done, needed, line),
        machine_sentence=rule_sentence(rule, public, about_event, done, needed, line),
    )


_EXACT: Final = frozenset({"local.time", "stop", LOCATION})
"""Facts of an event that say when or where somebody was. A machine has sent them; people see day and mode."""


def _blur(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    """The checks as people may read them: what was asked of these facts, and not what they were."""
    return tuple(dataclasses.replace(check, told=False) if check.fact in _EXACT else check for check in checks)


def _check_data(check: Check) -> dict[str, object]:
    wanted = list(check.wanted) if isinstance(check.wanted, tuple) else check.wanted
    return {
        "fact": check.fact,
        "op": check.op,
        "wanted": wanted,
        "actual": check.actual if check.told else None,
        "passed": check.passed,
        "reason": "not_known" if check.actual is None else None,
        "choice": check.choice,
        "personal": check.personal,
        "sentence": check_sentence(check),
    }
