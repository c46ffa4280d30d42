"""The twin of a real partner, for tests: it remembers what it promised, and can be told to refuse or to be away."""

from __future__ import annotations

from uuid import UUID

from partners.interface import Delivery, Issued, IssueRequest, PartnerRefused, PartnerUnavailable, Standing


class InMemory:
    """Meets the same contract as every adapter; `promised` holds what it would honour now."""

    name = "in_memory"

    def __init__(self, *, local: bool = True, delivery: Delivery = Delivery.CODE) -> None:
        self.local = local
        self.delivery = delivery
        self.promised: dict[UUID, IssueRequest] = {}
        self.used: set[UUID] = set()
        self.taken_back: set[UUID] = set()
        self._refusal: str | None = None
        self._is_member = False
        self._away = False

    def refuse(self, sentence: str | None, *, is_member: bool = False) -> None:
        """Say no with this sentence from now on; None says yes again."""
        self._refusal, self._is_member = sentence, is_member

    def go_away(self) -> None:
        """Give no answer until `come_back`."""
        self._away = True

    def come_back(self) -> None:
        self._away = False

    def check(self, request: IssueRequest) -> None:
        self._answer()
        if self._refusal is not None and request.reference not in self.promised:
            raise PartnerRefused(self._refusal, is_member=self._is_member)

    def issue(self, request: IssueRequest) -> Issued:
        self.check(request)
        self.promised.setdefault(request.reference, request)
        return Issued(partner_reference=f"memory-{request.reference.hex}")

    def use(self, reference: UUID) -> None:
        """The resident has had it, by the partner's own books."""
        self.used.add(reference)

    def look_up(self, request: IssueRequest) -> Standing:
        self._answer()
        if request.reference in self.used:
            return Standing.USED
        if request.reference in self.taken_back:
            return Standing.TAKEN_BACK
        return Standing.PROMISED if request.reference in self.promised else Standing.UNKNOWN

    def cancel(self, request: IssueRequest) -> None:
        self._answer()
        if self.delivery is Delivery.SETTLED or request.reference in self.used:
            message = "This reward has already been given and can't be taken back."
            raise PartnerRefused(message)
        if self.promised.pop(request.reference, None) is not None:
            self.taken_back.add(request.reference)

    def _answer(self) -> None:
        if self._away:
            message = "We could not reach the partner. Try again later."
            raise PartnerUnavailable(message)
