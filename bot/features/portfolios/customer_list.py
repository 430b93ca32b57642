"""Answers `/portfolio`: the customers of a portfolio, of several, or of one owner, ten a page, the healthy ones too.

The database filters, sorts and counts by what was kept of each account; only the accounts of the page are read. The few
accounts whose summary does not hold are judged first, so that each stands where it belongs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.accounts import find, no_such_account
from bot.app.actor import Actor, UserError, must_read
from bot.app.assessments import assess_now
from bot.app.readable import LeftOut, told_apart, unread, without_unreadable
from bot.domain.enums import Stage
from bot.domain.labels import label
from bot.domain.portfolio.account_summary import AccountSummary, summarize_account
from bot.domain.rules_version import RULES_VERSION
from bot.domain.values.text import short
from bot.features.portfolios import account_summaries, overview, owner_month, queries, stages
from bot.features.portfolios.list_choice import WINDOWS, ListChoice
from bot.features.portfolios.list_rows import row_of, shares_of, table_row
from bot.features.portfolios.list_views import (
    AccountListView,
    AccountRow,
    AccountTableView,
    ListFilterView,
    ListHead,
    NoPortfolioView,
    OwnerLine,
    OwnerListView,
    WhichPortfolioView,
)
from bot.features.portfolios.phrases import ListPhrase
from bot.features.portfolios.refusals import PortfolioRefusal
from bot.features.risks import queries as risk_queries
from bot.phrases import say
from bot.store import account_list, accounts, members, portfolios, proof_state
from bot.store import renewals as store_renewals
from bot.store.account_list import AccountList, Counts, Judged, Listed, Show, Sort
from bot.store.account_search import Hit
from bot.store.portfolios import Portfolio
from bot.store.stages import Scope

A_PAGE = 10
A_TABLE = 25
"""So many rows of a table fit one message, where a character beyond ASCII counts six."""
JUDGED = 200
"""So many accounts whose summary does not hold are judged, so that each stands where it belongs."""
_OWNERS = 20
_NAME = 60


class Chosen:
    """Whose accounts a choice means: the scope, its name, its portfolios, and the owner where it is one's own."""

    def __init__(self, session: Session, actor: Actor, choice: ListChoice) -> None:
        must_read(actor)
        self.actor = actor
        by = choice.narrowed.owner_id
        if by is not None and members.by_id(session, actor.workspace_id, by) is None:
            raise no_such_account()
        self.owner = None
        self.portfolios: tuple[Portfolio, ...] = ()
        portfolio_id = choice.portfolio_id
        if choice.key == stages.MINE or portfolio_id is not None:
            _, self.title, self.scope = stages.scope_of(session, actor, None, portfolio_id)
            if self.scope.owner_id == actor.member.id:
                self.owner = actor.member
        else:
            self.owner = members.by_slack_id(session, actor.workspace_id, choice.key)
            if self.owner is None or not accounts.ids_of(session, actor.workspace_id, self.owner.id):
                raise UserError(PortfolioRefusal.OWNS_NOTHING, person=self.owner.name if self.owner else None)
            self.title, self.scope = self.owner.name, Scope(actor.workspace_id, owner_id=self.owner.id)
        wanted = set(self.scope.portfolio_ids)
        if wanted:
            everything = portfolios.of_workspace(session, actor.workspace_id)
            self.portfolios = tuple(portfolio for portfolio in everything if portfolio.id in wanted)

    def is_managed(self, session: Session) -> bool:
        """Whether the actor may see what is said of owners: their manager, an admin, and everybody of themselves."""
        actor = self.actor
        if actor.member.is_admin or (self.owner is not None and self.owner.id == actor.member.id):
            return True
        of = portfolios.of_owner(session, actor.workspace_id, self.owner.id) if self.owner else self.portfolios
        return bool(of) and any(portfolio.manager_id == actor.member.id for portfolio in of)


def customers(
    session: Session, actor: Actor, owner_slack_id: str | None, named: tuple[str | None, str | None], now: datetime
) -> AccountListView | NoPortfolioView | WhichPortfolioView:
    """What `/portfolio [@owner | name]` shows: an owner's accounts, the portfolio of this name, or what is the actor's.

    `named` is the name with the word of the command that it looks like. A manager gets the portfolios that they manage,
    an owner their own accounts, anybody else all portfolios.
    """
    must_read(actor)
    if owner_slack_id:
        return customer_list(session, actor, ListChoice(owner_slack_id, Show.ALL), now)
    name, near = named
    try:
        key = stages.scope_of(session, actor, name, None)[0]
    except UserError as refused:
        if refused.code is PortfolioRefusal.NONE_SET_UP:
            return NoPortfolioView(actor.member.is_admin)
        if refused.code is not PortfolioRefusal.NAME_UNKNOWN:
            raise
        return WhichPortfolioView(name or "", overview.nearest(session, actor, name or ""), near)
    return customer_list(session, actor, ListChoice(key), now)


def customer_list(session: Session, actor: Actor, choice: ListChoice, now: datetime) -> AccountListView:
    """One page of the list, and what stands above it; a page that is not there is the nearest one that is."""
    chosen = Chosen(session, actor, choice)
    view, left_out = without_unreadable(lambda left_out: _list(session, choice, chosen, now, left_out))
    return replace(view, unread=unread(session, actor.workspace_id, left_out)) if left_out else view


def _list(session: Session, choice: ListChoice, chosen: Chosen, now: datetime, left_out: LeftOut) -> AccountListView:
    actor = chosen.actor
    listing = listing_of(session, choice, chosen, now, left_out)
    counts = listing.counts(session)
    page = min(max(choice.page, 0), max(0, -(-counts.shown // A_PAGE) - 1))
    choice = choice.with_page(page)
    listed = listing.page(session, page * A_PAGE, A_PAGE)
    managed = chosen.is_managed(session)
    warned = chosen.portfolios if managed else ()
    return AccountListView(
        choice=choice,
        head=_head(session, choice, chosen, counts),
        rows=tuple(_rows(session, chosen, listed, listing, now)),
        first=page * A_PAGE + 1,
        shown=counts.shown,
        next_page=min(A_PAGE, counts.shown - (page + 1) * A_PAGE),
        unclaimed=_unclaimed(session, actor, warned),
        lost_channels=tuple(channel for portfolio in warned for channel in portfolio.lost_channels),
        month=owner_month.month_of(session, chosen.owner, listing.today, now) if chosen.owner and managed else None,
        shows=tuple((show, choice.with_show(show).value) for show in Show),
        sorts=tuple((sort, choice.with_sort(sort).value) for sort in Sort),
        has_portfolio=bool(chosen.portfolios),
    )


def listing_of(session: Session, choice: ListChoice, chosen: Chosen, now: datetime, left_out: LeftOut) -> AccountList:
    """The list as the database reads it, without the accounts of `left_out`; those without a summary are judged."""
    actor = chosen.actor
    scope = replace(chosen.scope, without=tuple(left_out))
    missing = queries.without_summary_in(session, scope, RULES_VERSION, now, JUDGED)

    def judged(some: Sequence[int]) -> dict[int, Judged]:
        states = proof_state.load_many(session, [actor.workspace_id], some)
        return {state.account.id: _judged(summarize_account(assess_now(state, now))) for state in states}

    fresh = told_apart(lambda: judged(missing), lambda: missing, judged) if missing else {}
    return AccountList(scope, actor.today(now), now, choice.show, choice.sort, choice.narrowed, fresh)


def _judged(summary: AccountSummary) -> Judged:
    return Judged(int(summary.dangers[0].severity) if summary.dangers else 0, float(summary.coverage))


def _rows(
    session: Session, chosen: Chosen, listed: Sequence[Listed], listing: AccountList, now: datetime
) -> list[AccountRow]:
    actor, ids = chosen.actor, [one.account_id for one in listed]
    listed = [one._replace(owner="") for one in listed] if chosen.owner else first_names(listed)
    summaries = summaries_of(session, actor.workspace_id, ids, now)
    calls = store_renewals.calls_of(session, actor.workspace_id, ids)
    waiting, expiring = risk_queries.not_taken_of(session, actor.workspace_id, ids), listing.show is Show.EXPIRING
    return [
        row_of(
            summaries[one.account_id],
            one.owner,
            calls.get(one.account_id, ()),
            listing.today,
            not_taken=waiting,
            expiring=expiring,
        )
        for one in listed
        if one.account_id in summaries
    ]


def first_names(listed: Sequence[Listed]) -> list[Listed]:
    """The same with the first names of owners, where a page has no two owners of one first name."""
    names = {one.owner for one in listed if one.owner}
    firsts = Counter(name.split()[0] for name in names if name.split())
    short_by_name = {name: name.split()[0] for name in names if name.split() and firsts[name.split()[0]] == 1}
    return [one._replace(owner=short_by_name.get(one.owner or "", one.owner)) for one in listed]


def summaries_of(session: Session, workspace_id: int, ids: Sequence[int], now: datetime) -> dict[int, AccountSummary]:
    """The summaries of these accounts by id, kept or worked out now."""

    def read(some: Sequence[int]) -> list[AccountSummary]:
        return account_summaries.read_each(session, workspace_id, some, now)

    return {summary.account.id: summary for summary in told_apart(lambda: read(ids), lambda: ids, read)}


def _unclaimed(session: Session, actor: Actor, of: Sequence[Portfolio]) -> int:
    if not of:
        return 0
    by_portfolio = risk_queries.unclaimed_by_portfolio(session, actor.workspace_id)
    return sum(by_portfolio.get(portfolio.id, 0) for portfolio in of)


def _head(session: Session, choice: ListChoice, chosen: Chosen, counts: Counts) -> ListHead:
    by = choice.narrowed
    owner = members.by_id(session, chosen.actor.workspace_id, by.owner_id) if by.owner_id else None
    narrowed = (
        owner.name if owner else "",
        label(by.stage) if by.stage else "",
        label(by.tier) if by.tier else "",
        say(ListPhrase.WITHIN, days=by.days) if by.days else "",
        say(ListPhrase.COVERED, band=by.covered.value) if by.covered else "",
        say(ListPhrase.CALLED, text=by.text) if by.text else "",
    )
    return ListHead(
        chosen.title, shares_of(counts.sums), counts.customers, counts.needing, tuple(word for word in narrowed if word)
    )


def as_table(session: Session, actor: Actor, choice: ListChoice, now: datetime) -> AccountTableView:
    """The same list as a table, from the row on at which its page begins.

    A table is there to sort and compare, so that of what needs attention has everybody, the worst first.
    """
    chosen = Chosen(session, actor, choice)
    shown = replace(choice, show=Show.ALL) if choice.show is Show.NEEDS else choice

    def read(left_out: LeftOut) -> AccountTableView:
        listing = listing_of(session, shown, chosen, now, left_out)
        counts = listing.counts(session)
        page = min(max(choice.page, 0), max(0, -(-counts.shown // A_TABLE) - 1))
        listed = first_names(listing.page(session, page * A_TABLE, A_TABLE))
        summaries = summaries_of(session, actor.workspace_id, [one.account_id for one in listed], now)
        currencies = {
            summary.account.currency for summary in summaries.values() if summary.account.arr_minor is not None
        }
        (only,) = currencies if len(currencies) == 1 else (None,)
        waiting = risk_queries.not_taken_of(session, actor.workspace_id, summaries)
        rows = (
            table_row(
                summaries[one.account_id], one.owner, listing.today, not_taken=waiting, with_currency=only is None
            )
            for one in listed
            if one.account_id in summaries
        )
        caption = say(ListPhrase.CAPTION, title=chosen.title, many=counts.shown, currency=only, day=listing.today)
        return AccountTableView(
            choice.with_page(page), shown.value, chosen.title, caption, tuple(rows), page * A_TABLE + 1, counts.shown
        )

    return without_unreadable(read)[0]


def owner_list(session: Session, actor: Actor, choice: ListChoice, now: datetime) -> OwnerListView:
    """Who owns the customers of a list, with a button for the accounts of each."""
    chosen = Chosen(session, actor, choice)

    def read(left_out: LeftOut) -> list[account_list.OwnerCounts]:
        return listing_of(session, ListChoice(choice.key), chosen, now, left_out).by_owner(session)

    owners = without_unreadable(read)[0]
    lines = (
        OwnerLine(
            short(of.name, _NAME) if of.name else None,
            of.customers,
            of.needing,
            shares_of(of.sums),
            ListChoice(of.slack_id, Show.ALL).value if of.slack_id else None,
        )
        for of in owners[:_OWNERS]
    )
    return OwnerListView(choice, chosen.title, tuple(lines), max(0, len(owners) - _OWNERS))


def filter_form(session: Session, actor: Actor, choice: ListChoice, answers_to: str, now: datetime) -> ListFilterView:
    """The form that narrows a list down; `answers_to` is where its message can be answered, empty for a modal."""
    Chosen(session, actor, choice)
    by = choice.narrowed
    owner = members.by_id(session, actor.workspace_id, by.owner_id) if by.owner_id else None
    return ListFilterView(
        metadata=f"{choice.with_page(0).value}\n{answers_to}",
        owner=owner.slack_id if owner else None,
        stage=by.stage,
        tier=by.tier,
        days=by.days,
        covered=by.covered,
        text=by.text,
        stages=tuple(Stage),
        windows=WINDOWS,
    )


def narrowed(
    session: Session, actor: Actor, choice: ListChoice, owner_slack_id: str | None, now: datetime
) -> AccountListView:
    """The list of a filled-in form; its owner came as a Slack id."""
    Chosen(session, actor, choice)  # refuses what is not ours, also where the form then says something else
    owner = members.by_slack_id(session, actor.workspace_id, owner_slack_id) if owner_slack_id else None
    if owner_slack_id and owner is None:
        raise UserError(PortfolioRefusal.OWNS_NOTHING, "owner", person=None)
    by = replace(choice.narrowed, owner_id=owner.id if owner else None)
    # Who narrows a list down looks for somebody: all of them are shown, unless the list was about something.
    show = Show.ALL if choice.show is Show.NEEDS and by != account_list.NOT_NARROWED else choice.show
    return customer_list(session, actor, replace(choice, narrowed=by, show=show, page=0), now)


def found(session: Session, actor: Actor, typed: str) -> tuple[Hit, ...]:
    """The accounts that may be meant by what was typed so far, for a menu that asks while somebody types."""
    result = find(session, actor, typed[:_NAME])
    return (result.hit,) if result.hit else result.choices or result.nearest
