"""The axis of charts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.chart_frame import round_up


@pytest.mark.parametrize(
    ("most", "top"), [(0, 4), (1, 4), (8, 8), (9, 20), (37, 40), (90, 100), (8_500, 10_000), (100_000, 100_000)]
)
def test_the_axis_of_a_chart_ends_at_a_number_that_is_easily_read(most: int, top: int) -> None:
    assert round_up(most) == top


@given(st.integers(min_value=4, max_value=10**12))
def test_no_bar_stands_above_its_axis_or_is_lost_at_its_foot(most: int) -> None:
    assert most <= round_up(most) <= 2.5 * most
    assert round_up(most) % 4 == 0
