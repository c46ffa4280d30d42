"""Every check of the linter, over one rule."""

from collections.abc import Sequence

from rules.document import Rule
from rules.lint.bounds import find_unbounded
from rules.lint.clash import find_clash
from rules.lint.dead import find_dead
from rules.lint.findings import Finding, Surroundings
from rules.lint.first_reward import find_slow
from rules.lint.people import find_left_out
from rules.lint.phones import find_phone_needed
from rules.lint.shadowed import find_shadowed
from rules.lint.work import find_ladder, find_work
from rules.lint.zones import find_unknown_zones


def lint(rule: Rule, *, beside: Sequence[Rule], around: Surroundings) -> tuple[Finding, ...]:
    """Faults first, each kind in the order of the checks; `beside` are the other rules that it will stand with.

    An earlier version of the rule among them is left out: this one takes its place.
    """
    others = sorted((other for other in beside if other.id != rule.id), key=lambda other: other.id)
    found = [
        *find_dead(rule, others),
        *find_shadowed(rule, others),
        *find_clash(rule, others),
        *find_unknown_zones(rule, around),
        *find_unbounded(rule, around),
        *find_work(rule),
        *find_ladder(rule, others),
        *find_phone_needed(rule, others),
        *find_left_out(rule, around),
    ]
    if all(finding.severity != "fault" for finding in found):
        # How soon a rule pays is asked of one that can pay.
        found += find_slow(rule, around)
    return tuple(sorted(found, key=lambda finding: finding.severity != "fault"))
