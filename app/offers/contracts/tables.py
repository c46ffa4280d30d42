"""What was agreed with each partner, version after version."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, DateTime, Index, Integer, Text, UniqueConstraint, Uuid
from sqlmodel import Field

from app.core.columns import Row

TREATMENTS = "vat_treatment IN ('single_purpose', 'multi_purpose', 'free')"


class PartnerContract(Row, table=True):
    """One version: `rate_pence` for each redemption from `starts_on` on, until a later version starts.

    `funder_id` is who stands for it, on record only, null where the partner gives for nothing. What was agreed never
    changes: the application may only write down the decision.
    """

    __tablename__ = "partner_contracts"
    __table_args__ = (
        UniqueConstraint("partner_id", "version", name="uq_partner_contracts_version"),
        CheckConstraint("version > 0", name="ck_partner_contracts_version"),
        CheckConstraint("rate_pence >= 0", name="ck_partner_contracts_rate"),
        CheckConstraint(TREATMENTS, name="ck_partner_contracts_vat_treatment"),
        CheckConstraint("vat_percent BETWEEN 0 AND 50", name="ck_partner_contracts_vat_percent"),
        CheckConstraint("decision IN ('approved', 'refused')", name="ck_partner_contracts_decision"),
        CheckConstraint(
            "(decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)",
            name="ck_partner_contracts_decided",
        ),
        CheckConstraint(
            "decision <> 'approved' OR decided_by <> proposed_by", name="ck_partner_contracts_two_officers"
        ),
        Index("uq_partner_contracts_open", "partner_id", unique=True, postgresql_where="decision IS NULL"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    public_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    partner_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    rate_pence: int = Field(sa_column=Column(BigInteger, nullable=False))
    vat_treatment: str = Field(sa_column=Column(Text, nullable=False))
    vat_percent: int = Field(sa_column=Column(Integer, nullable=False))
    funder_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    starts_on: date = Field(sa_column=Column(Date, nullable=False))
    proposed_by: int = Field(sa_column=Column(BigInteger, nullable=False))
    proposed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    decision: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    decided_by: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    decided_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=True))
    refusal: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class ContractRate(Row, table=True):
    """What a version pays for one reward, in the place of its usual rate."""

    __tablename__ = "contract_rates"
    __table_args__ = (
        CheckConstraint("rate_pence >= 0", name="ck_contract_rates_rate"),
        CheckConstraint(TREATMENTS, name="ck_contract_rates_vat_treatment"),
        CheckConstraint("vat_percent BETWEEN 0 AND 50", name="ck_contract_rates_vat_percent"),
    )

    contract_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    reward_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    rate_pence: int = Field(sa_column=Column(BigInteger, nullable=False))
    vat_treatment: str = Field(sa_column=Column(Text, nullable=False))
    vat_percent: int = Field(sa_column=Column(Integer, nullable=False))
