"""The only reader of the environment. Each setting is documented in docs/reference/settings.md."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What the environment says; secrets are resolved by `app.core.secret_store`, demo ones from `data_dir`."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True)

    database_url: str | None = Field(default=None, description="PostgreSQL to use; without it an embedded one is run")
    redis_url: str | None = Field(default=None, description="Redis for rate limits across processes; else in memory")
    data_dir: Path = Field(default=Path(".data"), description="Where demo secrets and the embedded database live")
    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8000, description="Port to listen on")
    base_url: str | None = Field(default=None, description="How people reach this server; http://HOST:PORT if unset")
    scheme: str = Field(
        default="leeds", pattern=r"^[a-z][a-z0-9_]{0,30}$", description="One council's scheme: a PostgreSQL schema"
    )
    secret_key: SecretStr | None = Field(default=None, description="32 or more random bytes, base64; cards, vouchers")
    signing_key: SecretStr | None = Field(default=None, description="EC P-256 private key, PEM; signs access tokens")
    late_window_days: Annotated[int, Field(ge=1, le=90)] = Field(default=14, description="How late an event may come")
    pool_size: Annotated[int, Field(ge=1, le=200)] = Field(default=32, description="Threads, and connections for them")
