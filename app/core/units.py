"""Amounts are whole numbers of one unit, and the type says which; there is no float near points or money."""

from __future__ import annotations

from typing import NewType

Points = NewType("Points", int)
Pence = NewType("Pence", int)

MOST_AT_ONCE = 10**12
"""The most points, or pence, that one order of a person may move."""
