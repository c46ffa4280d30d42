"""The algorithmic transparency record (ATRS): what decides about residents' points, from the rules in force today."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlmodel import Session

from app.core.clock import london_date
from app.core.flag_bounds import FlagBounds
from app.earning.suspicion import FLAGS, tell_bounds
from app.rights.retention import list_retention
from app.rulebook.queries import list_rules

_HEAD: Final = """# Algorithmic transparency record: Smart Leeds Rewards

Made on {today} from the rules in force, by `rewards atrs`.

## Tier 1

**What it is.** Rules, written and approved by officers, that give residents points for actions which operators and
community organisations report. No model is trained, and nothing is learnt from people.

**Why.** The same event is judged the same way for everybody, and every award and refusal explains itself.

**Who decides.** A rule is written by one officer and approved by another. What hardly anybody can have done is held
until a person has looked at it. No computer alone bars anybody or takes back spent points. Appeals go to
another person.

## Tier 2: what is decided

{rules} rules are in force.
"""


def write_transparency_record(session: Session, *, bounds: FlagBounds, now: datetime) -> str:
    """As Markdown, in the order of the Algorithmic Transparency Recording Standard."""
    today = london_date(now)
    in_force = [rule for rule in list_rules(session, at=now) if rule.in_force(today)]
    lines = [_HEAD.format(today=f"{today:%-d %B %Y}", rules=len(in_force))]
    lines += [f"- **{rule.title}** ({rule.key}, version {rule.version}): {rule.sentence}" for rule in in_force]
    lines += ["", "## Tier 2: what is held for a person", ""]
    lines += [f"- {sentence}" for sentence in FLAGS.values()]
    lines += ["", "More than these is held:", "", *(f"- {told}" for told in tell_bounds(bounds))]
    lines += [
        "",
        "## Tier 2: data",
        "",
        "Facts of the events themselves, the resident's ward, connection with Leeds and",
    ]
    lines += ["type of pass. No protected characteristic; no score of a person; no other service's data.", ""]
    lines += [f"- {kind.title}: kept for {kind.days} days" for kind in list_retention(session, now=now)]
    return "\n".join(lines) + "\n"
