"""The three ways in which CloudEvents 1.0 come over HTTP (its protocol binding, 1.0.2), read into JSON objects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from app.web.bodies import BATCH_TYPE, media_type, read_json, refuse_encoded
from app.web.faults import BodyTypeUnsupported, BodyUnfit, ParameterInvalid
from app.web.sent import Sent

STRUCTURED_TYPE = "application/cloudevents+json"
BINARY_TYPE = "application/json"
PREFIX = "ce-"
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True)
class SentEvents:
    """`alone`: one event in a mode for one, so that a refusal of it is the answer."""

    events: list[object]
    alone: bool


def read_events(sent: Sent) -> SentEvents:
    """Raises BodyEncoded, BodyTypeUnsupported, BodyMalformed, BodyUnfit or ParameterInvalid."""
    refuse_encoded(sent.headers)
    kind = media_type(sent.content_type)
    if kind == BATCH_TYPE:
        batch = read_json(sent.body)
        if not isinstance(batch, list):
            where = "$"
            raise BodyUnfit(where, "a batch is an array of events")
        return SentEvents(batch, alone=False)
    if kind == STRUCTURED_TYPE:
        return SentEvents([read_json(sent.body)], alone=True)
    if kind in {BINARY_TYPE, ""} and any(name.startswith(PREFIX) for name in sent.headers):
        return SentEvents([_read_binary(sent)], alone=True)
    raise BodyTypeUnsupported(STRUCTURED_TYPE, BATCH_TYPE, f"{BINARY_TYPE} with the event's attributes in ce- headers")


def _read_binary(sent: Sent) -> dict[str, Any]:
    event: dict[str, Any] = {}
    for name, value in sent.headers.items():
        if name.startswith(PREFIX):
            attribute = name.removeprefix(PREFIX)
            if attribute in event:
                raise ParameterInvalid(name, "it came twice")
            event[attribute] = _read_attribute(name, value)
    # In this mode the body is the data and Content-Type its type: neither can be a header of its own.
    for attribute in ("data", "data_base64", "datacontenttype"):
        if attribute in event:
            raise ParameterInvalid(PREFIX + attribute, "in binary mode the body is the data")
    if sent.body:
        event["data"] = read_json(sent.body)
    return event


def _read_attribute(name: str, value: str) -> str:
    """A header's value: unquoted where it is a quoted string, then percent-decoded once, as section 3.1.3.2 asks."""
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        value = _ESCAPED.sub(r"\1", value[1:-1])
    try:
        return unquote_to_bytes(value.encode("latin-1")).decode()
    except UnicodeDecodeError:
        raise ParameterInvalid(name, "it is not UTF-8, percent-encoded") from None
