from __future__ import annotations

from tests.rulebook.drafting.conftest import desk

__all__ = ["desk"]
