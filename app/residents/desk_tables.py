"""What was done at the desk for a resident, by whom and for what purpose."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, DateTime, Index, Text
from sqlmodel import Field

from app.core.columns import Row


class DeskAct(Row, table=True):
    """One look or act, kept with its purpose and never changed. `act` is a word such as balance."""

    __tablename__ = "desk_acts"
    __table_args__ = (Index("ix_desk_acts_resident", "resident_id", "id"),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    officer_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    resident_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    act: str = Field(sa_column=Column(Text, nullable=False))
    purpose: str = Field(sa_column=Column(Text, nullable=False))
    note: str = Field(sa_column=Column(Text, nullable=False))
    acted_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
