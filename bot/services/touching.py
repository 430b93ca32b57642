"""Shows what attention an account gets, and lets a human overrule the tier that its ARR pays for (issue: tiers).

`bot.services.tiering` moves accounts with the bands; an account whose tier has a reason stays where a human put it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.money import Money, money
from bot.domain.tiers import MEANS, Bands, tier_of
from bot.domain.words import Tier
from bot.services import tiering
from bot.services.actor import Actor, Refused, may_write, must_write
from bot.services.reading import account_of, readable
from bot.store import ledger, portfolios, schema

NAMES = {Tier.HIGH_TOUCH: "High touch", Tier.LOW_TOUCH: "Low touch", Tier.TECH_TOUCH: "Tech touch"}


@dataclass(frozen=True, slots=True)
class TierView:
    """The tier of an account; with `can_write` it is a form that overrules it.

    `by_bands` is the tier that the portfolio's bands give this ARR, None when they cannot tell; `bands` says them.
    """

    account_id: int
    account: str
    tier: str
    name: str
    means: str
    reason: str | None
    arr: str | None
    by_bands: str | None
    bands: tuple[str, ...]
    choices: tuple[tuple[str, str, str], ...]
    can_write: bool


def tier_view(session: Session, actor: Actor, account_id: int, now: datetime) -> TierView:
    """The tier of an account, why it has it, and what each tier means."""
    account = readable(session, actor, account_id)
    bands = tiering.bands_of(portfolios.by_id(session, account.portfolio_id))
    arr = money(account.arr_minor, account.currency)
    paid = tier_of(arr, bands)
    return TierView(
        account_id=account.id,
        account=account.name,
        tier=account.tier.value,
        name=NAMES[account.tier],
        means=MEANS[account.tier],
        reason=account.tier_reason,
        arr=str(arr) if arr else None,
        by_bands=NAMES[paid] if paid else None,
        bands=_said(bands),
        choices=tuple((tier.value, name, MEANS[tier]) for tier, name in NAMES.items()),
        can_write=may_write(session, actor, account),
    )


def overrule_tier(session: Session, actor: Actor, account_id: int, tier: Tier, reason: str, now: datetime) -> None:
    """Give an account a tier by hand; the reason stays visible until the tier is released."""
    must_write(session, actor, account_of(session, account_id))
    if not reason.strip():
        raise Refused("Say why; the reason stands beside the tier for everybody who reads it.", "reason")
    values: dict[str, Any] = {"tier": tier, "tier_reason": reason.strip()}
    ledger.change(session, actor.author, schema.account, account_id, now, **values)


def release_tier(session: Session, actor: Actor, account_id: int, now: datetime) -> None:
    """Let the portfolio's bands decide the tier again, at once."""
    must_write(session, actor, account_of(session, account_id))
    ledger.change(session, actor.author, schema.account, account_id, now, tier_reason=None)
    account = account_of(session, account_id)
    tiering.follow_bands(session, [account], portfolios.by_id(session, account.portfolio_id), now)


def _said(bands: Bands | None) -> tuple[str, ...]:
    if bands is None:
        return ()
    high, low = Money(bands.high_from_minor, bands.currency), Money(bands.low_from_minor, bands.currency)
    return f"high touch from {high}", f"low touch from {low}", "tech touch below"
