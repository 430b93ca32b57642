"""An account as somebody typed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.enums import Tier


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account as typed; `arr` is an amount such as `8,400` or `1.2m`, in `currency`."""

    name: str
    owner_slack_id: str | None = None
    portfolio_id: int | None = None
    arr: str = ""
    currency: str = "USD"
    tier: Tier = Tier.HIGH_TOUCH
    contract_start: date | None = None
    renewal_date: date | None = None
