"""Where the installed `rewards` begins: Ctrl-C while the program is still loading ends it without a traceback."""

from __future__ import annotations

import sys
from importlib import import_module

INTERRUPTED = 130


def main() -> None:
    """Load and run the program; loading takes a second or two, and people change their minds."""
    try:
        import_module("app.cli.program").main()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
