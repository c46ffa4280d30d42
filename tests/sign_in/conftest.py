from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import httpx2
import psycopg
import pytest
from psycopg import sql
from starlette.testclient import TestClient

from app.core.database import Database
from app.core.secret_store import Secrets
from app.core.settings import Settings
from app.identity.logins import Side
from app.main import create_app
from app.notify.in_memory import InMemoryNotify
from app.notify.service import MessageKeys
from app.notify.tasks import Delivery, send_message
from app.web.sign_in_provider import Provider
from app.web.sign_in_settings import ProviderSettings
from app.web.sign_in_ways import WaysIn
from tests.api.city import City, build_city
from tests.api.conftest import NOW
from tests.fakes import oidc_provider
from tests.pages.browser import Browser, Page

BASE_URL = "http://127.0.0.1:8000"


@dataclass
class Abroad:
    """The provider in its own process."""

    issuer: str
    http: httpx.Client

    def plan(self, **said: object) -> None:
        self.http.post(f"{self.issuer}/plan", json=said).raise_for_status()


@dataclass
class Door:
    """A city with ways in; `notify` has what was sent."""

    city: City
    abroad: Abroad
    notify: InMemoryNotify
    ways_in: WaysIn

    def browser(self, ways_in: WaysIn | None = None, *, step_up_points: int = 500) -> Browser:
        """Of somebody who has never been here. What a network is limited to is counted by each for itself."""
        runtime = replace(
            self.city.runtime,
            ways_in=ways_in or self.ways_in,
            settings=Settings(base_url=BASE_URL, step_up_points=step_up_points),
        )
        return Browser(TestClient(create_app(runtime), base_url=BASE_URL))

    def provider(self, *, issuer: str | None = None, pem: str | None = None) -> Provider:
        """With another issuer, or with a key in place of the secret."""
        settings = ProviderSettings(
            issuer=issuer or self.abroad.issuer,
            client_id=oidc_provider.CLIENT_ID,
            client_secret=None if pem else oidc_provider.CLIENT_SECRET,
            private_key=pem,
            key_id="ours" if pem else None,
            title="Abroad",
        )
        return Provider(settings, httpx.Client(trust_env=False), self.city.clock)

    def go_abroad(self, browser: Browser, path: str = "/sign-in/with/resident") -> str:
        """To the provider and as far as the address that it sends the browser back to."""
        away = browser.http.get(path, follow_redirects=False)
        assert away.status_code == 303, away.text
        back = self.abroad.http.get(away.headers["location"])
        return back.headers["location"]

    def sign_in(self, browser: Browser, path: str = "/sign-in/with/resident") -> Page:
        return browser.open(self.go_abroad(browser, path))

    def deliver(self) -> None:
        """What the worker does."""
        runtime = self.city.runtime
        delivery = Delivery(runtime.database, runtime.clock, MessageKeys(runtime.secrets), self.notify)
        with runtime.database.engine.connect() as connection:
            numbers = connection.exec_driver_sql("SELECT id FROM messages ORDER BY id").scalars().all()
        for number in numbers:
            send_message(delivery, message=number)

    def ask(self, browser: Browser, address: str, **more: str) -> Page:
        form = browser.open("/sign-in").form("/sign-in/ask")
        return browser.send(form, address=address, **more)

    def code(self) -> str:
        self.deliver()
        return self.notify.sent[-1].values["code"]


def query_of(response: httpx2.Response) -> dict[str, list[str]]:
    return parse_qs(urlsplit(response.headers["location"]).query)


@pytest.fixture(scope="session")
def abroad() -> Iterator[Abroad]:
    program = [sys.executable, str(Path(oidc_provider.__file__)), str(int(NOW.timestamp()))]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process, httpx.Client(trust_env=False) as http:
        assert process.stdout is not None
        yield Abroad(process.stdout.readline().strip(), http)
        process.terminate()


@pytest.fixture(scope="module")
def sign_in_city(server_url: str, template_name: str, secrets: Secrets) -> Iterator[City]:
    """One city for all tests of a module: each signs in as somebody of its own."""
    name = f"{template_name}_sign_in"
    with psycopg.connect(server_url, autocommit=True) as connection:
        parts = (sql.Identifier(name), sql.Identifier(template_name))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*parts))
        database = Database(f"{server_url.rpartition('/')[0]}/{name}", scheme="leeds", pool_size=20)
        yield build_city(database, secrets, NOW)
        database.dispose()
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(parts[0]))


@pytest.fixture
def door(sign_in_city: City, abroad: Abroad) -> Iterator[Door]:
    abroad.plan(**oidc_provider.HONEST, now=int(NOW.timestamp()))
    sign_in_city.clock.at = NOW
    notify = InMemoryNotify()
    made = Door(sign_in_city, abroad, notify, WaysIn(notify=notify))
    made.ways_in = WaysIn({side: made.provider() for side in Side}, notify)
    yield made
    with sign_in_city.runtime.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM messages")
