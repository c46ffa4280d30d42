"""Named zones that are not there: events nowhere would be in them, and nothing could be published."""

from collections.abc import Iterator

from rules.catalogue import PLACE_FACTS
from rules.conditions import AnyOf, Circle
from rules.document import Rule
from rules.lint.findings import Finding, Surroundings


def find_unknown_zones(rule: Rule, around: Surroundings) -> Iterator[Finding]:
    known = ", ".join(around.zones) or "none yet; rewards load-zones brings them"
    for index, clause in enumerate(rule.when):
        paths = [f"when[{index}].any[{at}]" for at in range(len(clause.any))] if isinstance(clause, AnyOf) else []
        for path, condition in zip(
            paths or [f"when[{index}]"], clause.any if isinstance(clause, AnyOf) else [clause], strict=True
        ):
            if condition.fact not in PLACE_FACTS or condition.op == "has" or isinstance(condition.value, Circle):
                continue
            for name in condition.scalars():
                if name not in around.zones:
                    yield Finding(
                        "unknown_zone",
                        "fault",
                        f"{path}.value",
                        f"There is no zone of the name {name}, so nothing can happen in it.",
                        f"Choose one of the zones that there are ({known}), or draw a circle.",
                    )
