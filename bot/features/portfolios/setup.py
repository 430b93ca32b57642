"""Sets up portfolios: who manages, where the news goes, when the digest comes, which accounts belong.

An account belongs to the portfolio that an import or `/proof new` names; without one, to its owner's (`default_of`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import recurrence
from bot.app.accounts import no_such_account
from bot.app.actor import Actor, UserError, may_manage, must_manage, must_read
from bot.domain.values import working_hours
from bot.domain.values.money import Money, parse
from bot.domain.values.text import number
from bot.features.portfolios.refusals import PortfolioRefusal
from bot.features.portfolios.views import AdoptedView, LoopChannelsView, PortfolioSavedView, PortfolioSetupView
from bot.store import ledger, members, portfolios, review_queue
from bot.store.entities import Entity
from bot.store.portfolios import Portfolio

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ADOPTED_AT_ONCE = 500
_BAND_COLUMNS = ("band_currency", "high_touch_from_minor", "low_touch_from_minor")
_LONGEST_NAME = 80
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_BETWEEN = re.compile(r"\s*/\s*|\s+and\s+")


@dataclass(frozen=True, slots=True)
class PortfolioForm:
    """A portfolio as typed. `channel` and `manager` are Slack ids, `time` is `HH:MM` on the clock of `tz` (IANA).

    `bands` is empty or the ARR from which accounts are high and low touch, such as `100,000 / 20,000 USD`; `loads` is
    empty or how many accounts of these two tiers one owner is expected to carry, such as `25 / 80`; None leaves it.
    """

    name: str
    channel: str | None
    manager: str | None
    weekday: int
    time: str
    tz: str
    bands: str = ""
    loads: str | None = None
    portfolio_id: int | None = None


def setup_form(session: Session, actor: Actor, typed: str | None, now: datetime) -> PortfolioSetupView:
    """The form: of the portfolio with the `typed` name, of the only one that the actor manages, or of a new one."""
    must_read(actor)
    name = " ".join((typed or "").split())
    managed = portfolios.of_manager(session, actor.workspace_id, actor.member.id)
    known = portfolios.by_name(session, actor.workspace_id, name) if name else None
    if known is None and not name and len(managed) == 1:
        known = managed[0]
    if known is None:
        _may_create(session, actor)
        me = actor.member
        return PortfolioSetupView(None, name, None, me.slack_id, 0, WEEKDAYS, "09:00", me.tz, "", "")
    return change_form(session, actor, known.id, now)


def change_form(session: Session, actor: Actor, portfolio_id: int, now: datetime) -> PortfolioSetupView:
    """The form for one portfolio, filled with what is set up."""
    known = _managed(session, actor, portfolio_id)
    manager = members.by_id(session, actor.workspace_id, known.manager_id)
    return PortfolioSetupView(
        portfolio_id=known.id,
        name=known.name,
        channel=known.channel,
        manager=manager.slack_id if manager else None,
        weekday=known.digest_weekday,
        weekdays=WEEKDAYS,
        time=known.digest_time,
        tz=known.tz,
        bands=_bands_written(known),
        loads=_loads_written(known),
    )


def set_up(session: Session, actor: Actor, form: PortfolioForm, now: datetime) -> PortfolioSavedView:
    """Create or change a portfolio; `UserError` names the field at fault. Submitted twice, it is one."""
    must_read(actor)
    known = None if form.portfolio_id is None else _managed(session, actor, form.portfolio_id)
    same = portfolios.by_name(session, actor.workspace_id, form.name)
    if known is None and same is not None and may_manage(session, actor, same.id) and same.channel == form.channel:
        known = same
    if known is None:
        _may_create(session, actor)
    if same is not None and (known is None or same.id != known.id):
        raise UserError(PortfolioRefusal.NAME_TAKEN, "name", name=same.name)
    values = _checked(session, actor, form)
    return _saved(session, actor, known, values, now)


def saved(session: Session, actor: Actor, portfolio_id: int, now: datetime, *, created: bool) -> PortfolioSavedView:
    """A portfolio as it is set up now, and what to do next; `created` if it was new."""
    must_read(actor)
    known = portfolios.in_workspace(session, actor.workspace_id, portfolio_id)
    if known is None:
        raise no_such_account()
    who = portfolios.mentions(session, actor.workspace_id, [known.manager_id])
    return PortfolioSavedView(
        portfolio_id=known.id,
        name=known.name,
        created=created,
        channel=known.channel,
        manager=who.get(known.manager_id or 0),
        weekday=WEEKDAYS[known.digest_weekday],
        time=known.digest_time,
        tz=known.tz,
        next_digest_at=known.next_digest_at or now,
        accounts=portfolios.count_accounts(session, actor.workspace_id, known.id),
        unassigned=len(_free(session, known)),
    )


def loops_form(session: Session, actor: Actor, portfolio_id: int, now: datetime) -> LoopChannelsView:
    """Where the loops of a portfolio are posted, for those who may change it."""
    known = _managed(session, actor, portfolio_id)
    return LoopChannelsView(known.id, known.name, known.product_channel, known.go_to_market_channel)


def set_loops(
    session: Session, actor: Actor, portfolio_id: int, product: str | None, go_to_market: str | None, now: datetime
) -> LoopChannelsView:
    """Set the channels (Slack ids) of the Product and go-to-market loops; without one that loop posts nowhere."""
    known = _managed(session, actor, portfolio_id)
    values: dict[str, Any] = {"product_channel": product or None, "go_to_market_channel": go_to_market or None}
    values |= {"product_channel_lost_at": None, "go_to_market_channel_lost_at": None}
    ledger.change(session, actor.author, Entity.PORTFOLIO, known.id, now, **values)
    return loops_form(session, actor, portfolio_id, now)


def adopt_unassigned(session: Session, actor: Actor, portfolio_id: int, now: datetime) -> AdoptedView:
    """Take in the customers that belong to no portfolio and whose owner has no account in another one.

    At most `ADOPTED_AT_ONCE` a call, so that a click is answered in time; `left` says whether to go on.
    """
    portfolio = _managed(session, actor, portfolio_id)
    free = _free(session, portfolio)
    for account_id in free[:ADOPTED_AT_ONCE]:
        nowhere = {"portfolio_id": None}
        ledger.change(
            session, actor.author, Entity.ACCOUNT, account_id, now, only_if=nowhere, portfolio_id=portfolio_id
        )
    return adopted(session, actor, portfolio_id, min(len(free), ADOPTED_AT_ONCE))


def adopted(session: Session, actor: Actor, portfolio_id: int, count: int) -> AdoptedView:
    """Says that `count` customers were taken in, and how many still could be."""
    portfolio = _managed(session, actor, portfolio_id)
    return AdoptedView(portfolio_id, portfolio.name, count, len(_free(session, portfolio)))


def default_of(session: Session, workspace_id: int, owner_id: int | None) -> int | None:
    """The portfolio that a new account of this owner belongs to: the only one of the owner's, or of the workspace."""
    owned = portfolios.of_owner(session, workspace_id, owner_id) if owner_id is not None else []
    candidates = owned or portfolios.of_workspace(session, workspace_id)
    return candidates[0].id if len(candidates) == 1 else None


def _managed(session: Session, actor: Actor, portfolio_id: int) -> Portfolio:
    """A portfolio of the actor's workspace that the actor may change."""
    must_read(actor)
    known = portfolios.in_workspace(session, actor.workspace_id, portfolio_id)
    if known is None:
        raise no_such_account()
    must_manage(session, actor, known.id)
    return known


def _may_create(session: Session, actor: Actor) -> None:
    if not actor.member.is_admin and not portfolios.of_manager(session, actor.workspace_id, actor.member.id):
        raise UserError(PortfolioRefusal.NOT_AN_ADMIN)


def _checked(session: Session, actor: Actor, form: PortfolioForm) -> dict[str, Any]:
    name = " ".join(form.name.split())
    if not name:
        raise UserError(PortfolioRefusal.NAME_MISSING, "name")
    if len(name) > _LONGEST_NAME:
        raise UserError(PortfolioRefusal.NAME_TOO_LONG, "name", longest=_LONGEST_NAME)
    manager = members.by_slack_id(session, actor.workspace_id, form.manager) if form.manager else None
    if form.manager and (manager is None or manager.is_guest or manager.is_deactivated):
        raise UserError(PortfolioRefusal.MANAGER_NOT_A_MEMBER, "manager")
    if manager is None and not form.channel:
        raise UserError(PortfolioRefusal.NOBODY_TO_READ, "channel")
    if not 0 <= form.weekday < len(WEEKDAYS):
        raise UserError(PortfolioRefusal.WEEKDAY_MISSING, "weekday")
    if not _TIME.fullmatch(form.time):
        raise UserError(PortfolioRefusal.TIME_UNREADABLE, "time")
    return {
        "name": name,
        "channel": form.channel or None,
        "manager_id": manager.id if manager else None,
        "digest_weekday": form.weekday,
        "digest_time": form.time,
        "tz": recurrence.checked_zone(form.tz.strip(), "tz"),
        **_bands(form.bands),
        **({} if form.loads is None else _loads(form.loads)),
    }


def _bands(typed: str) -> dict[str, Any]:
    """The columns of `100,000 / 20,000 USD`; all empty when nothing is typed."""
    if not typed.strip():
        return dict.fromkeys(_BAND_COLUMNS)
    parts = _BETWEEN.split(typed.strip())
    low = parse(parts[-1])
    high = parse(parts[0], low.currency) if low else None
    if len(parts) != 2 or low is None or high is None:
        raise UserError(PortfolioRefusal.BANDS_UNREADABLE, "bands")
    if high.currency != low.currency or not high.minor > low.minor >= 0:
        raise UserError(PortfolioRefusal.BANDS_REVERSED, "bands")
    return dict(zip(_BAND_COLUMNS, (low.currency, high.minor, low.minor), strict=True))


def _bands_written(portfolio: Portfolio) -> str:
    """The bands as they are typed."""
    currency, high, low = portfolio.band_currency, portfolio.high_touch_from_minor, portfolio.low_touch_from_minor
    if currency is None or high is None or low is None:
        return ""
    return f"{number(Money(high, currency).major)} / {number(Money(low, currency).major)} {currency}"


def _loads(typed: str) -> dict[str, Any]:
    """The columns of `25 / 80`; all empty when nothing is typed."""
    if not typed.strip():
        return {"high_touch_load": None, "low_touch_load": None}
    parts = _BETWEEN.split(typed.strip())
    if len(parts) != 2 or not all(part.isdecimal() and 0 < int(part) < 100_000 for part in parts):
        raise UserError(PortfolioRefusal.LOADS_UNREADABLE, "loads")
    return {"high_touch_load": int(parts[0]), "low_touch_load": int(parts[1])}


def _loads_written(portfolio: Portfolio) -> str:
    high, low = portfolio.high_touch_load, portfolio.low_touch_load
    return "" if high is None or low is None else f"{high} / {low}"


def _saved(
    session: Session, actor: Actor, known: Portfolio | None, values: dict[str, Any], now: datetime
) -> PortfolioSavedView:
    due = working_hours.next_weekly(now, values["digest_weekday"], values["digest_time"], values["tz"])
    if known is None:
        new = {"workspace_id": actor.workspace_id, "next_digest_at": due, **values}
        portfolio_id = ledger.add(session, actor.author, Entity.PORTFOLIO, now, **new)
    else:
        portfolio_id = known.id
        if any(getattr(known, column) != values[column] for column in _BAND_COLUMNS):
            # Accounts before their portfolio, as the clock's look locks them, so that the two never deadlock.
            review_queue.look_soon(session, actor.workspace_id, known.id, now)
        values["channel_lost_at"] = None  # who saves the form says that the channel is right: the next post will tell
        if _moved(known, values):
            values["next_digest_at"] = due
        ledger.change(session, actor.author, Entity.PORTFOLIO, known.id, now, **values)
    return saved(session, actor, portfolio_id, now, created=known is None)


def _moved(known: Portfolio, values: dict[str, Any]) -> bool:
    times = ("digest_weekday", "digest_time", "tz")
    return known.next_digest_at is None or any(getattr(known, name) != values[name] for name in times)


def _free(session: Session, portfolio: Portfolio) -> list[int]:
    """The customers that this portfolio may take in."""
    elsewhere = portfolios.owners_outside(session, portfolio)
    return [
        account_id
        for account_id, owner_id in portfolios.unassigned(session, portfolio.workspace_id)
        if owner_id not in elsewhere
    ]
