"""The seeded demonstration, made once and cloned for each test that changes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from app.cli.showcase import ensure_seeded
from app.core.settings import Settings
from app.demo.mark import DemoMark, write_mark
from app.web.runtime import Runtime
from app.wiring import build_runtime
from tests.databases import made_database

_numbers = count(1)


@dataclass(frozen=True)
class Demo:
    """A demonstration's place: what the environment would say."""

    database_url: str
    data_dir: Path

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "DATA_DIR": str(self.data_dir)}

    def runtime(self) -> Runtime:
        return build_runtime(Settings(data_dir=self.data_dir), database_url=self.database_url, demo=True)


@pytest.fixture(scope="session")
def demo_template(
    server_url: str, template_name: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """Name of a seeded database to clone, and its DATA_DIR."""
    data_dir = tmp_path_factory.mktemp("demo")
    name = f"{template_name}_demo"
    with made_database(server_url, name, template_name) as url:
        runtime = Demo(url, data_dir).runtime()
        ensure_seeded(runtime)
        runtime.database.dispose()
        write_mark(data_dir, DemoMark("http://127.0.0.1:8000"))
        yield name, data_dir


@pytest.fixture
def demo(server_url: str, demo_template: tuple[str, Path]) -> Iterator[Demo]:
    """A demonstration of the test's own."""
    template, data_dir = demo_template
    with made_database(server_url, f"{template}_{next(_numbers)}", template) as url:
        yield Demo(url, data_dir)


@pytest.fixture
def runtime(demo: Demo) -> Iterator[Runtime]:
    """The same, opened."""
    opened = demo.runtime()
    yield opened
    opened.database.dispose()
