"""Why there is no forecast."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.errors import Invalid


class ForecastUnfit(Invalid):
    """Nothing can be worked out from it; `faults` have the path of each, as in `share_percent.high`, and a sentence."""

    code = "forecast-unfit"

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = [{"path": path, "sentence": sentence} for path, sentence in faults]
        path, sentence = faults[0]
        super().__init__(f"{path}: {sentence}")
