"""Begins meeting series for the customers of a portfolio that have none, spread over the weeks of their owners.

The rhythm is that of the account's tier. A series meets in the hours that the portfolio has set, on the clock of the
account's owner, from next Monday on, and moves off public holidays. It is held by the owner; where Slack does not know
whom an import named, the clock is the portfolio's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app import recipients, recurrence
from bot.app.actor import Actor, UserError
from bot.app.recurrence import Occurrence
from bot.app.shown import must_be_portfolio_as_shown, version_of_portfolio
from bot.domain.enums import CadenceKind, OnHoliday, Tier
from bot.domain.model import Account
from bot.domain.portfolio.week_spread import Place, Rhythm, Taken, Wanted, busiest, spread
from bot.domain.values import working_hours
from bot.domain.values.days import add_days, shift_moment
from bot.features.meetings.rows import Cadence
from bot.features.portfolios import rhythms
from bot.features.portfolios.phrases import PortfolioPhrase
from bot.features.portfolios.refusals import PortfolioRefusal
from bot.features.portfolios.rhythms import Rhythms
from bot.features.portfolios.setup import change_portfolio, managed_portfolio
from bot.features.portfolios.views import (
    DefaultSeriesView,
    HolderLine,
    SeriesBegunView,
    SeriesPreviewView,
    TierSeriesLine,
)
from bot.phrases import say
from bot.store import ledger, members, portfolios, series
from bot.store.entities import Entity
from bot.store.ledger import Change
from bot.store.members import Member
from bot.store.portfolios import Portfolio

AT_ONCE = 500
"""So many series begin with one confirmation, so that it is answered in time."""
_LEAD = timedelta(hours=24)
_COLUMN = "default_series"
_HOLDERS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class _Planned:
    """A series that would begin: whose account, who holds it, and where it is placed."""

    account: Account
    rhythm: Rhythm
    holder: int | None
    tz: str
    place: Place


def series_form(session: Session, actor: Actor, portfolio_id: int, now: datetime) -> DefaultSeriesView:
    """The form for the default series of a portfolio, filled with what is set, or with what is usual."""
    seen = version_of_portfolio(session, actor, portfolio_id)
    portfolio = managed_portfolio(session, actor, portfolio_id)
    chosen = rhythms.kept(portfolio.default_series) or Rhythms()
    by_tier = {tier: chosen.by_tier.get(tier, rhythms.NONE) for tier in Tier}
    return DefaultSeriesView(
        portfolio_id=portfolio.id,
        portfolio=portfolio.name,
        without=series.count_without(session, actor.workspace_id, portfolio.id),
        high_touch=by_tier[Tier.HIGH_TOUCH],
        low_touch=by_tier[Tier.LOW_TOUCH],
        tech_touch=by_tier[Tier.TECH_TOUCH],
        begins=f"{chosen.begins:%H:%M}",
        ends=f"{chosen.ends:%H:%M}",
        seen=seen,
    )


def set_default_series(
    session: Session,
    actor: Actor,
    portfolio_id: int,
    now: datetime,
    *,
    by_tier: Mapping[Tier, str],
    begins: str,
    ends: str,
) -> int:
    """Set how often each tier is met and when; returns the portfolio's id. No series begins by that."""
    portfolio = managed_portfolio(session, actor, portfolio_id)
    chosen = rhythms.typed(by_tier, begins, ends)
    change_portfolio(session, portfolio, {_COLUMN: chosen.written()}, now, _COLUMN, by=actor)
    return portfolio.id


def preview(session: Session, actor: Actor, portfolio_id: int, now: datetime) -> SeriesPreviewView:
    """What one confirmation would begin: how many series of each tier, and the fullest day of each owner."""
    seen = version_of_portfolio(session, actor, portfolio_id)
    portfolio = managed_portfolio(session, actor, portfolio_id)
    chosen = _chosen(portfolio)
    waiting = series.customers_without(session, actor.workspace_id, portfolio.id, list(chosen.by_tier))
    planned = _planned(session, portfolio, chosen, waiting[:AT_ONCE], now)
    ids = [item.account.id for item in planned]
    return SeriesPreviewView(
        portfolio_id=portfolio.id,
        portfolio=portfolio.name,
        count=len(planned),
        left=len(waiting) - len(planned),
        not_met=series.count_without(session, actor.workspace_id, portfolio.id) - len(waiting),
        ended=series.that_ended(session, actor.workspace_id, ids),
        tiers=_tiers(planned),
        holders=_holders(session, portfolio, planned)[:_HOLDERS_SHOWN],
        more_holders=max(0, len({item.holder for item in planned}) - _HOLDERS_SHOWN),
        begins=f"{chosen.begins:%H:%M}",
        ends=f"{chosen.ends:%H:%M}",
        from_day=min((_first_day(item, now) for item in planned), default=actor.today(now)),
        seen=seen,
    )


def begin(session: Session, actor: Actor, portfolio_id: int, now: datetime) -> int:
    """Begin the default series of every customer that has none; returns the act that `take_back` takes back.

    Two who confirm at once begin them once: the second finds that all have one.
    """
    portfolio = managed_portfolio(session, actor, portfolio_id)
    portfolios.lock(session, [portfolio.id])
    must_be_portfolio_as_shown(session, actor, portfolio.id, now, _COLUMN, fields={})
    chosen, place = _chosen(portfolio), (actor.workspace_id, portfolio.id)
    wanted = [account.id for account in series.customers_without(session, *place, list(chosen.by_tier))][:AT_ONCE]
    series.hold(session, actor.workspace_id, wanted)
    ledger.touch(session, wanted, now)
    still = set(wanted)
    waiting = [one for one in series.customers_without(session, *place, list(chosen.by_tier)) if one.id in still]
    planned = _planned(session, portfolio, chosen, waiting, now)
    asked = series.asked_from(session, actor.workspace_id, wanted, now)
    rows = [row for item in planned if (row := _row(item, asked, now)) is not None]
    why = say(PortfolioPhrase.DEFAULT_SERIES, portfolio=portfolio.name)
    ledger.add_many(session, actor.author, Entity.CADENCE, now, rows, whys=[why] * len(rows))
    return _act(now)


def begun(session: Session, actor: Actor, portfolio_id: int, act: int, now: datetime) -> SeriesBegunView:
    """How many series an act of the actor's began, how many still run as they were begun, and who has none yet."""
    portfolio = managed_portfolio(session, actor, portfolio_id)
    ids = series.begun_at(session, actor.workspace_id, portfolio.id, actor.member.id, _moment(act))
    return SeriesBegunView(
        portfolio_id=portfolio.id,
        portfolio=portfolio.name,
        act=act,
        count=len(ids),
        untouched=len(series.untouched(session, actor.workspace_id, ids)),
        left=series.count_without(session, actor.workspace_id, portfolio.id),
    )


def take_back(session: Session, actor: Actor, portfolio_id: int, act: int, now: datetime) -> int:
    """End the series that an act of the actor's began, but for those that something was built on; returns the act.

    Something was built on a series once its first meeting was asked about, or somebody changed or ended it.
    """
    portfolio = managed_portfolio(session, actor, portfolio_id)
    ids = series.begun_at(session, actor.workspace_id, portfolio.id, actor.member.id, _moment(act))
    rows = series.untouched(session, actor.workspace_id, ids)
    if not rows:
        raise UserError(PortfolioRefusal.NOTHING_TO_TAKE_BACK)
    ended: dict[str, Any] = {"active": False, "next_meeting_at": None, "next_prompt_at": None}
    why = say(PortfolioPhrase.DEFAULT_SERIES_TAKEN_BACK, portfolio=portfolio.name)
    changes = [Change(row, ended, why) for row in rows]
    ledger.change_many(session, actor.author, Entity.CADENCE, now, changes)
    return act


def _chosen(portfolio: Portfolio) -> Rhythms:
    chosen = rhythms.kept(portfolio.default_series)
    if chosen is None:
        raise UserError(PortfolioRefusal.NO_RHYTHM)
    return chosen


def _planned(
    session: Session, portfolio: Portfolio, chosen: Rhythms, waiting: Sequence[Account], now: datetime
) -> list[_Planned]:
    """A place for each of these accounts, beside the series that their owners hold already."""
    holders = _holders_of(session, portfolio, waiting)
    wanted = [
        Wanted(account.id, member.id if member else None, chosen.by_tier[account.tier])
        for account, member in zip(waiting, holders, strict=True)
    ]
    busy = {one.holder for one in wanted if one.holder is not None}
    taken = [_taken(running) for running in series.of_owners(session, portfolio.workspace_id, busy)]
    places = spread(wanted, (one for one in taken if one is not None), chosen.times)
    return [
        _Planned(account, one.rhythm, one.holder, _zone(portfolio, member), places[account.id])
        for account, member, one in zip(waiting, holders, wanted, strict=True)
    ]


def _holders_of(session: Session, portfolio: Portfolio, waiting: Sequence[Account]) -> list[Member | None]:
    """Who holds the meetings of each account: its owner, also one whom Slack does not know yet, else who answers."""
    owners = members.by_ids(session, [portfolio.workspace_id], {one.owner_id for one in waiting})
    answering = recipients.answering_among(session, waiting) if waiting else {}
    holders = []
    for account in waiting:
        owner = owners.get(account.owner_id or 0)
        holders.append(owner if owner is not None and not owner.is_deactivated else answering[account.id])
    return holders


def _zone(portfolio: Portfolio, member: Member | None) -> str:
    return member.tz if member is not None and member.slack_id else portfolio.tz


def _taken(running: series.Running) -> Taken | None:
    """A series that runs as the spread counts it; None for one that meets on a weekend."""
    at = datetime.fromisoformat(running.local_start.partition(" ")[0])
    repeat = recurrence.repeat_of(running.rrule)[0].removesuffix("_weekday")
    by_word = {"weekly": Rhythm.WEEKLY, "fortnightly": Rhythm.FORTNIGHTLY, "monthly": Rhythm.MONTHLY}
    if at.weekday() > 4:
        return None
    rhythm = by_word.get(repeat, Rhythm.QUARTERLY)
    week = at.isocalendar().week if rhythm is Rhythm.FORTNIGHTLY else (at.day - 1) // 7
    return Taken(running.owner_id, rhythm, Place(at.weekday(), week % rhythm.every, at.time()))


def _first_day(item: _Planned, now: datetime) -> date:
    """The day of the first meeting: from next Monday on, on the weekday and in the week of its place."""
    today = working_hours.local_day(now, item.tz)
    monday = add_days(today, 7 - today.weekday())
    day = add_days(monday, item.place.weekday)
    if item.rhythm in (Rhythm.WEEKLY, Rhythm.FORTNIGHTLY):
        return add_days(day, 7 * item.place.week)
    months, nth = divmod(item.place.week, Rhythm.MONTHLY.every)
    for _ in range(months + 1):
        while (day.day - 1) // 7 != nth:
            day = add_days(day, 7)
        first, day = day, add_days(day, 7)
    return first


def _row(item: _Planned, asked: set[tuple[int, CadenceKind, datetime]], now: datetime) -> dict[str, Any] | None:
    """The row of a series that begins; None if it would never meet."""
    kind = CadenceKind.BUSINESS_REVIEW if item.rhythm is Rhythm.QUARTERLY else CadenceKind.WEEKLY_SYNC
    first_day = _first_day(item, now)
    rrule = recurrence.rule_of(item.rhythm.value, first_day)
    hours = int(_LEAD.total_seconds() // 3600)
    place = (rrule, f"{first_day.isoformat()}T{item.place.at:%H:%M}", item.tz, hours, OnHoliday.MOVE)
    new = Cadence(0, item.account.id, kind, *place, True, None, None)
    upcoming: Occurrence | None = recurrence.next_meeting(new, now)
    while upcoming is not None and (item.account.id, kind, upcoming.starts_at) in asked:
        upcoming = recurrence.next_meeting(new, upcoming.starts_at)
    if upcoming is None:
        return None
    values = {"account_id": item.account.id, "kind": kind, "rrule": rrule, "tz": item.tz, "lead_hours": hours}
    values |= {"on_holiday": OnHoliday.MOVE, "active": True}
    return values | recurrence.schedule(_LEAD, upcoming, item.tz)


def _tiers(planned: Sequence[_Planned]) -> tuple[TierSeriesLine, ...]:
    counts = {(tier, rhythm): 0 for tier in Tier for rhythm in Rhythm}
    for item in planned:
        counts[item.account.tier, item.rhythm] += 1
    return tuple(TierSeriesLine(tier, rhythm, count) for (tier, rhythm), count in counts.items() if count)


def _holders(session: Session, portfolio: Portfolio, planned: Sequence[_Planned]) -> tuple[HolderLine, ...]:
    """Each holder with how many series begin, and how many of them lie on their fullest weekday; the most first."""
    wanted = [Wanted(item.account.id, item.holder, item.rhythm) for item in planned]
    fullest = busiest({item.account.id: item.place for item in planned}, wanted)
    names = members.names(session, [portfolio.workspace_id], fullest)
    lines = [
        HolderLine(names.get(holder or 0), sum(one.holder == holder for one in wanted), most)
        for holder, most in fullest.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.series, line.name or "")))


def _act(now: datetime) -> int:
    """The moment of an act as a button carries it: microseconds since 1970."""
    return (now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _moment(act: int) -> datetime:
    """The moment that a button names; one that no clock ever shows belongs to no act."""
    least, most = (end // timedelta(microseconds=1) for end in (timedelta.min, timedelta.max))
    return shift_moment(datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=min(max(act, least), most)))
