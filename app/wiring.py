"""Puts a running server together: the one place that picks adapters and reads secrets."""

from __future__ import annotations

import httpx

from app.core.clock import Clock, SystemClock
from app.core.database import Database
from app.core.outbound import UrlGuard, open_client, trust_the_usual
from app.core.secret_store import resolve_secrets
from app.core.settings import Settings
from app.identity.tokens import TokenIssuer, name_issuer
from app.notify.govuk import GovukNotify
from app.notify.in_memory import FolderNotify
from app.notify.interface import Notify
from app.offers.endpoints import EndpointKeys
from app.redemption.codes import VoucherCodes
from app.residents.cards import CardKeys
from app.settlement.connect.client import StripeConnect
from app.web.lockout import Lockout
from app.web.runtime import Runtime
from app.web.sign_in_demo import DemoProvider
from app.web.sign_in_provider import Provider
from app.web.sign_in_settings import read_providers
from app.web.sign_in_ways import WaysIn
from partners.calling import Calls
from partners.donation import Donation
from partners.leisure_file import LeisureFile
from partners.leisure_pass import LeisurePass
from partners.registry import build_registry
from partners.voucher_code import VoucherCode
from partners.webhook import WebhookTill

MESSAGES = "messages"
"""Folder of DATA_DIR for what the demonstration would have sent."""

ENTITLEMENTS = "entitlements"
"""Folder of DATA_DIR for the nightly files of passes."""


def build_runtime(settings: Settings, *, database_url: str, demo: bool, clock: Clock | None = None) -> Runtime:
    """Everything that serves requests. Opens no connection yet; raises Misconfigured when a secret is missing."""
    secrets = resolve_secrets(settings, demo=demo)
    clock = clock or SystemClock()
    guard = UrlGuard(demo=demo)
    client = open_client(guard)
    calls = Calls(client)
    entitlements = LeisureFile(settings.data_dir / ENTITLEMENTS)
    adapters = (VoucherCode(), Donation(), LeisurePass(calls), entitlements, WebhookTill(calls, clock.now))
    return Runtime(
        settings=settings,
        database=Database(database_url, scheme=settings.scheme, pool_size=settings.pool_size),
        secrets=secrets,
        clock=clock,
        issuer=TokenIssuer(secrets, name_issuer(settings.scheme)),
        card_keys=CardKeys(secrets),
        voucher_codes=VoucherCodes(secrets),
        adapters=build_registry(adapters),
        endpoint_keys=EndpointKeys(secrets),
        url_guard=guard,
        outbound=client,
        limiter=Lockout(settings.redis_url),
        demo=demo,
        ways_in=build_ways_in(settings, demo=demo, clock=clock),
        stripe=build_stripe(settings),
    )


def build_stripe(settings: Settings) -> StripeConnect | None:
    """None without a key. Nobody is asked yet, so Stripe may be away."""
    if settings.stripe_secret_key is None:
        return None
    return StripeConnect(
        httpx.Client(verify=trust_the_usual(), follow_redirects=False, trust_env=False),
        secret_key=settings.stripe_secret_key.get_secret_value(),
        url=settings.stripe_url,
        scheme=settings.scheme,
    )


def build_ways_in(settings: Settings, *, demo: bool, clock: Clock) -> WaysIn:
    """How people sign in here. Raises Misconfigured. Nobody is asked yet, so a provider may be away."""
    # Where providers are is for whoever runs this to say; a redirect or a proxy of the environment is not.
    http = httpx.Client(verify=trust_the_usual(), follow_redirects=False, trust_env=False)
    written = settings.sign_in_providers.get_secret_value() if settings.sign_in_providers else None
    providers = {side: Provider(one, http, clock) for side, one in read_providers(written).items()}
    notify: Notify | None = FolderNotify(settings.data_dir / MESSAGES) if demo else None
    if settings.notify_api_key:
        notify = GovukNotify(
            http,
            url=settings.notify_url,
            api_key=settings.notify_api_key.get_secret_value(),
            templates=settings.notify_templates,
            clock=clock,
        )
    if not demo:
        return WaysIn(providers, notify)
    own = DemoProvider(clock, demo=demo)
    return WaysIn(providers, notify, own, Provider(own.register(), httpx.Client(transport=own), clock))
