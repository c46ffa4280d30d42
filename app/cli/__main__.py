"""Lets `python -m app.cli` do what the installed `rewards` does."""

from __future__ import annotations

from app.cli.start import main

if __name__ == "__main__":
    main()
