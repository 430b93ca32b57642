"""Sets up portfolios: the manager, the channel, the time of the digest, and the accounts.

An account belongs to the portfolio that an import or `/proof new` names; without one, to the only one there is.
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
from bot.app.shown import must_be_portfolio_as_shown, version_of_portfolio
from bot.app.typed import colleague_of
from bot.domain.values import working_hours
from bot.features.portfolios import bands
from bot.features.portfolios.refusals import PortfolioRefusal
from bot.features.portfolios.views import AdoptedView, LoopChannelsView, PortfolioSavedView, PortfolioSetupView
from bot.store import ledger, members, portfolios, review_queue, series
from bot.store.entities import Entity
from bot.store.portfolios import Portfolio

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ADOPTED_AT_ONCE = 500
_LONGEST_NAME = 80
_SHOWN = (
    "name",
    "channel",
    "manager_id",
    "digest_weekday",
    "digest_time",
    "tz",
    *bands.BAND_COLUMNS,
    *bands.LOAD_COLUMNS,
)
_FIELDS = {
    "manager_id": "manager",
    "digest_weekday": "weekday",
    "digest_time": "time",
    **dict.fromkeys(bands.BAND_COLUMNS, "bands"),
    **dict.fromkeys(bands.LOAD_COLUMNS, "loads"),
    "product_channel": "product",
    "go_to_market_channel": "go_to_market",
}
"""What the forms call the columns of a portfolio."""
_MOST_GUESTS = 10
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True)
class ChannelReaders:
    """Who reads the chosen channel, as Slack says: the Slack ids of its `members`, or that another organisation does.

    `allowed` are the guests among them of whom the person has said that they may.
    """

    shared_outside: bool = False
    members: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()


NOBODY = ChannelReaders()


@dataclass(frozen=True, slots=True)
class PortfolioForm:
    """A portfolio as typed. `channel` and `manager` are Slack ids, `time` is `HH:MM` on the clock of `tz` (IANA).

    `bands` is empty or the ARR from which accounts are high and low touch, such as `100,000 / 20,000 USD`; `loads` is
    empty or what one owner is expected to carry of these two tiers, such as `25 / 80; 3,000,000 / 2,000,000 USD`; None
    leaves it.
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
    readers: ChannelReaders = NOBODY


def setup_form(session: Session, actor: Actor, typed: str | None, now: datetime) -> PortfolioSetupView:
    """The form for the portfolio with the `typed` name, for the only one the actor manages, or for a new one."""
    must_read(actor)
    name = " ".join((typed or "").split())
    managed = portfolios.of_manager(session, actor.workspace_id, actor.member.id)
    portfolio = portfolios.by_name(session, actor.workspace_id, name) if name else None
    if portfolio is None and not name and len(managed) == 1:
        portfolio = managed[0]
    if portfolio is None:
        _may_create(session, actor)
        me = actor.member
        return PortfolioSetupView(None, name, None, me.slack_id, 0, WEEKDAYS, "09:00", me.tz, "", "", 0)
    return change_form(session, actor, portfolio.id, now)


def change_form(session: Session, actor: Actor, portfolio_id: int, now: datetime) -> PortfolioSetupView:
    """The form for one portfolio, filled with what is set up."""
    seen = version_of_portfolio(session, actor, portfolio_id)
    portfolio = managed_portfolio(session, actor, portfolio_id)
    manager = members.by_id(session, actor.workspace_id, portfolio.manager_id)
    return PortfolioSetupView(
        portfolio_id=portfolio.id,
        name=portfolio.name,
        channel=portfolio.channel,
        manager=manager.slack_id if manager else None,
        weekday=portfolio.digest_weekday,
        weekdays=WEEKDAYS,
        time=portfolio.digest_time,
        tz=portfolio.tz,
        bands=bands.bands_written(portfolio),
        loads=bands.loads_written(portfolio),
        seen=seen,
    )


def set_up(session: Session, actor: Actor, form: PortfolioForm, now: datetime) -> PortfolioSavedView:
    """Create or change a portfolio; `UserError` names the field at fault. Submitted twice, it is one."""
    must_read(actor)
    portfolio = None if form.portfolio_id is None else managed_portfolio(session, actor, form.portfolio_id)
    portfolios.lock_name(session, actor.workspace_id, form.name)
    namesake = portfolios.by_name(session, actor.workspace_id, form.name)
    if (
        portfolio is None
        and namesake is not None
        and may_manage(session, actor, namesake.id)
        and namesake.channel == form.channel
    ):
        portfolio = namesake
    if portfolio is None:
        _may_create(session, actor)
    if namesake is not None and (portfolio is None or namesake.id != portfolio.id):
        raise UserError(PortfolioRefusal.NAME_TAKEN, "name", name=namesake.name)
    values = _checked(session, actor, form)
    if guests := _guests_not_allowed(session, actor, form.readers):
        raise UserError(PortfolioRefusal.GUESTS_NOT_ALLOWED, "guests", guests=tuple(name for _, name in guests))
    return _save(session, actor, portfolio, values, now)


def guests_form(session: Session, actor: Actor, form: PortfolioForm, now: datetime) -> PortfolioSetupView | None:
    """The form again, as typed, with the guests of its channel to be allowed; None where nobody has to be asked."""
    if form.portfolio_id is None:
        must_read(actor)
    else:
        managed_portfolio(session, actor, form.portfolio_id)
    bands.loads_of(
        form.loads or "", bands.bands_of(form.bands)["band_currency"]
    )  # the next form has no such input to show a mistake at
    guests = _guests_not_allowed(session, actor, form.readers)
    if not guests or form.readers.shared_outside:
        return None
    if len(guests) > _MOST_GUESTS:
        raise UserError(PortfolioRefusal.TOO_MANY_GUESTS, "channel", count=len(guests))
    return PortfolioSetupView(
        portfolio_id=form.portfolio_id,
        name=form.name,
        channel=form.channel,
        manager=form.manager,
        weekday=form.weekday,
        weekdays=WEEKDAYS,
        time=form.time,
        tz=form.tz,
        bands=form.bands,
        loads=form.loads or "",
        seen=actor.seen or 0,  # what the first form showed
        guests=tuple(guests),
    )


def _guests_not_allowed(session: Session, actor: Actor, readers: ChannelReaders) -> list[tuple[str, str]]:
    """The guests who read a channel and were not allowed to, as Slack ids and names."""
    unasked = set(readers.members) - set(readers.allowed)
    everybody = members.of_workspace(session, actor.workspace_id) if unasked else []
    return [
        (member.slack_id, member.name)
        for member in everybody
        if member.slack_id in unasked and member.slack_id and member.is_guest and not member.is_deactivated
    ]


def saved_view(
    session: Session, actor: Actor, portfolio_id: int, now: datetime, *, created: bool
) -> PortfolioSavedView:
    """A portfolio as it is set up now, and what to do next; `created` if it was new."""
    must_read(actor)
    portfolio = portfolios.in_workspace(session, actor.workspace_id, portfolio_id)
    if portfolio is None:
        raise no_such_account()
    mentions = portfolios.mentions(session, actor.workspace_id, [portfolio.manager_id])
    return PortfolioSavedView(
        portfolio_id=portfolio.id,
        name=portfolio.name,
        created=created,
        channel=portfolio.channel,
        manager=mentions.get(portfolio.manager_id or 0),
        weekday=WEEKDAYS[portfolio.digest_weekday],
        time=portfolio.digest_time,
        tz=portfolio.tz,
        next_digest_at=portfolio.next_digest_at or now,
        accounts=portfolios.count_accounts(session, actor.workspace_id, portfolio.id),
        unassigned=len(adoptable(session, portfolio)),
        without_series=_without_series(session, portfolio),
    )


def loops_form(session: Session, actor: Actor, portfolio_id: int, now: datetime) -> LoopChannelsView:
    """Where the loops of a portfolio are posted, for those who may change it."""
    seen = version_of_portfolio(session, actor, portfolio_id)
    portfolio = managed_portfolio(session, actor, portfolio_id)
    channels = portfolio.product_channel, portfolio.go_to_market_channel
    return LoopChannelsView(portfolio.id, portfolio.name, *channels, seen)


def set_loops(
    session: Session,
    actor: Actor,
    portfolio_id: int,
    now: datetime,
    *,
    product: str | None,
    go_to_market: str | None,
    shared_outside: tuple[str, ...] = (),
) -> LoopChannelsView:
    """Set the channels (Slack ids) of the Product and go-to-market loops; without one that loop posts nowhere.

    `shared_outside` are those channels that another organisation shares.
    """
    portfolio = managed_portfolio(session, actor, portfolio_id)
    for field, channel in (("product", product), ("go_to_market", go_to_market)):
        if channel in shared_outside:
            raise UserError(PortfolioRefusal.CHANNEL_SHARED, field)
    values: dict[str, Any] = {"product_channel": product or None, "go_to_market_channel": go_to_market or None}
    values |= {"product_channel_lost_at": None, "go_to_market_channel_lost_at": None}
    change_portfolio(session, portfolio, values, now, "product_channel", "go_to_market_channel", by=actor)
    return loops_form(session, actor, portfolio_id, now)


def adopt_unassigned(session: Session, actor: Actor, portfolio_id: int, now: datetime) -> AdoptedView:
    """Take in the customers that belong to no portfolio and whose owner has no account in another one.

    At most `ADOPTED_AT_ONCE` a call, so that a click is answered in time; `left` says whether to go on.
    """
    portfolio = managed_portfolio(session, actor, portfolio_id)
    free = adoptable(session, portfolio)
    for account_id in free[:ADOPTED_AT_ONCE]:
        nowhere = {"portfolio_id": None}
        ledger.change(
            session, actor.author, Entity.ACCOUNT, account_id, now, only_if=nowhere, portfolio_id=portfolio_id
        )
    return adopted_view(session, actor, portfolio_id, min(len(free), ADOPTED_AT_ONCE))


def adopted_view(session: Session, actor: Actor, portfolio_id: int, count: int) -> AdoptedView:
    """The view that `count` customers were taken in, and how many still could be."""
    portfolio = managed_portfolio(session, actor, portfolio_id)
    left, without_series = len(adoptable(session, portfolio)), _without_series(session, portfolio)
    return AdoptedView(portfolio_id, portfolio.name, count, left, without_series)


def managed_portfolio(session: Session, actor: Actor, portfolio_id: int) -> Portfolio:
    """A portfolio of the actor's workspace that the actor may change."""
    must_read(actor)
    portfolio = portfolios.in_workspace(session, actor.workspace_id, portfolio_id)
    if portfolio is None:
        raise no_such_account()
    must_manage(session, actor, portfolio.id)
    return portfolio


def _without_series(session: Session, portfolio: Portfolio) -> int:
    return series.count_without(session, portfolio.workspace_id, portfolio.id)


def _may_create(session: Session, actor: Actor) -> None:
    if not actor.member.is_admin and not portfolios.of_manager(session, actor.workspace_id, actor.member.id):
        raise UserError(PortfolioRefusal.NOT_AN_ADMIN)


def _checked(session: Session, actor: Actor, form: PortfolioForm) -> dict[str, Any]:
    name = " ".join(form.name.split())
    if not name:
        raise UserError(PortfolioRefusal.NAME_MISSING, "name")
    if len(name) > _LONGEST_NAME:
        raise UserError(PortfolioRefusal.NAME_TOO_LONG, "name", longest=_LONGEST_NAME)
    manager = colleague_of(session, actor, form.manager) if form.manager else None
    if form.manager and manager is None:
        raise UserError(PortfolioRefusal.MANAGER_NOT_A_MEMBER, "manager")
    if manager is None and not form.channel:
        raise UserError(PortfolioRefusal.NOBODY_TO_READ, "channel")
    if form.readers.shared_outside:
        raise UserError(PortfolioRefusal.CHANNEL_SHARED, "channel")
    if not 0 <= form.weekday < len(WEEKDAYS):
        raise UserError(PortfolioRefusal.WEEKDAY_MISSING, "weekday")
    if not _TIME.fullmatch(form.time):
        raise UserError(PortfolioRefusal.TIME_UNREADABLE, "time")
    typed_bands = bands.bands_of(form.bands)
    loads = {} if form.loads is None else bands.loads_of(form.loads, typed_bands["band_currency"])
    return {
        "name": name,
        "channel": form.channel or None,
        "manager_id": manager.id if manager else None,
        "digest_weekday": form.weekday,
        "digest_time": form.time,
        "tz": recurrence.checked_zone(form.tz.strip(), "tz"),
        **typed_bands,
        **loads,
    }


def _save(
    session: Session, actor: Actor, portfolio: Portfolio | None, values: dict[str, Any], now: datetime
) -> PortfolioSavedView:
    due = working_hours.next_weekly(now, values["digest_weekday"], values["digest_time"], values["tz"])
    if portfolio is None:
        new = {"workspace_id": actor.workspace_id, "next_digest_at": due, **values}
        portfolio_id = ledger.add(session, actor.author, Entity.PORTFOLIO, now, **new)
    else:
        portfolio_id = portfolio.id
        if any(getattr(portfolio, column) != values[column] for column in bands.BAND_COLUMNS):
            # The daily review locks accounts before their portfolio; the same order here prevents a deadlock.
            review_queue.look_soon(session, actor.workspace_id, portfolio.id, now)
        values["channel_lost_at"] = None  # the form confirms the channel; the next post shows whether it takes messages
        if _schedule_changed(portfolio, values):
            values["next_digest_at"] = due
        change_portfolio(session, portfolio, values, now, *_SHOWN, by=actor)
    return saved_view(session, actor, portfolio_id, now, created=portfolio is None)


def change_portfolio(
    session: Session, shown: Portfolio, values: dict[str, Any], now: datetime, *columns: str, by: Actor
) -> None:
    """Change a portfolio that `by` manages and whose form showed these columns.

    Refuses what somebody else changed in them meanwhile. Its rows are not held before: the daily review locks accounts
    first, and two forms at once are told apart by the update, which finds the columns as they were read or changes
    nothing.
    """
    must_be_portfolio_as_shown(session, by, shown.id, now, *columns, fields=_FIELDS)
    as_read = {column: getattr(shown, column) for column in columns}
    if all(getattr(shown, column) == value for column, value in values.items()):
        return
    if not ledger.change(session, by.author, Entity.PORTFOLIO, shown.id, now, only_if=as_read, **values):
        must_be_portfolio_as_shown(session, by, shown.id, now, *columns, fields=_FIELDS)
        raise UserError(PortfolioRefusal.CHANGED_MEANWHILE)


def _schedule_changed(portfolio: Portfolio, values: dict[str, Any]) -> bool:
    times = ("digest_weekday", "digest_time", "tz")
    return portfolio.next_digest_at is None or any(getattr(portfolio, name) != values[name] for name in times)


def adoptable(session: Session, portfolio: Portfolio) -> list[int]:
    """The customers that this portfolio may take in."""
    owners_elsewhere = portfolios.owners_outside(session, portfolio)
    return [
        account_id
        for account_id, owner_id in portfolios.unassigned(session, portfolio.workspace_id)
        if owner_id not in owners_elsewhere
    ]
