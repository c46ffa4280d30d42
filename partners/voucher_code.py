"""A code that the resident shows and the partner redeems on our own pages or API: nobody else has to be asked."""

from __future__ import annotations

from partners.interface import Delivery, Issued, IssueRequest, Standing


class VoucherCode:
    """Keeps nothing: the scheme's own record of the redemption is the only truth about the voucher."""

    name = "voucher_code"
    local = True
    delivery = Delivery.CODE

    def check(self, request: IssueRequest) -> None:
        """Every reward can be had as a code."""

    def issue(self, request: IssueRequest) -> Issued:
        return Issued(partner_reference=request.reference.hex)

    def look_up(self, request: IssueRequest) -> Standing:  # noqa: ARG002 - the interface's own signature
        """Only the scheme's own record knows more."""
        return Standing.PROMISED

    def cancel(self, request: IssueRequest) -> None:
        """The code stops working because the redemption's own status says so."""
