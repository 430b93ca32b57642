"""What the environment says, read once into one frozen value; nothing else reads the environment."""

from __future__ import annotations

import os
import socket
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class BadSettingsError(ValueError):
    """A variable that cannot be read; the message is one sentence that names it."""


class Settings(BaseSettings):
    """Every field is an environment variable of the same name in capitals; `.env` is read, too."""

    model_config = SettingsConfigDict(
        frozen=True, env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    database_url: str = Field(
        default="sqlite:///proofline.sqlite3", repr=False, description="sqlite:///FILE or postgresql://…"
    )
    listen_url: str = Field(
        default="", repr=False, description="the same PostgreSQL directly, if DATABASE_URL leads to a pooler"
    )
    target_database_url: str = Field(default="", repr=False, description="the empty database that `move` copies to")
    slack_bot_token: str = Field(default="", repr=False, description="xoxb-…, from OAuth & Permissions")
    slack_app_token: str = Field(default="", repr=False, description="xapp-… for Socket Mode; without it, HTTP")
    slack_signing_secret: str = Field(default="", repr=False, description="from Basic Information; needed over HTTP")
    slack_config_token: str = Field(default="", repr=False, description="xoxe.…, only for `doctor --blocks`")
    slack_api_url: str = Field(default="https://slack.com/api/", description="another Slack, such as the sandbox")
    host: str | None = Field(default=None, description="where to listen; unset: 127.0.0.1 in Socket Mode, else 0.0.0.0")
    port: int = Field(default=3000, ge=0, le=65535, description="0 takes a free port")
    monitoring_token: str = Field(default="", repr=False, description="what /ready and /metrics ask for, if set")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_json: bool | None = Field(default=None, description="unset: JSON unless standard error is a terminal")
    tick_seconds: float = Field(default=20.0, gt=0, description="how often the clock looks for what is due")
    outbox_days: int = Field(default=90, ge=31, le=36500, description="how long finished messages stay")
    replica: str = Field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")

    @property
    def socket_mode(self) -> bool:
        """Whether the bot connects to Slack (Socket Mode) instead of Slack calling it over HTTP."""
        return bool(self.slack_app_token)

    @property
    def listen_host(self) -> str:
        """Where health, metrics and Slack over HTTP listen: in Socket Mode nobody outside has to reach us."""
        return self.host or ("127.0.0.1" if self.socket_mode else "0.0.0.0")


def load() -> Settings:
    """The settings of this process. Raises `BadSettingsError` for the first variable that cannot be read."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name, why = str(first["loc"][0]).upper(), str(first["msg"])
        raise BadSettingsError(f"{name} cannot be read: {why[0].lower()}{why[1:]}. Change it and try again.") from None
