"""The tree of refusals that services raise; the web layer alone maps them to RFC 9457 problems.

Refusal                 the request was understood and is declined; facts are attributes, safe to show to the caller
 |- Invalid             something in it is wrong: say what, where, and what to do
 |- NotAllowed          the caller may not do this
 |- NotFound            no such thing, or not this caller's to see
 |- Conflict            the state of things forbids it now
 '- NotReady            something here must be mended first; the same request may succeed later
Misconfigured           the operator must mend a setting before the program can run
TryAgain                the transaction must be rolled back and run again; never leaves `in_transaction`
"""

from __future__ import annotations


class Refusal(Exception):
    """Base of every declined request. `code` is stable and public; `str()` is the sentence for the caller."""

    code: str = "refused"

    def facts(self) -> dict[str, object]:
        """The attributes that go into the problem beside its sentence: JSON values only, nothing personal."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}


class Invalid(Refusal):
    """What was sent is wrong."""

    code = "invalid"


class NotAllowed(Refusal):
    """The caller is known and may not do this."""

    code = "not-allowed"


class NotFound(Refusal):
    """There is no such thing for this caller; the same answer whether it is missing or somebody else's."""

    code = "not-found"


class Conflict(Refusal):
    """Well-formed and allowed, but not in the present state of things."""

    code = "conflict"


class NotReady(Refusal):
    """Nothing is wrong with the request: something of ours must be mended before it can be served."""

    code = "not-ready"


class Misconfigured(Exception):
    """A setting is missing or wrong; `str()` says which and what to do."""


class TryAgain(Exception):
    """Somebody else committed in between: roll back and run the whole service call again."""
