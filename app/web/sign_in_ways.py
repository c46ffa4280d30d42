"""The ways in that this deployment has, put together once by `app.wiring`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.identity.logins import Side
from app.notify.interface import Notify
from app.web.sign_in_demo import DemoProvider
from app.web.sign_in_provider import Provider

DEMO = "demo"
"""Which provider a try was sent to, where that is the demonstration's and not that of a side."""


@dataclass(frozen=True)
class WaysIn:
    """`providers` by side; `notify` delivers codes and notices; `demo` and its provider are there in demo mode only."""

    providers: Mapping[Side, Provider] = field(default_factory=dict)
    notify: Notify | None = None
    demo: DemoProvider | None = None
    demo_provider: Provider | None = None

    @property
    def by_code(self) -> bool:
        """Whether codes can be sent."""
        return self.notify is not None

    def find_provider(self, name: str) -> Provider | None:
        """That of a try."""
        if name == DEMO:
            return self.demo_provider
        return next((provider for side, provider in self.providers.items() if side == name), None)
