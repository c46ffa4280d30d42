"""How much is so much that a person looks at it first: the scheme's own numbers, within what can make sense."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class FlagBounds(BaseModel):
    """More than any of these is held until a person has decided; `code_users` is within one code's minute."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    ride_km_an_hour: Annotated[int, Field(ge=20, le=120)] = 60
    ride_km: Annotated[int, Field(ge=20, le=1_000)] = 300
    steps_a_day: Annotated[int, Field(ge=10_000, le=200_000)] = 60_000
    session_minutes: Annotated[int, Field(ge=60, le=1_440)] = 720
    litter_bags: Annotated[int, Field(ge=5, le=1_000)] = 100
    recycled_kg: Annotated[int, Field(ge=10, le=5_000)] = 1_000
    code_users: Annotated[int, Field(ge=5, le=1_000)] = 30


USUAL_BOUNDS = FlagBounds()
