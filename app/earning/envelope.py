"""One CloudEvent as it was sent: who says what happened, when, to which card; read without touching the database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
_SOURCE = re.compile(r"urn:[a-zA-Z0-9][a-zA-Z0-9:.\-]{1,78}")
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_DIGEST = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class Envelope:
    """`source` and `id` are sound; everything else is as sent until `read_content` has judged it.

    `digest` (16 bytes) is over type, time, subject and data, so that a repeat is told from a change.
    """

    source: str
    id: str
    raw: dict[str, object]
    digest: bytes

    @property
    def subject(self) -> str | None:
        """The subject in the form that is hashed; None when there is no sound one."""
        try:
            return parse_subject(self.raw.get("subject"))
        except Refusal:
            return None


@dataclass(frozen=True, slots=True)
class Content:
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
    content = (sent.get("type"), _instant_or_raw(sent.get("time")), sent.get("subject"), sent.get("data"))
    return Envelope(source, event_id, sent, blake2b(_DIGEST.encode(content), digest_size=16).digest())


def is_sound_id(event_id: str) -> bool:
    """Whether an event's id can be kept and named in a path: no slash, control or invisible character."""
    return (
        0 < len(event_id) <= ID_LENGTH
        and event_id.isprintable()
        and not any(character in "/\\ " for character in event_id)
        and event_id not in {".", ".."}
    )


def read_content(
    envelope: Envelope, *, client: Client, now: datetime, latest: datetime, late_window: timedelta | None
) -> Content:
    """Judge everything about an event that needs no look-up; raises the first Refusal. No `late_window`: any age."""
    raw = envelope.raw
    if raw.get("specversion") != "1.0":
        raise EventMalformed("specversion", 'must be "1.0"')
    if raw.get("datacontenttype", "application/json") != "application/json" or "data_base64" in raw:
        raise EventMalformed("data", "must be JSON (datacontenttype application/json)")
    name = raw.get("type")
    kind = EVENT_TYPES.get(name) if isinstance(name, str) else None
    if kind is None or kind.derived:
        raise EventTypeUnknown
    if kind.name not in client.event_types:
        raise TypeNotYours
    happened_at = _read_time(raw.get("time"))
    if happened_at > latest:
        raise EventInFuture
    if late_window is not None and happened_at < now - late_window:
        raise EventTooLate(window_days=late_window.days)
    subject = parse_subject(raw.get("subject"))
    return Content(kind.name, happened_at, subject, check_data(kind, raw.get("data")))


def _read_time(written: object) -> datetime:
    instant = _instant_or_raw(written)
    if not isinstance(instant, datetime):
        raise EventMalformed("time", "must be an RFC 3339 time with a zone, such as 2026-09-01T06:41:07Z")
    return instant


def _instant_or_raw(written: object) -> object:
    if not isinstance(written, str):
        return written
    try:
        return msgspec.convert(written, _Instant).astimezone(UTC)
    except (msgspec.ValidationError, OverflowError):
        return written
