from __future__ import annotations

import pytest

from tests.api.undone import UndoneCity
from tests.rulebook.drafting.desk import TUESDAY, Desk


@pytest.fixture
def desk(undone_city: UndoneCity) -> Desk:
    """The Leeds pack on a Tuesday; Ann and Bob write rules, Cem and Dee approve them, Eve holds the budget."""
    made = Desk(undone_city(TUESDAY), {})
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
