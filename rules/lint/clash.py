"""Rules that cannot stand beside others, as the check of whole rule sets says it."""

from collections.abc import Iterator, Sequence

from rules.document import Rule
from rules.errors import RuleSetRefused
from rules.lint.findings import Finding
from rules.rule_set import refuse_incoherent


def find_clash(rule: Rule, beside: Sequence[Rule]) -> Iterator[Finding]:
    """What is wrong with the others alone is not laid on the rule.

    Where another rule could not stand beside it, the path is of that one's part: this one's meets it in the same place.
    """
    refusal = _refusal([*beside, rule])
    if refusal is not None and refusal != _refusal(beside):
        name, path, sentence = refusal
        yield Finding(
            "cannot_stand_together",
            "fault",
            path,
            sentence if name == rule.id else f"Beside this rule, {name} could not stand: {sentence}",
            "Change this rule until the sentence holds."
            if name == rule.id
            else f"Change this rule or {name} until the sentence holds.",
        )


def _refusal(rules: Sequence[Rule]) -> tuple[str, str, str] | None:
    try:
        refuse_incoherent(rules)
    except RuleSetRefused as refused:
        return refused.rule, refused.path, refused.sentence
    return None
