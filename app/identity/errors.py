"""Refusals about who calls and what they may do. None of them repeats a token, a secret or a name."""

from __future__ import annotations

from app.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal


class TokenMissing(Refusal):
    """No bearer token came with the request."""

    code = "token-missing"

    def __init__(self) -> None:
        super().__init__("Sign in first: send an access token in the header Authorization: Bearer TOKEN.")


class InvalidToken(Refusal):
    """The token is not ours, is for somebody else, or its holder is no longer known."""

    code = "token-invalid"

    def __init__(self) -> None:
        super().__init__("This access token is not valid here. Sign in again to get a new one.")


class TokenExpired(InvalidToken):
    """The token was good, and its time is over."""

    code = "token-expired"

    def __init__(self) -> None:
        Refusal.__init__(self, "This access token has expired. Sign in again to get a new one.")


class MissingScope(NotAllowed):
    """The token is good but does not allow this."""

    code = "scope-missing"

    def __init__(self, *scopes: str) -> None:
        super().__init__(f"This needs the scope {' or '.join(scopes)}, which your token does not have.")
        self.scope = " ".join(scopes)


class NoRole(NotAllowed):
    """An officer without any role in the scheme."""

    code = "role-missing"

    def __init__(self) -> None:
        super().__init__("You do not have a role in this scheme. Ask an administrator to give you one.")


class OtherRoleNeeded(NotAllowed):
    """An officer, in other roles than this needs; `roles` lists those of which one is enough."""

    code = "role-needed"

    def __init__(self, *roles: str) -> None:
        super().__init__(f"This needs the role {' or '.join(roles)}, which you do not have.")
        self.roles = list(roles)


class SourceUnknown(NotFound):
    """No such source, or not one of this caller's."""

    code = "source-unknown"

    def __init__(self) -> None:
        super().__init__("You have no source with this name.")


class ClientIdTaken(Conflict):
    """Another client already has this id."""

    code = "client-id-taken"

    def __init__(self, client_id: str) -> None:
        super().__init__(f"There is already a client called {client_id}. Choose another id.")
        self.client_id = client_id


class SourceNameTaken(Conflict):
    """Another source already has this name."""

    code = "source-name-taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is already a source called {name}.")
        self.name = name


class OfficerEmailTaken(Conflict):
    """Another officer already has this e-mail address, which is not repeated."""

    code = "officer-email-taken"

    def __init__(self) -> None:
        super().__init__("There is already an officer with this e-mail address.")


class RegistrationInvalid(Invalid):
    """A client, source, officer or member of staff cannot be registered like this; `field` says where."""

    code = "registration-invalid"

    def __init__(self, field: str, advice: str) -> None:
        super().__init__(advice)
        self.field = field


class OwnWork(Conflict):
    """Nobody approves what they wrote, changed or proposed, nor does anybody else in their name."""

    code = "own-work"

    def __init__(self) -> None:
        super().__init__("Somebody who wrote, changed or proposed this can't approve it. Ask another approver.")
