from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.city import City


@pytest.fixture(autouse=True)
def _fresh_counts(city: City) -> Iterator[None]:
    """The city is shared, and so are its rate limits."""
    storage = city.runtime.limiter._memory.storage
    storage.reset()
    yield
    storage.reset()
