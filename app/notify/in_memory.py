"""Delivers nothing: keeps messages in memory for tests, or in a folder for the demonstration."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from app.notify.interface import Message, NotDeliverable, NotDelivered


@dataclass
class InMemoryNotify:
    """`sent` in order; while `away` is set nothing gets through, and while `refusing` nothing ever will."""

    sent: list[Message] = field(default_factory=list)
    away: bool = False
    refusing: bool = False

    def send(self, message: Message) -> None:
        if self.away:
            raise NotDelivered("Away")
        if self.refusing:
            raise NotDeliverable("400")
        if message.reference not in {one.reference for one in self.sent}:
            self.sent.append(message)


@dataclass(frozen=True)
class FolderNotify:
    """One file for each message, for whoever runs the demonstration to read."""

    folder: Path

    def send(self, message: Message) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{message.reference}.json"
        path.write_text(json.dumps(asdict(message), indent=2) + "\n", encoding="utf-8")
        path.chmod(0o600)
