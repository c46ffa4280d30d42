"""Points given to a community group: done at once, with no code to show and nothing to take back."""

from __future__ import annotations

from partners.interface import Delivery, Issued, IssueRequest, PartnerRefused, Standing

COMMUNITY_GROUP = "community_group"


class Donation:
    """The gift is a movement in the scheme's own books; the group sees it on its next statement."""

    name = "donation"
    local = True
    delivery = Delivery.SETTLED

    def check(self, request: IssueRequest) -> None:
        if request.partner_kind != COMMUNITY_GROUP:
            message = "You can only give points to a community group."
            raise PartnerRefused(message)

    def issue(self, request: IssueRequest) -> Issued:
        self.check(request)
        return Issued(partner_reference=request.reference.hex)

    def look_up(self, request: IssueRequest) -> Standing:  # noqa: ARG002 - the interface's own signature
        """It was done when it was issued."""
        return Standing.USED

    def cancel(self, request: IssueRequest) -> None:  # noqa: ARG002 - the interface's own signature
        """A gift is final."""
        message = "Points that you gave to a community group can't be taken back."
        raise PartnerRefused(message)
