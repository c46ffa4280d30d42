"""One server process of the measured city: `python -m tests.bench.server PORT`."""

from __future__ import annotations

import sys

import uvicorn

from app.core.settings import Settings
from app.main import create_app
from app.wiring import build_runtime


def main() -> None:
    """Serve the database that the environment names, with the secrets of a demonstration in DATA_DIR."""
    settings = Settings()
    assert settings.database_url, "the bench starts its servers with a database"
    runtime = build_runtime(settings, database_url=settings.database_url, demo=True)
    uvicorn.run(create_app(runtime), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
