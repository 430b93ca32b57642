"""Answers `/portfolio`: how a portfolio, or one owner's accounts, stand now.

Who was asked and did not answer is shown to managers and admins, and to each owner of themselves; to nobody else.

`key` names what a page belongs to: a portfolio by its id, an owner's accounts by the owner's Slack id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.app.accounts import no_such_account
from bot.app.actor import Actor, UserError, must_read
from bot.app.assessments import assess_now, rules_day
from bot.app.readable import LeftOut, Unread, blaming, told_apart, unread, without_unreadable
from bot.domain.account import actions as account_actions
from bot.domain.account.assessment import Assessment
from bot.domain.account.participation import participation
from bot.domain.account.tiers import Bands, OwnerLoad, loads
from bot.domain.model import Account, Action
from bot.domain.portfolio.account_summary import AccountSummary
from bot.domain.values.text import short
from bot.features.accounts.tiers import bands_of
from bot.features.portfolios import account_summaries, digest, queries
from bot.features.portfolios.account_summaries import AccountSummaries
from bot.features.portfolios.currency_bands import currencies_without_band
from bot.features.portfolios.digest import LastWeek
from bot.features.portfolios.digest_layout import HEAD_LINES, Summary
from bot.features.portfolios.digest_pages import Block, DigestLine
from bot.features.portfolios.phrases import PortfolioPhrase
from bot.features.portfolios.queries import DigestRow
from bot.features.portfolios.refusals import PortfolioRefusal
from bot.features.portfolios.views import PortfolioPageView, PortfolioPart, PortfolioView
from bot.features.risks import queries as risk_queries
from bot.phrases import phrase, say
from bot.store import accounts, members, portfolios, proof_state
from bot.store.portfolios import Portfolio

MINE = "mine"
SHORT_LINES = 4
PARTICIPATION_WINDOW = timedelta(days=90)
_ROW_ID = re.compile(r"[0-9]{1,18}")
_SHOWN = 25
_NAME = 48


def portfolio_view(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    owner_slack_id: str | None = None,
    name: str | None = None,
    portfolio_id: int | None = None,
) -> PortfolioView:
    """The state of an owner's accounts, of a portfolio by name or id, or of what belongs to the actor.

    A manager gets the portfolios that they manage, an owner their own accounts, anybody else all portfolios.
    """
    must_read(actor)
    if owner_slack_id:
        return PortfolioView((_of_owner(session, actor, owner_slack_id, now),))
    if portfolio_id is not None or name:
        chosen = chosen_portfolio(session, actor, portfolio_id, name or "")
        return PortfolioView(_of_portfolios(session, actor, [chosen], now))
    managed = portfolios.of_manager(session, actor.workspace_id, actor.member.id)
    if managed:
        return PortfolioView(_of_portfolios(session, actor, managed, now))
    if actor.member.slack_id and accounts.ids_of(session, actor.workspace_id, actor.member.id):
        return PortfolioView((_of_owner(session, actor, actor.member.slack_id, now),))
    all_portfolios = portfolios.of_workspace(session, actor.workspace_id)
    if not all_portfolios:
        raise UserError(PortfolioRefusal.NONE_SET_UP)
    return PortfolioView(_of_portfolios(session, actor, all_portfolios, now))


def overview_of(session: Session, actor: Actor, key: str, now: datetime) -> PortfolioView:
    """The state of a portfolio by its id, of an owner's accounts by Slack id, or (`mine`) of what is the actor's."""
    if key == MINE:
        return portfolio_view(session, actor, now)
    by_id = int(key) if _ROW_ID.fullmatch(key) else None
    return portfolio_view(session, actor, now, portfolio_id=by_id, owner_slack_id=None if by_id is not None else key)


def portfolio_page(session: Session, actor: Actor, key: str, page: int, now: datetime) -> PortfolioPageView:
    """One page (from 0) of what `/portfolio` only counts."""
    by_id = int(key) if _ROW_ID.fullmatch(key) else None
    owner = None if by_id is not None else key
    (part,) = portfolio_view(session, actor, now, portfolio_id=by_id, owner_slack_id=owner).parts
    pages = part.summary.pages
    number = min(max(page, 0), max(0, len(pages) - 1))
    left = part.summary.left if number == len(pages) - 1 else 0
    asked = chosen_portfolio(session, actor, by_id, "") if by_id is not None and number == 0 else None
    return PortfolioPageView(
        key,
        part.name,
        number + 1,
        len(pages),
        pages[number] if pages else (),
        left,
        part.portfolio_id,
        part.can_manage,
        currencies_without_band(session, asked) if asked is not None else (),
    )


def chosen_portfolio(session: Session, actor: Actor, portfolio_id: int | None, name: str) -> Portfolio:
    """The portfolio with this id, or of this name; `UserError` names the nearest where there is none."""
    must_read(actor)
    if portfolio_id is not None:
        chosen = portfolios.in_workspace(session, actor.workspace_id, portfolio_id)
        if chosen is None:
            raise no_such_account()
        return chosen
    all_portfolios = portfolios.of_workspace(session, actor.workspace_id)
    if not all_portfolios:
        raise UserError(PortfolioRefusal.NONE_SET_UP)
    exact = portfolios.by_name(session, actor.workspace_id, name)
    if exact is not None:
        return exact
    names = tuple(name for _, name in nearest(session, actor, name))
    raise UserError(PortfolioRefusal.NAME_UNKNOWN, name=name, nearest=names)


def nearest(session: Session, actor: Actor, name: str) -> tuple[tuple[int, str], ...]:
    """The ids and names of the portfolios whose names are nearest to this one, the nearest first."""
    from rapidfuzz import process  # as in account_search

    names = {portfolio.id: portfolio.name for portfolio in portfolios.of_workspace(session, actor.workspace_id)}
    return tuple((portfolio_id, match) for match, _, portfolio_id in process.extract(name, names, limit=3))


def _of_portfolios(
    session: Session, actor: Actor, chosen: Sequence[Portfolio], now: datetime
) -> tuple[PortfolioPart, ...]:
    before = queries.latest(session, actor.workspace_id, [portfolio.id for portfolio in chosen])
    unclaimed = risk_queries.unclaimed_by_portfolio(session, actor.workspace_id)
    managers = portfolios.mentions(session, actor.workspace_id, [portfolio.manager_id for portfolio in chosen])
    room = SHORT_LINES if len(chosen) > 1 else HEAD_LINES
    parts = []
    for portfolio in chosen:
        row = before.get(portfolio.id)
        summary, unread = _summary(session, actor, portfolio, row, now, room=room)
        part = PortfolioPart(
            key=str(portfolio.id),
            portfolio_id=portfolio.id,
            name=portfolio.name,
            channel=portfolio.channel,
            lost_channels=portfolio.lost_channels,
            manager=managers.get(portfolio.manager_id or 0),
            next_digest_at=portfolio.next_digest_at,
            since=digest.moment_of(row),
            unclaimed=unclaimed.get(portfolio.id, 0),
            can_manage=_manages(actor, portfolio),
            summary=summary,
            unread=unread,
        )
        parts.append(part)
    return tuple(parts)


def _manages(actor: Actor, portfolio: Portfolio) -> bool:
    return actor.member.is_admin or portfolio.manager_id == actor.member.id


def _summary(
    session: Session, actor: Actor, portfolio: Portfolio, row: DigestRow | None, now: datetime, *, room: int
) -> tuple[Summary, Unread | None]:
    """A portfolio in lines, and the accounts that had to be left out."""
    last = digest.last_week(row)
    since = min(last[1] if last else now, now - PARTICIPATION_WINDOW)
    place = portfolio.workspace_id, portfolio.id

    def read(left_out: LeftOut) -> Summary:
        summaries = account_summaries.of_portfolio(session, *place, since, now, without=left_out)
        themed = queries.themed_actions(session, *place, without=left_out)
        summaries = summaries if _manages(actor, portfolio) else replace(summaries, meetings=())
        return _surveyed(summaries, last, themed, bands_of(portfolio), now, room=room)

    def at_fault() -> LeftOut:
        def themes(some: Sequence[int]) -> object:
            return queries.themed_actions(session, *place, only=some)

        return account_summaries.unreadable(session, portfolio, since, now, themes)

    summary, left_out = without_unreadable(lambda left_out: blaming(lambda: read(left_out), at_fault))
    return summary, unread(session, portfolio.workspace_id, left_out)


def _of_owner(session: Session, actor: Actor, slack_id: str, now: datetime) -> PortfolioPart:
    owner = members.by_slack_id(session, actor.workspace_id, slack_id)
    owned = accounts.ids_of(session, actor.workspace_id, owner.id) if owner else []
    if owner is None or not owned:
        raise UserError(PortfolioRefusal.OWNS_NOTHING, person=owner.name if owner else None)

    def assessed(some: Sequence[int]) -> list[Assessment]:
        return [assess_now(state, now) for state in proof_state.load_many(session, [actor.workspace_id], some)]

    def read(left_out: LeftOut) -> list[Assessment]:
        readable = [account_id for account_id in owned if account_id not in left_out]
        return told_apart(lambda: assessed(readable), lambda: readable, assessed)

    assessments, left_out = without_unreadable(read)
    home = portfolios.of_owner(session, actor.workspace_id, owner.id)
    bands = bands_of(home[0]) if len(home) == 1 else None
    summaries = account_summaries.of_assessments(assessments)
    if actor.member.id != owner.id and not (actor.member.is_admin or any(_manages(actor, place) for place in home)):
        summaries = replace(summaries, meetings=())
    actions = [action for assessment in assessments for action in assessment.state.actions]
    return PortfolioPart(
        key=slack_id,
        portfolio_id=None,
        name=owner.name,
        channel=None,
        lost_channels=(),
        manager=None,
        next_digest_at=None,
        since=None,
        unclaimed=0,
        can_manage=False,
        summary=_surveyed(summaries, None, actions, bands, now),
        unread=unread(session, actor.workspace_id, left_out),
    )


def _surveyed(
    summaries: AccountSummaries,
    last: LastWeek | None,
    actions: Sequence[Action],
    bands: Bands | None,
    now: datetime,
    *,
    room: int = HEAD_LINES,
) -> Summary:
    """The lines of a digest of these accounts, and behind them what only an overview shows."""
    seen: list[Account] = []

    def walked() -> Iterator[AccountSummary]:
        for summary in summaries.accounts:
            seen.append(summary.account)
            yield summary

    once = replace(summaries, accounts=walked(), meetings=list(summaries.meetings))
    return digest.survey(once, last, now, room=room, more=lambda: _behind(seen, once, actions, bands, now))[1]


def _behind(
    seen: Sequence[Account], summaries: AccountSummaries, actions: Sequence[Action], bands: Bands | None, now: datetime
) -> list[Block]:
    """The blocks behind the figures: load, participation, and themes that several accounts share."""

    def name_of(member_id: int | None) -> str:
        return short(summaries.names.get(member_id or 0) or say(PortfolioPhrase.NOBODY), _NAME)

    account_by_id = {account.id: account for account in seen}
    owner_loads = loads(seen, bands)
    participants, _ = participation(summaries.meetings, now, now - PARTICIPATION_WINDOW)
    themes = account_actions.recurring(
        ((account_by_id[action.account_id], action) for action in actions), rules_day(now)
    )
    lines = {
        say(PortfolioPhrase.LOAD): [
            DigestLine("load", "", (name_of(load.owner_id),), 0, _load(load)) for load in owner_loads[:_SHOWN]
        ],
        say(PortfolioPhrase.ANSWERS, days=PARTICIPATION_WINDOW.days): [
            DigestLine("load", "", (name_of(person.member_id),), 0, phrase(person.fact))
            for person in participants[:_SHOWN]
        ],
        say(PortfolioPhrase.THEMES): [
            DigestLine("load", "", (short(theme.theme, _NAME),), 0, phrase(theme.fact)) for theme in themes[:_SHOWN]
        ],
    }
    return [Block(title, tuple(block_lines)) for title, block_lines in lines.items() if block_lines]


def _load(load: OwnerLoad) -> str:
    """`36 accounts, 1 M EUR; 30 high touch of 25 expected, 900,000 EUR of 750,000 EUR expected`."""
    return say(
        PortfolioPhrase.LOAD_OF_OWNER,
        accounts=load.accounts,
        arr=load.arr,
        unknown_arr=load.unknown_arr,
        tiers=[
            (tier.tier, tier.accounts, tier.expected, [(arr.carried, arr.expected) for arr in tier.arr])
            for tier in load.by_tier
        ],
    )
