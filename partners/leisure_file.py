"""A pass that a leisure operator learns of from a nightly file, because it offers nothing to call.

What is promised is one small file in `waiting/`; the nightly file takes them all and moves them to `sent/`. From then
on the operator's gate lets the member in, and the promise can't be taken back.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from partners.entitlements import SENT, WAITING, write_whole
from partners.interface import (
    MEMBER_NEEDED,
    Delivery,
    Issued,
    IssueRequest,
    PartnerRefused,
    Standing,
)


class LeisureFile:
    """`folder` is kept from restart to restart, and closed to others: it holds members' numbers."""

    name = "leisure_file"
    local = False
    delivery = Delivery.SETTLED

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self, request: IssueRequest) -> None:
        if request.member is None:
            raise PartnerRefused(MEMBER_NEEDED)

    def issue(self, request: IssueRequest) -> Issued:
        self.check(request)
        if self.look_up(request) is Standing.UNKNOWN:
            written = {
                "reference": request.reference.hex,
                "member": request.member,
                "days": request.pass_days,
                "title": request.reward,
            }
            write_whole(self._folder / WAITING / f"{request.reference.hex}.json", msgspec.json.encode(written))
        return Issued(partner_reference=request.reference.hex)

    def look_up(self, request: IssueRequest) -> Standing:
        name = f"{request.reference.hex}.json"
        known = any((self._folder / place / name).exists() for place in (WAITING, SENT))
        return Standing.USED if known else Standing.UNKNOWN

    def cancel(self, request: IssueRequest) -> None:
        if self.look_up(request) is Standing.USED:
            message = "This pass is on your leisure card already and can't be taken back."
            raise PartnerRefused(message)
