"""`rewards work --once` carries out what is due and stops: a voucher that waits for its partner is settled."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app.cli.program import program
from app.core.clock import SystemClock
from app.core.database import Database
from app.core.secret_store import new_signing_key, resolve_secrets
from app.core.settings import Settings
from app.jobs import count_jobs
from app.ledger.chart import AccountKind
from app.redemption.codes import VoucherCodes
from app.redemption.queries import VoucherStatus
from partners.leisure_file import LeisureFile
from partners.registry import build_registry
from tests.redemption.leisure import Leisure
from tests.redemption.scheme import Scheme


def test_a_voucher_that_waits_for_its_partner_is_settled_by_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str, database: Database
) -> None:
    monkeypatch.setenv("SECRET_KEY", base64.b64encode(bytes(32)).decode())
    monkeypatch.setenv("SIGNING_KEY", new_signing_key())
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", database_url)
    secrets = resolve_secrets(Settings(), demo=False)
    scheme = Scheme(database, VoucherCodes(secrets), SystemClock().now())
    leisure = Leisure(scheme, secrets)
    scheme.run(lambda session: session.execute(text("UPDATE rewards SET adapter = 'leisure_file'")))
    scheme.adapters = build_registry([LeisureFile(tmp_path)])
    voucher = leisure.take()
    assert (leisure.read(voucher).status, scheme.run(count_jobs)["waiting"]) == (VoucherStatus.CONFIRMING, 1)
    done = CliRunner().invoke(program, ["work", "--once"])
    assert done.exit_code == 0, done.output
    assert leisure.read(voucher).status is VoucherStatus.REDEEMED
    assert scheme.run(count_jobs) == {"waiting": 0, "running": 0, "dead": 0}
    assert scheme.posted(AccountKind.PAYABLE, scheme.cafe.id) == 120
    assert len([*tmp_path.rglob("waiting/*.json")]) == 1, "the member stands in tonight's file"
    again = CliRunner().invoke(program, ["work", "--once"])
    assert again.exit_code == 0
    assert scheme.posted(AccountKind.PAYABLE, scheme.cafe.id) == 120
    scheme.verify()
