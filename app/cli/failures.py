"""Turns what went wrong into one sentence on stderr and an exit code; no traceback for an operator's mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import psycopg
import typer
from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError

from app.cli.screen import STDERR
from app.core.database import APP_ROLE
from app.core.errors import Misconfigured, Refusal, TryAgain

_NO_ROLE = f'role "{APP_ROLE}" does not exist'
_NOT_OUR_ROLE = re.compile(rf'permission denied to (create role|(grant|set) role "{APP_ROLE}")|on role "{APP_ROLE}"')
"""What PostgreSQL says, in its several versions, to a user who is not a member of the role and can't become one."""

FAILED = 2
INTERRUPTED = 130


@contextmanager
def told_plainly() -> Iterator[None]:
    """Exit 2 with a sentence for whatever an operator can mend, 130 after Ctrl-C; let our own faults through."""
    try:
        yield
    except (Misconfigured, Refusal) as fault:
        fail(str(fault))
    except TryAgain:
        fail("Somebody else kept changing the same rows. Nothing of this step was kept: run it again.")
    except DBAPIError as fault:
        fail(_explain_database(fault.orig))
    except psycopg.Error as fault:
        fail(_explain_database(fault))
    except BrokenPipeError:
        raise typer.Exit(FAILED) from None
    except OSError as fault:
        if not fault.filename:
            raise
        fail(f"{fault.filename}: {fault.strerror}.")
    except KeyboardInterrupt:
        STDERR.print("Stopped.")
        raise typer.Exit(INTERRUPTED) from None


def fail(sentence: str) -> NoReturn:
    """End the command with `sentence`."""
    STDERR.print(f"[bold red]Error:[/] {_plain(sentence)}", highlight=False, soft_wrap=True)
    raise typer.Exit(FAILED)


def _plain(sentence: str) -> str:
    return sentence.replace("[", r"\[")


def _explain_database(fault: BaseException | None) -> str:
    said = str(fault).strip().splitlines()
    if isinstance(fault, pg.UndefinedTable | pg.InvalidSchemaName) or any(_NO_ROLE in line for line in said):
        return "This scheme has no tables here yet. Make them: rewards migrate"
    if any(_NOT_OUR_ROLE.search(line) for line in said):
        return (
            f"The database user may not make the role {APP_ROLE}, or act as it. Give that user CREATEROLE before the "
            f"first migration, or let an administrator of PostgreSQL run: CREATE ROLE {APP_ROLE}; (unless it is there) "
            f"GRANT {APP_ROLE} TO the user of DATABASE_URL;"
        )
    if isinstance(fault, pg.InsufficientPrivilege):
        return f"PostgreSQL: {said[0]}. The user of DATABASE_URL must own the database, or be allowed to do this in it."
    if isinstance(fault, pg.LockNotAvailable):
        return "Another command is at work on the same rows. Wait for it to end, and run this again."
    if isinstance(fault, pg.UndefinedColumn):
        return "This scheme's tables are of another version than the program. Bring them up to date: rewards migrate"
    first = said[0] if said else "no reason was given"
    return f"PostgreSQL: {first}. Check DATABASE_URL and that the server runs."
