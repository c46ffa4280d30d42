"""What residents write in their own words: complaints, appeals and notes."""

from __future__ import annotations

import re

from app.core.errors import Invalid
from app.residents.cards import refuse_bank_card_number

LONGEST_WORDS = 4000
LONGEST_NOTE = 500
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class WordsUnfit(Invalid):
    """Nothing was written, or too much; `most` is how many characters there may be."""

    code = "words-unfit"

    def __init__(self, sentence: str, *, most: int) -> None:
        super().__init__(sentence)
        self.most = most


def read_words(written: str, *, missing: str, too_long: str, most: int = LONGEST_WORDS) -> str:
    """What was written. Raises WordsUnfit with one of the two sentences, or BankCardNumber."""
    words = _UNSEEN.sub(" ", written.replace("\r\n", "\n")).strip()
    if not words:
        raise WordsUnfit(missing, most=most)
    if len(words) > most:
        raise WordsUnfit(too_long, most=most)
    refuse_bank_card_number(words)
    return words
