"""The last thing before a line is logged: what has the name or the look of a secret or of a person goes.

Nothing should get this far; the log calls name what they log. This is for the day on which one does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

REDACTED = "[redacted]"
DEEPEST = 6
LONGEST = 4096

OURS = frozenset({"request_id", "timestamp", "level"})
"""What the log itself puts on each line."""

_SECRET_NAMES = re.compile(
    r"(?:^|_)(?:authorization|cookie|csrf|password|passphrase|secret|token|assertion|jwt|pem|api_?key|signing_key"
    r"|secret_key|private_key|database_url|redis_url|email|e_mail|name|postcode|address|phone|mobile|card|subject|uprn"
    r"|member|birth\w*)(?:s|_hash)?$",
    re.IGNORECASE,
)
# By their look, wherever they stand: told by tests one by one.
_LOOKS = re.compile(
    r"eyJ[\w-]{8,}(?:\.[\w-]+)*"  # a JWT
    r"|\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}"
    r"|-----BEGIN [A-Z ]+-----.*"
    r"|(?<=://)[^/\s:@]*:[^/\s@]*(?=@)"  # a password in an address
    r"|[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    r"|\b(?:card|member|link):[\w.~-]+"  # whose event it is
    r"|\b(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{32,}"  # random text
    r"|\b[0-9A-HJKMNP-TV-Z]{4,5}-[0-9A-HJKMNP-TV-Z]{4,5}\b"  # a code of ours
    r"|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b"  # a postcode
    r"|(?<![\d.])(?:\d[ -]?){12,18}\d(?![\d.])"  # a card number
    r"|(?<!\d)(?:\+44|0)[ ]?7\d{3}[ ]?\d{6}(?!\d)",  # a mobile number
    re.DOTALL,
)


def redact_line(_: object, __: str, line: Mapping[str, Any]) -> dict[str, Any]:
    """The processor for structlog."""
    return {
        redact_text(name): value if name in OURS else _redact_member(name, value, DEEPEST)
        for name, value in line.items()
    }


def redact_text(text: str) -> str:
    """The text without what looks like a secret or a person."""
    return _LOOKS.sub(REDACTED, text[:LONGEST])


def _redact_member(name: object, value: object, depth: int) -> object:
    if isinstance(name, str) and _SECRET_NAMES.search(name) and not isinstance(value, bool | None):
        return REDACTED
    return _redact(value, depth)


def _redact(value: object, depth: int) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth == 0:
        return REDACTED
    if isinstance(value, Mapping):
        return {redact_text(str(name)): _redact_member(name, one, depth - 1) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redact(one, depth - 1) for one in value]
    return redact_text(value if isinstance(value, str) else type(value).__name__)
