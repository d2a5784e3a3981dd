"""Everything that can be set from outside, read once where the program is put together.

Each setting is an environment variable `MINGQIAN_NAME` and stands in docs/operations.md. Secrets are files: the keys in
`key_directory`, the passphrase of the keys that prove draws, and the passwords of databases, so that no URL holds one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.errors import DomainError
from ledger.keys import STORE

PREFIX = "MINGQIAN_"
MAX_EVIDENCE = 31 * 1024 * 1024  # what the door lets through, less the form around a file


def _words(value: object) -> object:
    return value.split() if isinstance(value, str) else value


def _distinct(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Each authority is known by its host, which stands in exports: one address for each, and no password in any."""
    parsed = [urlsplit(address) for address in addresses]
    if len({one.hostname for one in parsed}) < len(parsed):
        raise ValueError
    if any(
        one.scheme not in {"http", "https"} or not one.hostname or one.username for one in parsed
    ):
        raise ValueError
    return addresses


class Settings(BaseSettings):
    """The settings, all with a safe default: production unless somebody says otherwise, on this machine only."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    mode: Literal["production", "development"] = "production"
    home: Path = Path(".mingqian")
    database_url: str | None = None
    database_password_file: Path | None = None
    owner_database_url: str | None = None
    owner_database_password_file: Path | None = None
    key_directory: Path | None = None
    subject_key_store: Path | None = None
    vrf_passphrase_file: Path | None = None
    evidence_directory: Path | None = None
    evidence_max_bytes: Annotated[int, Field(ge=1, le=MAX_EVIDENCE)] = 20 * 1024 * 1024
    prover_socket: Path | None = None
    prover_database_url: str | None = None
    prover_database_password_file: Path | None = None
    origin: Annotated[str, Field(min_length=1, max_length=200)] = "mingqian.example/ledger"
    clock_file: Path | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    token_lifetime_seconds: Annotated[int, Field(ge=60, le=86_400)] = 8 * 3600
    read_wait_seconds: Annotated[float, Field(gt=0, le=60)] = 5
    ready_lag_leaves: Annotated[int, Field(ge=0)] = 1000
    checkpoint_seconds: Annotated[float, Field(gt=0, le=86_400)] = 10
    checkpoint_commits: Annotated[int, Field(ge=1)] = 100
    witness_policy_file: Path | None = None
    timestamp_url: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(_words), AfterValidator(_distinct)
    ] = ()
    timestamp_certificates_file: Path | None = None
    smtp_host: str | None = None
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: Annotated[str, Field(pattern=r"^[!-~]+$")] | None = None
    smtp_password_file: Path | None = None
    mail_sender: Annotated[str, Field(pattern=r"^[!-?A-~]+@[!-?A-~]+$")] | None = None
    webhook_url: str | None = None
    webhook_secret_file: Path | None = None
    public_address: str | None = None
    remind_days: Annotated[int, Field(ge=0, le=30)] = 3
    drand_relays: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)] = ()

    @model_validator(mode="after")
    def _refuse_development_in_production(self) -> Self:
        if self.mode == "production" and self.clock_file is not None:
            detail = "生产模式不得设置 MINGQIAN_CLOCK_FILE / not to be set in production mode"
            raise DomainError("development-setting-in-production", detail)
        return self

    @model_validator(mode="after")
    def _require_certificates(self) -> Self:
        if self.timestamp_url and self.timestamp_certificates_file is None:
            detail = "设置有误：未设 MINGQIAN_TIMESTAMP_CERTIFICATES_FILE / must be set for MINGQIAN_TIMESTAMP_URL"
            raise DomainError("settings-invalid", detail)
        return self

    @model_validator(mode="after")
    def _require_reminding(self) -> Self:
        """A password never goes over an open line, and whoever is reminded is told by whom and can check that."""
        wrong = []
        if self.smtp_host is not None and self.mail_sender is None:
            wrong.append("MINGQIAN_MAIL_SENDER")
        if (self.smtp_user is None) != (self.smtp_password_file is None):
            wrong.append("MINGQIAN_SMTP_PASSWORD_FILE")
        if self.smtp_user is not None and self.smtp_security == "none":
            wrong.append("MINGQIAN_SMTP_SECURITY")
        if self.webhook_url is not None and self.webhook_secret_file is None:
            wrong.append("MINGQIAN_WEBHOOK_SECRET_FILE")
        scheme = urlsplit(self.webhook_url or "https:").scheme
        if scheme != "https" and (scheme != "http" or self.mode == "production"):
            wrong.append("MINGQIAN_WEBHOOK_URL")
        if wrong:
            detail = (
                f"设置有误，见 docs/operations.md / these settings are wrong: {', '.join(wrong)}"
            )
            raise DomainError("settings-invalid", detail)
        return self

    @property
    def keys(self) -> Path:
        """Where the key files are."""
        return self.key_directory or self.home / "keys"

    @property
    def subject_keys(self) -> Path:
        """Where the store of the keys of personal data is."""
        return self.subject_key_store or self.keys / STORE

    @property
    def evidence(self) -> Path:
        """Where the evidence files are."""
        return self.evidence_directory or self.home / "evidence"

    @property
    def vrf_keys(self) -> Path:
        """Where the holder of the keys that prove draws has them."""
        return self.keys / "vrf"


def read_settings() -> Settings:
    """The settings of the environment; raises "settings-invalid" naming each, never repeating a value."""
    try:
        return Settings()
    except ValidationError as error:
        names = {PREFIX + "_".join(map(str, one["loc"])).upper() for one in error.errors()}
        detail = f"设置有误，见 docs/operations.md / these settings are wrong: {', '.join(sorted(names))}"
        raise DomainError("settings-invalid", detail) from None
