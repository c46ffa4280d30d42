"""What every table shares: named constraints, and a column type that SQLAlchemy lacks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.types import UserDefinedType
from sqlmodel import SQLModel


class Row(SQLModel):
    """Base of every table. Keys and indexes are named by one convention; checks are named where they stand."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
        }
    )


class Xid8(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id, which says what a snapshot could already see."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own signature
        return "xid8"
