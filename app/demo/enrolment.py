"""Enrols whoever rides or taps in an imported file, so that real traffic can be tried: in demonstrations only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.core.errors import Refusal
from app.demo.chance import Chance
from app.demo.plan import FIRST_NAMES, LAST_NAMES, WARDS
from app.residents.cards import CardKeys, parse_subject
from app.residents.queries import find_card_holders
from app.residents.service import enrol_resident, link_card


@dataclass(frozen=True)
class DemoEnrolment:
    """Gives each card of a batch that nobody has enrolled a resident of its own, from `enrolled_at` on."""

    chance: Chance
    keys: CardKeys
    source_id: int
    enrolled_at: datetime
    now: datetime

    def enrol_unknown(self, session: Session, events: Sequence[dict[str, object]]) -> None:
        """Enrol before the events are recorded; a card that is known already stays as it is."""
        hashes = {self.keys.hash_subject(subject): subject for subject in _sound_subjects(events)}
        known = find_card_holders(session, hashes=list(hashes))
        for token_hash in sorted(hashes.keys() - known.keys()):
            name = token_hash.hex()
            resident = enrol_resident(
                session,
                name=f"{self.chance.pick(FIRST_NAMES, 'first', name)} {self.chance.pick(LAST_NAMES, 'last', name)}",
                connection="live",
                ward=self.chance.pick(WARDS, "ward", name),
                enrolled_at=self.enrolled_at,
                now=self.now,
            )
            link_card(
                session,
                resident_id=resident.id,
                subject=hashes[token_hash],
                source_id=self.source_id,
                keys=self.keys,
                enrolled_at=self.enrolled_at,
            )


def _sound_subjects(events: Sequence[dict[str, object]]) -> set[str]:
    """Subjects that intake will accept; it says itself what is wrong with the others."""
    sound = set()
    for event in events:
        try:
            sound.add(parse_subject(event.get("subject")))
        except Refusal:
            continue
    return sound
