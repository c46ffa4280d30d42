"""The only reader of the environment. Each setting is documented in docs/reference/settings.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.core.flag_bounds import USUAL_BOUNDS, FlagBounds

DATABASE_DRIVERS = ("postgresql", "postgres", "postgresql+psycopg")
REDIS_PROTOCOLS = ("redis", "rediss", "unix")


class Settings(BaseSettings):
    """What the environment says; secrets are resolved by `app.core.secret_store`, demo ones from `data_dir`."""

    # Of an address with a password nothing may be repeated, and an empty DATA_DIR must not mean the current directory.
    model_config = SettingsConfigDict(
        env_file=None, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    database_url: str | None = Field(default=None, description="PostgreSQL to use; without it an embedded one is run")
    redis_url: str | None = Field(default=None, description="Redis for rate limits across processes; else in memory")
    data_dir: Path = Field(default=Path(".data"), description="Where demo secrets and the embedded database live")
    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8000, description="Port to listen on")
    base_url: str | None = Field(default=None, description="How people reach this server; http://HOST:PORT if unset")
    scheme: str = Field(
        default="leeds", pattern=r"^[a-z][a-z0-9_]{0,30}$", description="One council's scheme: a PostgreSQL schema"
    )
    pages_language: str = Field(
        default="en_GB", pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$", description="What the pages are written in"
    )
    secret_key: SecretStr | None = Field(default=None, description="32 or more random bytes, base64; cards, vouchers")
    signing_key: SecretStr | None = Field(default=None, description="EC P-256 private key, PEM; signs access tokens")
    verifying_keys: SecretStr | None = Field(
        default=None, description="JWK set: public keys, each until its exp, whose tokens are accepted as well"
    )
    trusted_proxies: str | None = Field(
        default=None, description="Addresses of proxies whose X-Forwarded-For says who calls; comma-separated"
    )
    sign_in_providers: SecretStr | None = Field(
        default=None, description="JSON: the OpenID Connect provider of resident, partner and officer"
    )
    notify_api_key: SecretStr | None = Field(default=None, description="Key of GOV.UK Notify; sends codes and notices")
    notify_templates: str = Field(default="{}", description="JSON: the id of each template of GOV.UK Notify")
    notify_url: str = Field(
        default="https://api.notifications.service.gov.uk", description="Where GOV.UK Notify is reached"
    )
    step_up_points: Annotated[int, Field(ge=0)] = Field(
        default=500, description="A reward for more points than these takes a sign-in of the last 15 minutes"
    )
    journal_codes: str = Field(default="{}", description="JSON: what the general ledger calls our accounts of money")
    late_window_days: Annotated[int, Field(ge=1, le=90)] = Field(default=14, description="How late an event may come")
    backtest_processes: Annotated[int, Field(ge=1, le=64)] = Field(
        default=2, description="Processes of one back-test; 1 is the server's own, which then answers more slowly"
    )
    first_reward_days: Annotated[int, Field(ge=0, le=30)] = Field(
        default=3, description="How many days after joining a resident may take a first reward"
    )
    bacs_payer: SecretStr | None = Field(
        default=None, description="Sort code, account number and name that partners are paid from; comma-separated"
    )
    flag_bounds: Annotated[FlagBounds, NoDecode] = Field(
        default=USUAL_BOUNDS, description="More than these is held for a person, as a JSON object"
    )
    payout_delay_days: Annotated[int, Field(ge=0, le=60)] = Field(
        default=7, description="How many days after a week's end its payment to a partner goes at the earliest"
    )
    stripe_secret_key: SecretStr | None = Field(
        default=None, description="Key of Stripe, for partners who are paid by it"
    )
    stripe_webhook_secret: SecretStr | None = Field(
        default=None, description="Secrets that Stripe signs its events with; comma-separated"
    )
    stripe_url: str = Field(default="https://api.stripe.com", description="Where Stripe is reached")
    callback_percent: Annotated[int, Field(ge=0, le=100)] = Field(
        default=2, description="Of a hundred used vouchers, how many residents are asked about: did you get it?"
    )
    adjustment_most_points: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        default=1000, description="Points that one adjustment may give"
    )
    adjustment_most_points_a_day: Annotated[int, Field(ge=0, le=10_000_000)] = Field(
        default=5000, description="Points of adjustments that one officer may propose, and approve, in a day"
    )
    notification_threshold_pence: Annotated[int, Field(ge=1)] = Field(
        default=80_000_000, description="Pence redeemed in 12 months from which the scheme notifies the regulator"
    )
    subsidy_threshold_pence: Annotated[int, Field(ge=1)] = Field(
        default=31_500_000, description="Pence that one partner may get in three financial years as small assistance"
    )
    pool_size: Annotated[int, Field(ge=1, le=200)] = Field(default=32, description="Threads, and connections for them")

    @property
    def public_url(self) -> str:
        """How people reach the server that these settings start, without a slash at its end."""
        if self.base_url:
            return self.base_url.rstrip("/")
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches the server by its address."""
        host = urlsplit(self.public_url).hostname or ""
        return host in {"localhost", "::1"} or host.startswith("127.")

    @field_validator("flag_bounds", mode="before")
    @classmethod
    def _read_flag_bounds(cls, written: object) -> object:
        if not isinstance(written, str):
            return written
        try:
            return json.loads(written)
        except (ValueError, RecursionError):
            kind = "json"
            raise PydanticCustomError(kind, "write it as a JSON object of names and whole numbers") from None

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, written: str | None) -> str | None:
        if written is not None and _find_driver(written) not in DATABASE_DRIVERS:
            kind = "address"
            raise PydanticCustomError(kind, "write it as postgresql://user:password@host:port/name")
        return written

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, written: str | None) -> str | None:
        if written is not None and _find_protocol(written) not in REDIS_PROTOCOLS:
            kind = "address"
            raise PydanticCustomError(kind, "write it as redis://host:port/number")
        return written

    @field_validator("stripe_url")
    @classmethod
    def _check_stripe_url(cls, written: str) -> str:
        place = urlsplit(written)
        if place.scheme != "https" and not (place.scheme == "http" and place.hostname in {"127.0.0.1", "localhost"}):
            kind = "address"
            raise PydanticCustomError(kind, "write it as https://host, since a key is sent there")
        return written


def _find_driver(database_url: str) -> str | None:
    """What is before :// of an address that can be read; whether anything answers there is found out by asking."""
    try:
        return make_url(database_url).drivername
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        return None


def _find_protocol(redis_url: str) -> str | None:
    try:
        port = urlsplit(redis_url).port
    except ValueError:
        return None
    return None if port == 0 else urlsplit(redis_url).scheme
