"""Joining: somebody who has proved a way in gets an account, and this way into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from app.core.errors import Invalid
from app.core.ids import public_id
from app.identity.logins import SealedProof, Side, bind_login
from app.residents.cards import has_bank_card_number
from app.residents.consents import say_consent
from app.residents.noting import note_change
from app.residents.places.errors import PostcodeMalformed
from app.residents.places.layouts import normalise_postcode
from app.residents.queries import ResidentRead
from app.residents.service import enrol_resident

LONGEST_NAME = 100
CONNECTIONS = ("live", "work", "visit")


class JoiningUnfit(Invalid):
    """What somebody wrote to join; `faults` has a sentence for each field that is wrong."""

    code = "joining-unfit"

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(" ".join(f"{sentence}." for sentence in faults.values()))
        self.faults = faults


@dataclass(frozen=True)
class Joining:
    """As it was written; `terms_version` is what was accepted, empty for nothing.

    `said` is yes or no by purpose. Who says nothing about one has not consented to it, and nothing is recorded.
    """

    name: str
    connection: str
    postcode: str
    of_age: bool
    terms_version: str
    said: Mapping[str, bool] = field(default_factory=dict)


def join_scheme(session: Session, *, joining: Joining, login: SealedProof, now: datetime) -> ResidentRead:
    """A new account with an empty wallet, which `login` opens. The postcode gives the ward and is not kept.

    Raises JoiningUnfit, TermsUnknown, TermsReplaced, LoginTaken, PurposeUnknown or PurposeNeedsNoConsent.
    """
    _check(joining)
    resident = enrol_resident(
        session,
        name=joining.name.strip(),
        connection=joining.connection,
        ward=None,
        enrolled_at=now,
        now=now,
        postcode=joining.postcode.strip() or None,
        terms_version=joining.terms_version,
    )
    note_change(session, resident=resident, act="person.opened", now=now)
    for purpose, given in joining.said.items():
        say_consent(session, resident=resident, purpose=purpose, given=given, now=now)
    bind_login(session, side=Side.RESIDENT, sealed=login, person=public_id("res", resident.public_id), now=now)
    return resident


def _check(joining: Joining) -> None:
    """Everything that is wrong at once, in the order of the page."""
    faults, name = {}, joining.name.strip()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME or has_bank_card_number(name):
        faults["name"] = f"Enter the name you would like to be called, up to {LONGEST_NAME} characters"
    if joining.connection not in CONNECTIONS:
        faults["connection"] = "Choose whether you live, work or study in Leeds, or visit"
    if joining.postcode.strip():
        try:
            normalise_postcode(joining.postcode)
        except PostcodeMalformed:
            faults["postcode"] = "Enter a full UK postcode like LS1 4AP, or leave it out"
    if not joining.of_age:
        faults["of_age"] = "You can join if you are 18 or over. Tick the box to confirm that you are"
    if not joining.terms_version:
        faults["terms"] = "To join, read the terms and tick the box to accept them"
    if faults:
        raise JoiningUnfit(faults)
