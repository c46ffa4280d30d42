"""What is written for the public says what the software does."""

from __future__ import annotations

from pathlib import Path

from app.core.database import Database
from app.core.flag_bounds import FlagBounds
from app.core.secret_store import Secrets
from app.earning.suspicion import FLAGS
from app.residents.purposes import PURPOSES
from app.rights.retention import KINDS
from app.rights.transparency import write_transparency_record
from tests.earning.world import build_world

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_of_retention_has_every_kind_with_its_days() -> None:
    reference = (DOCS / "reference" / "retention.md").read_text(encoding="utf-8")
    told = [f"| `{kind.key}` | {kind.title} | {kind.days} | {kind.least_days} |" for kind in KINDS.values()]
    assert [row for row in told if row not in reference] == []


def test_the_privacy_notice_has_every_purpose_with_its_basis() -> None:
    notice = (DOCS / "explanation" / "privacy-notice.md").read_text(encoding="utf-8")
    bases = {"public_task": "public task", "legal_obligation": "legal obligation", "consent": "your consent"}
    told = [f"| {purpose.title} | {bases[purpose.basis]} |" for purpose in PURPOSES.values()]
    assert [row for row in told if row not in notice] == []


def test_the_transparency_record_has_every_rule_in_force_and_every_flag(
    rolled_back: Database, secrets: Secrets
) -> None:
    world = build_world(rolled_back, secrets, residents=0)
    bounds = FlagBounds(steps_a_day=54_321)
    record = world.database.in_transaction(
        lambda session: write_transparency_record(session, bounds=bounds, now=world.now)
    )
    assert "# Algorithmic transparency record" in record
    assert record.count("version 1): ") > 3
    assert [sentence for sentence in FLAGS.values() if sentence not in record] == []
    assert "54,321 steps" in record
