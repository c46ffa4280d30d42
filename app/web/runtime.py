"""What a running server is made of, put together once by `app.wiring` and handed to everything in `app.web`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from app.core.clock import Clock
from app.core.database import Database
from app.core.outbound import UrlGuard
from app.core.secret_store import Secrets
from app.core.settings import Settings
from app.identity.tokens import TokenIssuer
from app.offers.endpoints import EndpointKeys
from app.redemption.codes import VoucherCodes
from app.residents.cards import CardKeys
from app.settlement.connect.client import StripeConnect
from app.web.lockout import Lockout
from app.web.sign_in_ways import WaysIn
from partners.interface import PartnerAdapter


@dataclass(frozen=True)
class Runtime:
    """`adapters` are by name; `demo` allows what a real scheme must not, such as one-click sign-in.

    `stripe` is None where partners are paid by the bank only.
    """

    settings: Settings
    database: Database
    secrets: Secrets
    clock: Clock
    issuer: TokenIssuer
    card_keys: CardKeys
    voucher_codes: VoucherCodes
    adapters: Mapping[str, PartnerAdapter]
    endpoint_keys: EndpointKeys
    url_guard: UrlGuard
    outbound: httpx.Client
    limiter: Lockout
    demo: bool
    ways_in: WaysIn = field(default_factory=WaysIn)
    stripe: StripeConnect | None = None
