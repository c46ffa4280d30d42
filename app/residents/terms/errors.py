"""Why an acceptance of terms is declined."""

from __future__ import annotations

from app.core.errors import Conflict, Invalid


class TermsUnknown(Invalid):
    """No terms have this version."""

    code = "terms-unknown"

    def __init__(self) -> None:
        super().__init__("There are no terms with this version. Read the current terms and send their version.")


class TermsReplaced(Conflict):
    """Not the version that is current: newer terms have replaced it, or it is yet to come."""

    code = "terms-replaced"

    def __init__(self, *, current_version: str) -> None:
        self.current_version = current_version
        super().__init__("These are not the terms that apply now. Read the current terms and accept those.")
