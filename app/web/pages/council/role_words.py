"""What each role of an officer lets somebody do, in the words of the pages."""

from __future__ import annotations

from collections.abc import Mapping

from app.web.languages import mark

ROLE_WORDS: Mapping[str, tuple[str, str]] = {
    "editor": (mark("Editor"), mark("Writes rules, campaigns and messages, which others approve")),
    "approver": (mark("Approver"), mark("Approves what others wrote, and decides flagged events")),
    "support": (mark("Support"), mark("Helps residents, at the desk and by telephone, and decides flagged events")),
    "finance": (mark("Finance"), mark("Funds campaigns, agrees contracts and pays partners")),
    "auditor": (mark("Auditor"), mark("Reads who did what, and changes nothing")),
    "admin": (mark("Administrator"), mark("Gives and takes roles together with another, and stops things at once")),
}
"""By role: its name, and a line about it."""
