"""Why a demonstration is refused."""

from __future__ import annotations

from app.core.errors import Conflict


class RealPeopleHere(Conflict):
    """Demonstration data never goes among real people's."""

    code = "real-people-here"

    def __init__(self) -> None:
        super().__init__(
            "This database holds residents and is not marked as a demonstration, so no demonstration is put into it. "
            "Choose another database (DATABASE_URL or DATA_DIR) or another --scheme."
        )


class OtherSecrets(Conflict):
    """Cards, codes and client secrets of a demonstration come from the secrets that it was seeded with."""

    code = "other-secrets"

    def __init__(self) -> None:
        super().__init__(
            "This demonstration was seeded with other secrets than this DATA_DIR holds. Use the DATA_DIR it was "
            "seeded with, or another database."
        )


class NotSeeded(Conflict):
    """There is no demonstration here yet."""

    code = "not-seeded"

    def __init__(self) -> None:
        super().__init__("There is no demonstration here yet. Make one: rewards seed-demo, or rewards serve --demo.")
