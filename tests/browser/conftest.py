"""A real Chromium and the real server, both only here, one of each for a file of tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, sync_playwright

from app.core.database import Database
from app.core.secret_store import Secrets
from app.identity.service import create_officer
from tests.api.city import build_city
from tests.api.serving import served
from tests.browser.visiting import PROGRAMS, Server, find_chromium, launch
from tests.databases import SCHEME, made_database
from tests.pages.town import open_town


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Playwright keeps an event loop in this thread, so it ends with the file: other tests run loops of their own."""
    if find_chromium() is None:
        told = f"NO BROWSER: none of {', '.join(PROGRAMS)} is on the PATH, so the pages were not tried in one"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(server_url: str, template_name: str, secrets: Secrets) -> Iterator[Server]:
    """The town of the pages' tests, where three residents have 500 points each, behind a real socket."""
    with made_database(server_url, f"{template_name}_browser", template_name) as url:
        database = Database(url, scheme=SCHEME, pool_size=20)
        city = build_city(database, secrets, datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
        town = open_town(city, officers=[city.officer, *city.officers.values()])
        with served(town.app) as (host, port):
            yield Server(town, f"http://{host}:{port}")
        database.dispose()


@pytest.fixture
def hall(server_url: str, template_name: str, secrets: Secrets) -> Iterator[Server]:
    """The town hall with Ada, who may write and approve, and another approver, at noon on a Sunday."""
    with made_database(server_url, f"{template_name}_hall", template_name) as url:
        database = Database(url, scheme=SCHEME, pool_size=20)
        city = build_city(database, secrets, datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
        writer = database.in_transaction(
            lambda session: create_officer(
                *(session,), name="Ada", email="ada@example.org", roles=["editor", "approver"], now=city.clock.now()
            )
        )
        town = open_town(city, officers=[writer.public_id, city.officers["approver"]])
        with served(town.app) as (host, port):
            yield Server(town, f"http://{host}:{port}")
        database.dispose()
