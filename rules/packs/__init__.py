"""Rule packs on disk: one folder per city, one file per rule. The only place of the engine that reads files."""

from pathlib import Path
from typing import Final

from rules.document import Rule, read_rule
from rules.errors import DocumentRefused, Fault

LEEDS: Final = Path(__file__).parent / "leeds"


def load_pack(directory: Path) -> tuple[Rule, ...]:
    """The rules in order of their ids. Raises DocumentRefused, each path led by the name of the file."""
    rules = []
    for file in sorted(directory.glob("*.json")):
        try:
            rules.append(read_rule(file.read_bytes()))
        except DocumentRefused as refusal:
            raise DocumentRefused(tuple(Fault(f"{file.name}: {f.path}", f.sentence) for f in refusal.faults)) from None
    return tuple(sorted(rules, key=lambda rule: rule.id))
