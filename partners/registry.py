"""The adapters that a deployment has, by the name that rewards are stored with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from partners.interface import PartnerAdapter


class NameTaken(ValueError):
    """Two adapters would answer for the same rewards."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"Two adapters are called {name!r}. Give one of them another name.")


def build_registry(adapters: Iterable[PartnerAdapter]) -> Mapping[str, PartnerAdapter]:
    """The adapters by name, unchangeable; raises NameTaken."""
    registry: dict[str, PartnerAdapter] = {}
    for adapter in adapters:
        if adapter.name in registry:
            raise NameTaken(adapter.name)
        registry[adapter.name] = adapter
    return MappingProxyType(registry)
