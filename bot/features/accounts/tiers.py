"""The tier of an account: kept by the bands of its portfolio, or set by hand with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import account_of, writable
from bot.app.actor import Actor, UserError, bot_author, may_write
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.domain.account.tiers import Bands, lower_touch, tier_now, tier_of, without_band
from bot.domain.enums import Tier
from bot.domain.model import Account
from bot.domain.values.money import Money, money
from bot.features.accounts import queries
from bot.features.accounts.card_views import TierLine
from bot.features.accounts.phrases import AccountPhrase
from bot.features.accounts.refusals import AccountRefusal
from bot.features.accounts.views import TierView
from bot.phrases import say
from bot.store import ledger, portfolios
from bot.store.entities import Entity
from bot.store.portfolios import Portfolio

_SHOWN = ("tier", "tier_reason")
_FIELDS = {"tier_reason": "reason"}


def bands_of(portfolio: Portfolio | None) -> Bands | None:
    """The bands that a portfolio has set, if it has."""
    if portfolio is None or portfolio.band_currency is None:
        return None
    high, low = portfolio.high_touch_from_minor, portfolio.low_touch_from_minor
    if high is None or low is None:
        return None
    return Bands(
        portfolio.band_currency,
        high,
        low,
        portfolio.high_touch_load,
        portfolio.low_touch_load,
        portfolio.high_touch_load_minor,
        portfolio.low_touch_load_minor,
        other_bands_of(portfolio),
    )


def other_bands_of(portfolio: Portfolio) -> tuple[Bands, ...]:
    """The bands of further currencies, by currency."""
    stored: dict[str, Sequence[int | None]] = json.loads(portfolio.other_bands_minor or "{}")
    return tuple(
        Bands(currency, high or 0, low or 0, high_load_minor=high_load, low_load_minor=low_load)
        for currency, (high, low, high_load, low_load) in sorted(stored.items())
        if currency != portfolio.band_currency
    )


def other_bands_written(others: Iterable[Bands]) -> str | None:
    """Bands of further currencies as a portfolio keeps them."""
    stored = {
        band.currency: (band.high_from_minor, band.low_from_minor, band.high_load_minor, band.low_load_minor)
        for band in others
    }
    return json.dumps(stored, sort_keys=True) if stored else None


def follow_bands(session: Session, accounts: Iterable[Account], portfolio: Portfolio | None, now: datetime) -> None:
    """Move these accounts of one portfolio to the tiers that their ARR pays for."""
    bands = bands_of(portfolio)
    if portfolio is None or bands is None:
        return
    author, why = bot_author(portfolio.workspace_id), say(AccountPhrase.BY_BANDS)
    for account in accounts:
        tier = tier_now(account, bands)
        if tier is not account.tier:
            ledger.change(session, author, Entity.ACCOUNT, account.id, now, why=why, tier=tier)


def tier_view(session: Session, actor: Actor, account_id: int, now: datetime) -> TierView:
    """The tier of an account, why it has it, and what each tier means."""
    seen = version_of_account(session, actor, account_id)
    account = account_of(session, actor, account_id)
    account_id = account.id
    bands = bands_of(portfolios.in_workspace(session, actor.workspace_id, account.portfolio_id))
    arr = money(account.arr_minor, account.currency)
    paid = tier_of(arr, bands)
    return TierView(
        account_id=account.id,
        account=account.name,
        tier=account.tier,
        reason=account.tier_reason,
        arr=str(arr) if arr else None,
        by_bands=paid,
        bands=_amounts(bands),
        can_write=may_write(session, actor, account),
        seen=seen,
    )


def overrule_tier(session: Session, actor: Actor, account_id: int, tier: Tier, now: datetime, *, reason: str) -> None:
    """Give an account a tier by hand; the reason stays visible until the tier is released."""
    account_id = writable(session, actor, account_id).id
    if not reason.strip():
        raise UserError(AccountRefusal.TIER_WITHOUT_REASON, "reason")
    must_be_as_shown(session, actor, account_id, now, ShownRow(Entity.ACCOUNT, account_id, _SHOWN, _FIELDS))
    values: dict[str, Any] = {"tier": tier, "tier_reason": reason.strip()}
    ledger.change(session, actor.author, Entity.ACCOUNT, account_id, now, **values)


def release_tier(session: Session, actor: Actor, account_id: int, now: datetime) -> None:
    """Let the portfolio's bands decide the tier again, at once."""
    account_id = writable(session, actor, account_id).id
    must_be_as_shown(session, actor, account_id, now, ShownRow(Entity.ACCOUNT, account_id, _SHOWN, _FIELDS))
    ledger.change(session, actor.author, Entity.ACCOUNT, account_id, now, tier_reason=None)
    account = account_of(session, actor, account_id)
    follow_bands(session, [account], portfolios.in_workspace(session, actor.workspace_id, account.portfolio_id), now)


def tier_line(session: Session, account: Account, portfolio: Portfolio | None, reader: Actor) -> TierLine:
    """The tier of an account, and who set it: the ARR, somebody by hand, or nobody."""
    bands = bands_of(portfolio)
    by_arr = tier_of(money(account.arr_minor, account.currency), bands)
    lowered = set_by_hand(session, account, portfolio)
    who = on = None
    if account.tier_reason and lowered is None:
        who, on = queries.set_last(session, account, "tier_reason")
    return TierLine(
        tier=account.tier,
        by_arr=by_arr is not None and not account.tier_reason,
        who=who,
        on=on,
        reason=account.tier_reason,
        lowered=lowered,
        without_band=without_band(account, bands),
        portfolio_id=account.portfolio_id,
        may_set_band=reader.member.is_admin or (portfolio is not None and portfolio.manager_id == reader.member.id),
    )


def set_by_hand(session: Session, account: Account, portfolio: Portfolio | None) -> str | None:
    """That somebody keeps the account in a tier with less attention than its ARR pays for, who did and why; None else.

    Where the bands cannot tell what it pays for, every tier set by hand is named.
    """
    if not account.tier_reason:
        return None
    paid = tier_of(money(account.arr_minor, account.currency), bands_of(portfolio))
    if paid is not None and not lower_touch(account.tier, paid):
        return None
    who, on = queries.set_last(session, account, "tier_reason")
    return say(AccountPhrase.TIER_BY_HAND, tier=account.tier, paid=paid, who=who, on=on, why=account.tier_reason)


def _amounts(bands: Bands | None) -> tuple[str, str] | None:
    if bands is None:
        return None
    return str(Money(bands.high_from_minor, bands.currency)), str(Money(bands.low_from_minor, bands.currency))
