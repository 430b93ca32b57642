"""What the environment says, read once into one frozen value; nothing else reads the environment."""

from __future__ import annotations

import os
import socket
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every field is an environment variable of the same name in capitals; `.env` is read, too."""

    model_config = SettingsConfigDict(frozen=True, env_file=".env", extra="ignore", hide_input_in_errors=True)

    database_url: str = Field("sqlite:///proofline.db", repr=False, description="sqlite:///FILE or postgresql://…")
    slack_bot_token: str = Field("", repr=False, description="xoxb-…, from OAuth & Permissions")
    slack_app_token: str = Field("", repr=False, description="xapp-… for Socket Mode; without it, HTTP")
    slack_signing_secret: str = Field("", repr=False, description="from Basic Information; needed over HTTP")
    slack_api_url: str = Field("https://slack.com/api/", description="another Slack, such as the sandbox")
    host: str = Field("0.0.0.0", description="where health, metrics and Slack over HTTP listen")
    port: int = Field(3000, ge=0, le=65535, description="0 takes a free port")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_json: bool | None = Field(None, description="unset: JSON unless standard error is a terminal")
    tick_seconds: float = Field(20.0, gt=0, description="how often the clock looks for what is due")
    replica: str = Field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")

    @property
    def socket_mode(self) -> bool:
        """Slack is reached through a socket of ours rather than over HTTP to us."""
        return bool(self.slack_app_token)
