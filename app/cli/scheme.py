"""Opens the scheme that a command is about: settings, mode, secrets and its database, running or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pydantic import ValidationError

from app.core.database import Database
from app.core.errors import Misconfigured
from app.core.migration import migrate_scheme
from app.core.postgres import running_postgres
from app.core.secret_store import resolve_secrets
from app.core.settings import Settings
from app.demo.mark import find_mark
from app.web.runtime import Runtime
from app.web.words import say_parameter_fault
from app.wiring import build_runtime


class NotDemo(Misconfigured):
    """A command of demonstrations, in a DATA_DIR that holds none."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            f"This works in demo mode only, and {settings.data_dir} holds no demonstration. "
            "Make one: rewards seed-demo, or rewards serve --demo."
        )


class DatabaseLeftOut(Misconfigured):
    """The demonstration of this DATA_DIR is in another database, and a new one here would be empty."""

    def __init__(self) -> None:
        super().__init__(
            "This demonstration lives in the database of DATABASE_URL. Set it again, or choose another DATA_DIR."
        )


@dataclass(frozen=True)
class Choice:
    """What the command line says about every command."""

    scheme: str | None = None

    def settings(self, **changes: object) -> Settings:
        """The environment with what the command line says on top. Raises Misconfigured."""
        said = changes | ({"scheme": self.scheme} if self.scheme else {})
        try:
            return Settings.model_validate(Settings().model_dump() | said)
        except ValidationError as faults:
            first = faults.errors(include_input=False, include_url=False)[0]
            name = ".".join(map(str, first["loc"])).upper() or "the settings"
            message = f"{name} is not usable: {say_parameter_fault(first)}."
            raise Misconfigured(message) from None


def is_demo(settings: Settings) -> bool:
    """Whether this DATA_DIR was seeded as a demonstration, which puts every command in demo mode."""
    return find_mark(settings.data_dir) is not None


@contextmanager
def reached_database(settings: Settings) -> Iterator[str]:
    """The address of the database: DATABASE_URL, else DATA_DIR's own server, started if it does not run.

    Raises DatabaseLeftOut.
    """
    if settings.database_url:
        yield settings.database_url
        return
    mark = find_mark(settings.data_dir)
    if mark is not None and mark.database_given:
        raise DatabaseLeftOut
    with running_postgres(settings.data_dir) as server:
        yield server.url


@contextmanager
def opened_database(settings: Settings) -> Iterator[Database]:
    """The scheme's database, for commands that need no secret."""
    with reached_database(settings) as database_url:
        database = Database(database_url, scheme=settings.scheme, pool_size=1)
        try:
            yield database
        finally:
            database.dispose()


@contextmanager
def opened_runtime(settings: Settings, *, demo: bool, migrate: bool = False) -> Iterator[Runtime]:
    """Everything a command needs of the scheme. Secrets come first: without them no server need be started."""
    resolve_secrets(settings, demo=demo)
    with reached_database(settings) as database_url:
        if migrate:
            migrate_scheme(database_url, settings.scheme)
        runtime = build_runtime(settings, database_url=database_url, demo=demo)
        try:
            yield runtime
        finally:
            runtime.database.dispose()


@contextmanager
def opened_demo(settings: Settings) -> Iterator[Runtime]:
    """The same, for commands of demonstrations. Raises NotDemo elsewhere."""
    if not is_demo(settings):
        raise NotDemo(settings)
    with opened_runtime(settings, demo=True) as runtime:
        yield runtime
