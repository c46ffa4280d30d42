"""Why an event, or a request about one, is declined. Nothing here repeats what was sent beyond names of members."""

from __future__ import annotations

from datetime import date, datetime

from app.core.clock import write_instant
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound


class EventMalformed(Invalid):
    """Not a CloudEvent 1.0; `where` names the attribute."""

    code = "event-malformed"

    def __init__(self, where: str, wanted: str) -> None:
        self.where = where
        super().__init__(f"{where} {wanted}.")


class EventTypeUnknown(Invalid):
    """Not in the catalogue, or made by the platform only."""

    code = "event-type-unknown"

    def __init__(self) -> None:
        super().__init__("There is no such event type to send. GET /v1/event-types lists them with their schemas.")


class EventInFuture(Invalid):
    """It has not happened yet."""

    code = "event-in-future"

    def __init__(self) -> None:
        super().__init__("The time lies in the future. Check the sender's clock and time zone.")


class EventTooLate(Invalid):
    """It came after the scheme's late window."""

    code = "event-too-late"

    def __init__(self, *, window_days: int) -> None:
        self.window_days = window_days
        super().__init__(f"The time lies more than {window_days} days back, and events are taken for that long only.")


class EventChanged(Conflict):
    """The same source and id were sent before with other content."""

    code = "event-changed"

    def __init__(self) -> None:
        super().__init__(
            "An event with this source and id was recorded with other content. The first one stands; send a new fact "
            "under a new id, or void the first."
        )


class SourceNotYours(NotAllowed):
    """The client is not bound to the source."""

    code = "source-not-yours"

    def __init__(self) -> None:
        super().__init__("This client may not send for this source.")


class TypeNotYours(NotAllowed):
    """The client is not bound to the event type."""

    code = "event-type-not-yours"

    def __init__(self) -> None:
        super().__init__("This client may not send events of this type.")


class BatchTooLarge(Invalid):
    """More events in one request than are taken in one transaction."""

    code = "batch-too-large"

    def __init__(self, *, events: int, most: int) -> None:
        self.events = events
        self.most = most
        super().__init__(f"The batch has {events} events; send at most {most} in one request.")


class EventUnknown(NotFound):
    """No such event, or not for this caller."""

    code = "event-unknown"

    def __init__(self) -> None:
        super().__init__("There is no event with this source and id.")


class VoidTooOld(Conflict):
    """Too long ago for a refold; a person decides."""

    code = "void-too-old"

    def __init__(self, *, happened_at: datetime, window_days: int) -> None:
        self.happened_at = write_instant(happened_at)
        self.window_days = window_days
        super().__init__(
            f"The event happened more than {window_days} days ago. An officer can take its points back by a reversal."
        )


class MissingKindUnknown(Invalid):
    """No source that feeds a rule could send what is said to be missing; `where` is source or type."""

    code = "missing-kind-unknown"

    def __init__(self, where: str) -> None:
        self.where = where
        super().__init__(
            "Nothing of this kind is sent to us. GET /v1/me/sources lists the sources, GET /v1/event-types the types."
        )


class MissingDayUnfit(Invalid):
    """The day lies outside those of which something can still arrive."""

    code = "missing-day-unfit"

    def __init__(self, *, first_on: date, last_on: date) -> None:
        self.first_on, self.last_on = first_on.isoformat(), last_on.isoformat()
        super().__init__(
            f"Choose a day from {first_on} to {last_on}. What happened on other days can't count any more."
        )


class MissingAlreadyReported(Conflict):
    """The same kind on the same day was reported before and is still looked for."""

    code = "missing-already-reported"

    def __init__(self) -> None:
        super().__init__("You have told us about this already. GET /v1/me/missing says how it stands.")


class TooManyMissingReports(Conflict):
    """The resident waits for as many as one may."""

    code = "too-many-missing-reports"

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(f"You are waiting for {most} already, which is as many as we can look for at once.")


class VoidInstead(Conflict):
    """The event is young enough to be voided, which corrects everything that followed from it, too."""

    code = "void-instead"

    def __init__(self, *, window_days: int) -> None:
        super().__init__(f"The event happened in the last {window_days} days. Its source can void it, which is exact.")
        self.window_days = window_days
