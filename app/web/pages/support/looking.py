"""Why an officer looks at somebody's account: asked before every look, and sent along with all that follows from it."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.errors import Invalid
from app.identity.queries import OfficerRead
from app.residents.cards import refuse_bank_card_number
from app.residents.desk import Desk, Purpose, PurposeKind
from app.web.api.purposes import LONGEST_NOTE
from app.web.languages import mark
from app.web.pages.whole_forms import WholeForm

PURPOSES = {
    PurposeKind.IN_PERSON: mark("The person is here and asked"),
    PurposeKind.BY_PHONE: mark("The person asked by phone"),
    PurposeKind.BY_LETTER: mark("The person asked by letter"),
    PurposeKind.COMPLAINT: mark("A complaint"),
    PurposeKind.CORRECTION: mark("A correction"),
}


class PurposeNotSaid(Invalid):
    """The form came without a purpose or a note."""

    code = "purpose-not-said"

    def __init__(self) -> None:
        super().__init__(mark("Choose why you look, and say it in a sentence that names nobody."))


@dataclass(frozen=True)
class Visit:
    """Whom it is about, by member number or public id, and why."""

    reference: str
    purpose: Purpose

    def at(self, officer: OfficerRead) -> Desk:
        """The same at this officer's desk."""
        return Desk(officer, self.purpose)


def read_visit(form: WholeForm) -> Visit:
    """Raises PurposeNotSaid or BankCardNumber."""
    return Visit(form.one("reference")[:100], read_purpose(form.one("purpose"), form.one("note")))


def read_purpose(kind: str, note: str) -> Purpose:
    """Raises PurposeNotSaid or BankCardNumber."""
    said = note.strip()
    if kind not in set(PurposeKind) or not said or len(said) > LONGEST_NOTE or not said.isprintable():
        raise PurposeNotSaid
    refuse_bank_card_number(said)
    return Purpose(PurposeKind(kind), said)
