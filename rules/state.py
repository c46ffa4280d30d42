"""What the engine keeps of one resident between events: a few counters, no history."""

from typing import Self

import msgspec

Register = tuple[int, int, int]
Mark = tuple[int, str, str]


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Instants are microseconds since 1970.

    `registers` maps a counter's name to (window, first value, second value): times and points for a limit; a count,
    or a remainder, and an auxiliary day for progress. Only windows that hold the last event are kept.
    `trip_opened_at` is the first boarding of a trip that may still go on; `boardings` maps source and stop to the
    latest boarding that a tap-off might still cancel.
    """

    registers: dict[str, Register] = {}
    trip_opened_at: int | None = None
    boardings: dict[str, int] = {}
    last: Mark | None = None

    def to_bytes(self) -> bytes:
        """MessagePack; equal states give equal bytes."""
        return _ENCODER.encode(self)

    @classmethod
    def from_bytes(cls, body: bytes) -> Self:
        return _DECODER.decode(body)  # type: ignore[return-value] # nobody makes a class of its own of it


_ENCODER = msgspec.msgpack.Encoder(order="deterministic")
_DECODER = msgspec.msgpack.Decoder(State)
