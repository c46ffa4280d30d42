"""A pass to a leisure centre, kept by the operator's own system and asked for over HTTP.

`PUT`, `GET` and `DELETE` of `{endpoint}/passes/{reference}` with a bearer token; the same reference is the same pass.
"""

from __future__ import annotations

from typing import Final

import httpx
import msgspec

from partners.calling import Calls, get_endpoint, read_answer, read_sentence
from partners.interface import (
    MEMBER_NEEDED,
    Delivery,
    Issued,
    IssueRequest,
    PartnerRefused,
    PartnerUnavailable,
    Standing,
)

_REFUSING: Final = frozenset({400, 409, 410, 422})
_STANDINGS: Final = {"waiting": Standing.PROMISED, "active": Standing.USED, "cancelled": Standing.TAKEN_BACK}


class LeisurePass:
    """Any operator that offers these three calls; [what they say](../docs/reference/adapters.md)."""

    name = "leisure_pass"
    local = False
    delivery = Delivery.CODE

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def check(self, request: IssueRequest) -> None:
        if request.member is None:
            raise PartnerRefused(MEMBER_NEEDED)

    def issue(self, request: IssueRequest) -> Issued:
        self.check(request)
        order = {
            "member": request.member,
            "days": request.pass_days,
            "activate_before": request.expires_at.isoformat(),
            "title": request.reward,
        }
        answer = self._ask("PUT", request, msgspec.json.encode(order))
        body = read_answer(answer)
        if answer.status_code in _REFUSING:
            raise PartnerRefused(read_sentence(body), is_member=body.get("code") == "already-a-member")
        self._expect_success(answer)
        return Issued(partner_reference=str(body.get("pass_id") or request.reference.hex)[:200])

    def look_up(self, request: IssueRequest) -> Standing:
        answer = self._ask("GET", request)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return Standing.UNKNOWN
        self._expect_success(answer)
        standing = _STANDINGS.get(str(read_answer(answer).get("status")))
        if standing is None:
            message = "The leisure operator's answer makes no sense."
            raise PartnerUnavailable(message)
        return standing

    def cancel(self, request: IssueRequest) -> None:
        answer = self._ask("DELETE", request)
        if answer.status_code in _REFUSING - {httpx.codes.GONE}:
            raise PartnerRefused(read_sentence(read_answer(answer)))
        if answer.status_code not in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
            self._expect_success(answer)

    def _ask(self, method: str, request: IssueRequest, content: bytes | None = None) -> httpx.Response:
        endpoint = get_endpoint(request)
        headers = {
            "Authorization": f"Bearer {endpoint.secret}",
            "Content-Type": "application/json",
            "Idempotency-Key": request.reference.hex,
        }
        url = f"{endpoint.url.rstrip('/')}/passes/{request.reference.hex}"
        return self._calls.ask(method, url, headers=headers, content=content)

    @staticmethod
    def _expect_success(answer: httpx.Response) -> None:
        """A wrong address or secret is for us to mend, never the resident's last word."""
        if not answer.is_success:
            message = "The leisure operator gave no answer that we understand."
            raise PartnerUnavailable(message)
