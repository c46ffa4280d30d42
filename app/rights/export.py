"""Everything that is held about one resident, as it is held, in parts that are read one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import text
from sqlmodel import Session

from app.audit import record_act
from app.core.database import Database
from app.core.ids import public_id
from app.identity.logins import LoginKeys
from app.residents.cards import CardKeys
from app.residents.queries import ResidentRead
from app.rights.holdings import HOLDINGS, Holding
from rules.state import State

ROWS_A_PAGE = 500


@dataclass(frozen=True)
class Part:
    """The rows of one holding; many of one holding may follow each other. Values are JSON's."""

    holding: Holding
    rows: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class ExportKeys:
    """What is kept encrypted is handed out as it was told."""

    cards: CardKeys
    logins: LoginKeys


def record_export(session: Session, *, resident: ResidentRead, now: datetime) -> None:
    """A download is an act like any other, and stands in itself."""
    record_act(
        session,
        actor=resident.actor,
        act="person.exported",
        subject=f"resident:{public_id('res', resident.public_id)}",
        now=now,
    )


def read_holdings(database: Database, *, resident: ResidentRead, keys: ExportKeys) -> Iterator[Part]:
    """Every holding, in its order, an empty part for one without rows; a short transaction for each page.

    Nobody's connection is held while a slow reader takes the parts.
    """
    for holding in HOLDINGS:
        after: int | None = 0
        while after is not None:
            part, after = database.in_transaction(
                lambda session, holding=holding, after=after: read_page(  # type: ignore[misc] # mypy can't infer defaults
                    session, holding, resident=resident, keys=keys, after=after
                )
            )
            yield part


def read_page(
    session: Session, holding: Holding, *, resident: ResidentRead, keys: ExportKeys, after: int = 0
) -> tuple[Part, int | None]:
    """Up to ROWS_A_PAGE rows whose key is above `after`, and where to go on; None at the end."""
    paged = f"AND {holding.key} > :after ORDER BY {holding.key} LIMIT {ROWS_A_PAGE}" if holding.key else ""
    shown = holding.key or "0"
    rows = session.execute(
        text(f"SELECT {shown} AS key, to_jsonb(t) AS row FROM {holding.table} t WHERE {holding.where} {paged}"),  # noqa: S608 - our own words
        {
            "after": after,
            "resident": resident.id,
            "uuid": resident.public_id,
            "name": public_id("res", resident.public_id),
        },
    ).all()
    part = Part(holding, tuple(_show(holding, row.row, keys) for row in rows))
    return part, rows[-1].key if holding.key and len(rows) == ROWS_A_PAGE else None


def _show(holding: Holding, row: dict[str, Any], keys: ExportKeys) -> dict[str, Any]:
    shown = {name: value for name, value in row.items() if name not in holding.left_out}
    for name, reading in holding.reads.items():
        kept = shown.pop(name)
        packed = None if kept is None else bytes.fromhex(kept.removeprefix("\\x"))
        if packed is None:
            shown[reading] = None
        elif reading == "token":
            shown[reading] = keys.cards.decrypt_token(packed)
        elif reading == "address":
            shown[reading] = keys.logins.decrypt(packed)
        else:
            shown[reading] = msgspec.to_builtins(State.from_bytes(packed), str_keys=True)
    return shown
