"""Whether rules can stand together. Beyond names, it sees to it that more effort never earns less across rules."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final, TypeAlias

from rules.catalogue import CHALLENGE
from rules.clock import WEEKDAYS, Per, nested
from rules.coherence import find_challenge, progress_window
from rules.document import Rule, Validity
from rules.errors import RuleSetRefused
from rules.event import EVIDENCE
from rules.parts import Multiply, Unlock
from rules.wording import named

_MONDAY: Final = WEEKDAYS.index("monday")
Misfit: TypeAlias = tuple[str, str, str]
"""The rule that should change, the path of its part, and a sentence."""


def refuse_incoherent(rules: Sequence[Rule]) -> None:
    """Raises RuleSetRefused, naming the rule that should change."""
    for rule, path, sentence in _find_faults(rules):
        raise RuleSetRefused(rule, sentence, next(named(one) for one in rules if one.id == rule), path)


def _find_faults(rules: Sequence[Rule]) -> Iterator[Misfit]:
    yield from _clashes(rules)
    yield from _crossing_campaigns(rules)
    for rule in rules:
        if isinstance(rule.effect, Multiply):
            yield from _misfits_of_multiplier(rule, rule.effect.group, rules)
    yield from _challenges(rules)


def _clashes(rules: Sequence[Rule]) -> Iterator[Misfit]:
    for name, times in Counter(rule.id for rule in rules).items():
        if times > 1:
            yield name, "version", "Only one version of a rule can be in force."
    modes: dict[str, str] = {}
    for rule in rules:
        if rule.stacking and modes.setdefault(rule.stacking.group, rule.stacking.mode) != rule.stacking.mode:
            yield rule.id, "stacking.mode", "The rules of one stacking group are all best or all sum."


def windows_of(rule: Rule) -> set[Per]:
    """Every window over which the rule counts: progress, and limits of its own and of the household."""
    windows: set[Per] = {limit.per for limit in rule.limits if limit.scope != "resident_campaign"} - {"event"}
    window = progress_window(rule.progress)
    return windows if window is None else windows | {window}


def _campaign_windows(rules: Sequence[Rule], campaign: str) -> set[Per]:
    return {
        limit.per
        for rule in rules
        for limit in rule.limits
        if rule.campaign == campaign and limit.scope == "resident_campaign" and limit.per != "event"
    }


def _crossing_campaigns(rules: Sequence[Rule]) -> Iterator[Misfit]:
    """What any rule of a campaign pays counts towards its limits, so their windows hold those of all its rules."""
    for rule in rules:
        limits = _campaign_windows(rules, rule.campaign)
        if any(not nested(window, limit) for window in windows_of(rule) for limit in limits):
            sentence = "A campaign's limits hold at least as long as those of each of its rules, and around them."
            yield rule.id, "limits", sentence
        if any(not nested(one, other) and not nested(other, one) for one, other in combinations(sorted(limits), 2)):
            yield rule.id, "limits", "A campaign is not limited by both week and month: they cross."


def _misfits_of_multiplier(multiplier: Rule, group: str, rules: Sequence[Rule]) -> Iterator[Misfit]:
    """What is multiplied may move to an earlier event, where it must be multiplied just as much."""
    limits: set[Per] = {limit.per for limit in multiplier.limits}
    for rule in rules:
        if rule.stacking is None or rule.stacking.group != group or rule.trigger != multiplier.trigger:
            continue
        if rule.source != multiplier.source or not _meets(rule, multiplier):
            yield (
                multiplier.id,
                "source" if rule.source != multiplier.source else "evidence",
                f"It does not multiply all that {named(rule)} pays: another source, or stricter evidence.",
            )
        if _campaign_windows(rules, rule.campaign):
            yield (
                rule.id,
                "stacking",
                f"{named(multiplier)} multiplies it, so its campaign's limit would let small awards displace it.",
            )
        if any(not nested(window, limit) for window in windows_of(rule) for limit in limits):
            sentence = f"Its limits hold at least as long as those of {named(rule)}, which it multiplies."
            yield multiplier.id, "limits", sentence
        if not all(_lies_whole(window, rule.validity, multiplier.validity) for window in windows_of(rule)):
            yield (
                multiplier.id,
                "validity",
                f"It begins and ends with whole windows of {named(rule)}, which it multiplies.",
            )


def _meets(rule: Rule, other: Rule) -> bool:
    """Whether whatever is well enough proven for `rule` is so for `other`."""
    return EVIDENCE.index(rule.evidence) >= EVIDENCE.index(other.evidence)


def _lies_whole(window: Per, inner: Validity, outer: Validity) -> bool:
    """Whether each window in which a rule of validity `inner` pays lies wholly within `outer` or without."""
    cuts = [
        on
        for on in (outer.start, outer.until)
        if inner.start < on < inner.until
    ]  # fmt: skip
    match window:
        case "day":
            return True
        case "week":
            return all(on.weekday() == _MONDAY for on in cuts)
        case "month":
            return all(on.day == 1 for on in cuts)
        case _:
            return not cuts


def _challenges(rules: Sequence[Rule]) -> Iterator[Misfit]:
    opened: dict[str, Rule] = {}
    for rule in rules:
        if isinstance(rule.effect, Unlock) and opened.setdefault(rule.effect.challenge, rule) is not rule:
            yield rule.id, "effect.challenge", f"{named(opened[rule.effect.challenge])} opens this challenge already."
    for rule in rules:
        opener = opened.get(find_challenge(rule.when) or "") if rule.trigger == CHALLENGE else None
        if opener is None:
            continue
        if rule.source != opener.source or not _meets(opener, rule):
            sentence = f"It is fed by what {named(opener)} is fed by: the same source, and no stricter evidence."
            yield rule.id, "source" if rule.source != opener.source else "evidence", sentence
        if rule.validity.start > opener.validity.start or rule.validity.until < opener.validity.until:
            yield rule.id, "validity", f"It is in force for as long as {named(opener)}, which opens its challenge."
        if any(not nested(window, other) for window in windows_of(opener) for other in windows_of(rule)):
            sentence = f"Its windows hold at least as long as those of {named(opener)}, which opens its challenge."
            yield rule.id, "limits", sentence
    yield from _circles(opened)


def _circles(opened: dict[str, Rule]) -> Iterator[Misfit]:
    """Each challenge is opened by one rule, which is about at most one challenge: following them back must end."""
    for rule in opened.values():
        seen = {rule.id}
        before = _opener_before(rule, opened)
        while before is not None and before.id not in seen:
            seen.add(before.id)
            before = _opener_before(before, opened)
        if before is not None:
            yield rule.id, "effect.challenge", "Challenges that open each other in a circle would never end."


def _opener_before(rule: Rule, opened: dict[str, Rule]) -> Rule | None:
    return opened.get(find_challenge(rule.when) or "") if rule.trigger == CHALLENGE else None
