"""Codes that people read aloud and type: Crockford's base 32 (https://www.crockford.com/base32.html), no I, L, O, U."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS_A_CHARACTER = 5
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", " ": "", "-": "", "\t": "", "\n": "", "\r": ""})
# What phones and word processors make of a hyphen or a space.
_READ_AS |= str.maketrans(dict.fromkeys("\u00a0\u2009\u202f\u2010\u2011\u2012\u2013\u2014\u2212", ""))


def read_code(written: str) -> str:
    """The code, however it was typed: case, spaces and hyphens do not matter, O is read as 0, I and L as 1."""
    return written.upper().translate(_READ_AS)


def draw_code(characters: int) -> str:
    """A random code, five bits a character, in two halves with a hyphen between."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(characters))
    return f"{drawn[: characters // 2]}-{drawn[characters // 2 :]}"
