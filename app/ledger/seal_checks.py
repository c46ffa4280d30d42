"""Recomputes every seal from the entries it covers and says what does not agree; each entry is read once, in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.ledger.kept_seals import KeptSeal
from app.ledger.merkle import MerkleTree
from app.ledger.seal_keys import SealProof
from app.ledger.sealed_entries import END, START, Place, stream_entries
from app.ledger.seals import FIRST, Seal, stream_seals

MOST_FINDINGS = 100
NO_KEY = "The signatures of seals were not checked: set SECRET_KEY, or give --public-key."


@dataclass(frozen=True)
class SealReport:
    """What is wrong, a sentence each; how many seals and entries were looked at, and how many wait to be sealed."""

    findings: tuple[str, ...]
    seals: int
    entries: int
    unsealed: int


def verify_seals(session: Session, *, scheme: str, proof: SealProof | None, kept: Sequence[KeptSeal]) -> SealReport:
    """`kept` are copies from outside the database. Memory stays the same however long the books are."""
    return _Verification(session, scheme=scheme, proof=proof, kept=kept).run()


class _Verification:
    def __init__(self, session: Session, *, scheme: str, proof: SealProof | None, kept: Sequence[KeptSeal]) -> None:
        self._session = session
        self._scheme = scheme
        self._proof = proof
        self._kept = {one.number: one for one in kept}
        self._findings: list[str] = []

    def run(self) -> SealReport:
        entries = stream_entries(self._session, since=START, until=END)
        reader = _Reader(entries)
        last: Seal | None = None
        seals = 0
        for seal in stream_seals(self._session):
            seals += 1
            self._check(seal, last, reader.read_until(seal.until))
            last = seal
        for number in sorted(self._kept):
            self._note(f"Seal {number} is gone: a copy of it is kept outside the database.")
        if seals and self._proof is None:
            self._note(NO_KEY)
        unsealed = reader.read_until(END).leaves
        return SealReport(tuple(self._findings[:MOST_FINDINGS]), seals, reader.entries, unsealed)

    def _check(self, seal: Seal, last: Seal | None, covered: MerkleTree) -> None:
        number, before = (last.number, last.entries) if last else (0, 0)
        if seal.number != number + 1:
            self._note(f"Seal {number + 1} is missing: seal {seal.number} comes after {number}.")
        if last and not seal.until.is_after(last.until.generation, last.until.xid):
            self._note(f"Seal {seal.number} ends before seal {last.number} does.")
        if covered.leaves != seal.entries - before:
            self._note(f"Seal {seal.number}: it covers {seal.entries - before} entries, there are {covered.leaves}.")
        elif covered.root() != seal.root:
            self._note(f"Seal {seal.number}: an entry that it covers is not what was sealed, or not in its place.")
        if seal.head != seal.compute_head(last.head if last else FIRST):
            self._note(f"Seal {seal.number} was changed, or does not follow the seal before it.")
        if self._proof and not self._proof.is_good(statement=seal.state(self._scheme), signature=seal.signature):
            self._note(f"Seal {seal.number} was not signed with this scheme's key.")
        copy = self._kept.pop(seal.number, None)
        if copy is not None and (copy.head, copy.entries) != (seal.head, seal.entries):
            self._note(f"Seal {seal.number} is not the one of which a copy is kept outside the database.")

    def _note(self, sentence: str) -> None:
        self._findings.append(sentence)


class _Reader:
    """Entries in order, one stretch after another."""

    def __init__(self, entries: Iterator[tuple[int, int, int, bytes]]) -> None:
        self._rest = entries
        self._next = next(entries, None)
        self.entries = 0

    def read_until(self, place: Place) -> MerkleTree:
        covered = MerkleTree()
        while self._next is not None and place.is_after(*self._next[:2]):
            covered.add(self._next[3])
            self._next = next(self._rest, None)
        self.entries += covered.leaves
        return covered
