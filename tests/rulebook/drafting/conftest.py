from __future__ import annotations

import pytest

from app.core.database import Database
from app.core.secret_store import Secrets
from tests.api.city import build_city
from tests.rulebook.drafting.desk import TUESDAY, Desk


@pytest.fixture
def desk(rolled_back: Database, secrets: Secrets) -> Desk:
    """The Leeds pack on a Tuesday; Ann and Bob write rules, Cem and Dee approve them, Eve holds the budget."""
    made = Desk(build_city(rolled_back, secrets, TUESDAY), {})
    for name, roles in {
        "ann": ("editor",),
        "bob": ("editor", "approver"),
        "cem": ("approver",),
        "dee": ("approver",),
        "eve": ("finance",),
        "fay": ("support",),
    }.items():
        made.hire(name, *roles)
    return made
