"""Why what an officer asks about an organisation is declined."""

from __future__ import annotations

from app.core.errors import Conflict, Invalid, NotFound


class OrganisationUnknown(NotFound):
    """No such organisation."""

    code = "organisation-unknown"

    def __init__(self) -> None:
        super().__init__("There is no organisation with this id.")


class OrganisationNameTaken(Conflict):
    """One is registered under this name."""

    code = "organisation-name-taken"

    def __init__(self) -> None:
        super().__init__("An organisation with this name is registered already.")


class OrganisationUnfit(Invalid):
    """It can't be registered like this; `where` is name or event_types."""

    code = "organisation-unfit"

    def __init__(self, where: str, advice: str) -> None:
        super().__init__(advice)
        self.where = where


class HostUnknown(NotFound):
    """No such host at this organisation."""

    code = "host-unknown"

    def __init__(self) -> None:
        super().__init__("There is no host with this id at this organisation.")


class HostingNotReady(Conflict):
    """No source of the scheme stands for what hosts attest."""

    code = "hosting-not-ready"

    def __init__(self) -> None:
        super().__init__("The scheme can't record this yet: no registered source stands for it. Ask the council.")
