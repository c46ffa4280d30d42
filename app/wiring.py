"""Puts a running server together: the one place that picks adapters and reads secrets."""

from __future__ import annotations

from app.core.clock import Clock, SystemClock
from app.core.database import Database
from app.core.secret_store import resolve_secrets
from app.core.settings import Settings
from app.identity.tokens import TokenIssuer, name_issuer
from app.redemption.codes import VoucherCodes
from app.residents.cards import CardKeys
from app.web.lockout import Lockout
from app.web.runtime import Runtime
from partners.donation import Donation
from partners.voucher_code import VoucherCode


def build_runtime(settings: Settings, *, database_url: str, demo: bool, clock: Clock | None = None) -> Runtime:
    """Everything that serves requests. Opens no connection yet; raises Misconfigured when a secret is missing."""
    secrets = resolve_secrets(settings, demo=demo)
    adapters = (VoucherCode(), Donation())
    return Runtime(
        settings=settings,
        database=Database(database_url, scheme=settings.scheme, pool_size=settings.pool_size),
        secrets=secrets,
        clock=clock or SystemClock(),
        issuer=TokenIssuer(secrets, name_issuer(settings.scheme)),
        card_keys=CardKeys(secrets),
        voucher_codes=VoucherCodes(secrets),
        adapters={adapter.name: adapter for adapter in adapters},
        limiter=Lockout(settings.redis_url),
        demo=demo,
    )
