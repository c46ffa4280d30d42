"""DATA_DIR/demo.json: says that this DATA_DIR is a demonstration, where its data are, and where it was last served."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from app.core.errors import Misconfigured

_NAME = "demo.json"


@dataclass(frozen=True)
class DemoMark:
    """`base_url` is how people reach the server that was started last.

    `database_given`: the data are in the database of DATABASE_URL, whose address is not written here, as it holds a
    password; else in DATA_DIR.
    """

    base_url: str
    database_given: bool = False


def find_mark(data_dir: Path) -> DemoMark | None:
    """None in a DATA_DIR that is no demonstration. Raises Misconfigured when the mark cannot be read."""
    path = data_dir / _NAME
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        return DemoMark(str(written["base_url"]), written.get("database_given") is True)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as fault:
        message = f"{path} cannot be read. Remove it, and run rewards serve --demo to write it again."
        raise Misconfigured(message) from fault


def write_mark(data_dir: Path, mark: DemoMark) -> None:
    """Write the mark whole or not at all."""
    data_dir.mkdir(parents=True, exist_ok=True)
    fresh = data_dir / f"{_NAME}.{os.getpid()}"
    fresh.write_text(json.dumps(asdict(mark)) + "\n", encoding="utf-8")
    fresh.replace(data_dir / _NAME)
