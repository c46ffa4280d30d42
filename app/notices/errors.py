"""Why a choice about notices is declined."""

from __future__ import annotations

from app.core.errors import Conflict


class NoticeWayUnusable(Conflict):
    """The resident signs in by nothing that leads there."""

    code = "notice-way-unusable"

    def __init__(self, *, ways: list[str]) -> None:
        self.ways = ways
        super().__init__("We have no such address of yours. Sign in once by a code sent there, or choose another way.")
