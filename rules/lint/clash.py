"""Rules that cannot stand beside others, as the check of whole rule sets says it."""

from collections.abc import Iterator, Sequence

from rules.document import Rule
from rules.errors import RuleSetRefused
from rules.lint.findings import Finding
from rules.parts import Multiply
from rules.rule_set import refuse_incoherent


def find_clash(rule: Rule, beside: Sequence[Rule]) -> Iterator[Finding]:
    """What is wrong with the others alone is not laid on the rule."""
    refusal = _refusal([*beside, rule])
    if refusal is not None and refusal != _refusal(beside):
        name, sentence = refusal
        yield Finding(
            "cannot_stand_together",
            "fault",
            "effect" if isinstance(rule.effect, Multiply) else "limits",
            sentence if name == rule.id else f"Beside this rule, {name} could not stand: {sentence}",
            "Change this rule until the sentence holds."
            if name == rule.id
            else f"Change this rule or {name} until the sentence holds.",
        )


def _refusal(rules: Sequence[Rule]) -> tuple[str, str] | None:
    try:
        refuse_incoherent(rules)
    except RuleSetRefused as refused:
        return refused.rule, refused.sentence
    return None
