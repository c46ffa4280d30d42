"""One CloudEvent as it was sent: who says what happened, when, to which card; read without touching the database."""

from __future__ import annotations

import re
from datetime import MAXYEAR, UTC, datetime, timedelta
from hashlib import blake2b
from typing import Annotated

import msgspec

from app.core.errors import Refusal
from app.earning.errors import EventInFuture, EventMalformed, EventTooLate, EventTypeUnknown, TypeNotYours
from app.earning.event_types import check_data
from app.identity.queries import Client
from app.residents.cards import parse_subject
from rules.catalogue import EVENT_TYPES

ID_LENGTH = 128
JSON_TYPE = "application/json"
_SOURCE = re.compile(r"urn:[a-zA-Z0-9][a-zA-Z0-9:.\-]{1,78}")
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_DIGEST = msgspec.json.Encoder(order="deterministic")


# Structs, not dataclasses: a batch makes a thousand of each, and a frozen dataclass takes thrice the time.
class Envelope(msgspec.Struct, frozen=True, gc=False):
    """`source` and `id` are sound; everything else is as sent until `read_content` has judged it.

    `instant` is the time, or what was sent in its place. `subject` is in the form that is hashed, or why it is none.
    `digest` (16 bytes) is over type, time, subject and data, so that a repeat is told from a change.
    """

    source: str
    id: str
    raw: dict[str, object]
    instant: object
    subject: str | Refusal
    digest: bytes


class Content(msgspec.Struct, frozen=True, gc=False):
    """What an event says, judged sound."""

    type: str
    happened_at: datetime
    subject: str
    data: dict[str, str | int | bool]


def read_envelope(sent: object) -> Envelope:
    """Raises EventMalformed unless `sent` is an object with a sound source and id."""
    if not isinstance(sent, dict):
        raise EventMalformed("The event", "must be a JSON object")
    source, event_id = sent.get("source"), sent.get("id")
    if not isinstance(source, str) or not _SOURCE.fullmatch(source):
        raise EventMalformed("source", "must be a urn: name of at most 82 letters, digits, colons, dots and hyphens")
    if not isinstance(event_id, str) or not is_sound_id(event_id):
        raise EventMalformed(
            "id", f"must be 1 to {ID_LENGTH} visible characters without spaces or slashes, and not a dot alone"
        )
    instant = _instant_or_raw(sent.get("time"))
    content = (sent.get("type"), instant, sent.get("subject"), sent.get("data"))
    subject = _subject_or_refusal(sent.get("subject"))
    digest = blake2b(_DIGEST.encode(content), digest_size=16).digest()
    return Envelope(source, event_id, sent, instant, subject, digest)


def is_sound_id(event_id: str) -> bool:
    """Whether an event's id can be kept and named in a path: no slash, control or invisible character."""
    return (
        0 < len(event_id) <= ID_LENGTH
        and event_id.isprintable()
        and "/" not in event_id
        and "\\" not in event_id
        and " " not in event_id
        and event_id not in {".", ".."}
    )


def read_content(
    envelope: Envelope, *, client: Client, now: datetime, latest: datetime, late_window: timedelta | None
) -> Content:
    """Judge everything about an event that needs no look-up; raises the first Refusal. No `late_window`: any age."""
    raw = envelope.raw
    if raw.get("specversion") != "1.0":
        raise EventMalformed("specversion", 'must be "1.0"')
    if not _is_json(raw.get("datacontenttype", JSON_TYPE)) or "data_base64" in raw:
        raise EventMalformed("data", "must be JSON (datacontenttype application/json)")
    name = raw.get("type")
    kind = EVENT_TYPES.get(name) if isinstance(name, str) else None
    if kind is None or kind.derived:
        raise EventTypeUnknown
    if kind.name not in client.event_types:
        raise TypeNotYours
    happened_at = envelope.instant
    if not isinstance(happened_at, datetime):
        raise EventMalformed("time", "must be an RFC 3339 time with a zone, such as 2026-09-01T06:41:07Z")
    if happened_at > latest:
        raise EventInFuture
    if late_window is not None and happened_at < now - late_window:
        raise EventTooLate(window_days=late_window.days)
    if isinstance(envelope.subject, Refusal):
        raise envelope.subject
    return Content(kind.name, happened_at, envelope.subject, check_data(kind, raw.get("data")))


def _is_json(written: object) -> bool:
    """Whether a media type is JSON's, whatever its parameters: the data were read with the rest of the event."""
    return written == JSON_TYPE or (isinstance(written, str) and written.partition(";")[0].strip().lower() == JSON_TYPE)


def _subject_or_refusal(written: object) -> str | Refusal:
    try:
        return parse_subject(written)
    except Refusal as refusal:
        return refusal


def _instant_or_raw(written: object) -> object:
    if not isinstance(written, str):
        return written
    try:
        instant = msgspec.convert(written, _Instant)
    except msgspec.ValidationError:
        return written
    try:
        return instant.astimezone(UTC)
    except OverflowError:  # sound, and in UTC before the year 1 or after 9999: too late, or in the future
        return _LAST if instant.year == MAXYEAR else _FIRST
