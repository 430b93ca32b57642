"""App Home: the answers I owe, the actions that are due, the risks I own, and my accounts, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.app.actor import Actor, must_read
from bot.app.assessments import assess_now, rules_day
from bot.app.readable import LeftOut, told_apart, unread, without_unreadable
from bot.domain.portfolio.account_summary import AccountSummary, summarize_account
from bot.domain.rules_version import RULES_VERSION
from bot.domain.values import days
from bot.domain.values.money import money
from bot.domain.values.text import short
from bot.features.evidence import countersign
from bot.features.home import queries
from bot.features.home.views import (
    AccountLine,
    DueLine,
    HeldLine,
    HomeView,
    ManagedLine,
    OwedAnswerLine,
    PairLine,
    RetirementLine,
)
from bot.features.portfolios import account_summaries, owner_acts
from bot.features.portfolios import queries as portfolio_queries
from bot.features.portfolios.digest_layout import Summary
from bot.features.portfolios.queries import Said
from bot.features.portfolios.views import OwnerActsLine
from bot.features.risks import queries as risk_queries
from bot.phrases import phrase
from bot.store import portfolios, proof_state
from bot.store.members import Member
from bot.store.portfolios import Portfolio

ACCOUNTS_SHOWN = 10
ACTIONS_AHEAD = timedelta(days=7)
WORKED_OUT = 50
"""So many accounts whose summary does not hold are worked out, so that each stands where it belongs."""
_SHOWN = 8
_TEXT = 160


def home(session: Session, actor: Actor, now: datetime, *, page: int = 0) -> HomeView:
    """What App Home shows to this member, with this page (from 0) of their accounts; a page that is not there is the
    nearest one that is."""
    must_read(actor)
    view, left_out = without_unreadable(lambda left_out: _home(session, actor, now, page, left_out))
    return replace(view, unread=unread(session, actor.workspace_id, left_out)) if left_out else view


def _home(session: Session, actor: Actor, now: datetime, page: int, left_out: LeftOut) -> HomeView:
    me = actor.member
    today = actor.today(now)
    owed, all_owed = queries.answers_owed(session, me, _SHOWN, left_out)
    due, all_due = queries.actions_due(session, me, days.shift_day(today, ACTIONS_AHEAD), _SHOWN, left_out)
    risks, all_risks = queries.risks_held(session, me, _SHOWN, left_out)
    mine = _mine(session, me, page, now, left_out)
    managed = portfolios.of_manager(session, actor.workspace_id, me.id)
    retired, all_retired = queries.retirements_waiting(
        session, me, rules_day(now), _SHOWN, left_out, manages=bool(managed)
    )
    return HomeView(
        managed=_managed(session, actor, managed, now, left_out),
        pairs=_pairs(session, actor, managed, now),
        retirements=tuple(RetirementLine(*astuple(retirement)) for retirement in retired),
        retirements_more=all_retired - len(retired),
        owed=tuple(OwedAnswerLine(prompt.prompt_id, prompt.account, prompt.kind, prompt.starts_at) for prompt in owed),
        owed_more=all_owed - len(owed),
        due=tuple(
            DueLine(action.account_id, name, short(action.text, _TEXT), action.due_on, action.due_on < today)
            for action, name in due
            if action.due_on is not None
        ),
        due_more=all_due - len(due),
        held=tuple(
            HeldLine(risk.id, risk.account_id, name, short(risk.fact, _TEXT), risk.severity, risk.snoozed_until)
            for risk, name in risks
        ),
        held_more=all_risks - len(risks),
        accounts=tuple(mine.shown),
        accounts_all=mine.many,
        page=mine.page,
        pages=mine.pages,
        next_accounts=min(ACCOUNTS_SHOWN, mine.many - (mine.page + 1) * ACCOUNTS_SHOWN),
        unassessed=mine.unassessed,
        no_portfolio=actor.member.is_admin and not portfolios.of_workspace(session, actor.workspace_id),
    )


@dataclass(frozen=True, slots=True)
class _Page:
    """A page of a member's accounts; the place of `unassessed` of all of them is that of an earlier summary."""

    shown: Sequence[AccountLine]
    page: int
    pages: int
    many: int
    unassessed: int


def _mine(session: Session, me: Member, page: int, now: datetime, left_out: LeftOut) -> _Page:
    """The customers that this member owns or stands in for, worst first, in a number of queries that does not depend on
    how many they are."""
    mine = queries.MyAccounts(me, RULES_VERSION, now, tuple(left_out))
    many, unassessed = mine.count(session)
    pages = max(1, -(-many // ACCOUNTS_SHOWN))
    page = min(max(page, 0), pages - 1)
    start = page * ACCOUNTS_SHOWN

    def one_by_one(some: Sequence[int]) -> list[AccountLine]:
        return [_line(summary, me.id) for summary in account_summaries.read_each(session, me.workspace_id, some, now)]

    shown = told_apart(
        lambda: [_line(summary, me.id) for summary in _of_page(session, mine, start, unassessed)],
        lambda: mine.on_the_way(session, start, WORKED_OUT),
        one_by_one,
    )
    return _Page(shown, page, pages, many, unassessed if unassessed > WORKED_OUT else 0)


def _of_page(session: Session, mine: queries.MyAccounts, start: int, unassessed: int) -> Sequence[AccountSummary]:
    """The accounts of the page that begins at number `start`; `unassessed` of all of them have no summary."""
    if unassessed > WORKED_OUT:
        return _worked_out(session, mine, mine.as_last_kept(session, start, ACCOUNTS_SHOWN))
    others = _worked_out(session, mine, mine.without_summary(session, WORKED_OUT))
    # Each of the others stands before, in or behind the page: it moves what was kept by one place at most.
    first = max(0, start - len(others))
    kept = mine.with_summary(session, first, start + ACCOUNTS_SHOWN - first)
    ordered = [*(AccountSummary.from_json(*row) for row in kept), *others]
    ordered.sort(key=lambda summary: summary.worst_first)
    return ordered[start - first :][:ACCOUNTS_SHOWN]


def _worked_out(session: Session, mine: queries.MyAccounts, account_ids: Sequence[int]) -> list[AccountSummary]:
    """The summaries of these accounts as of now, worst first."""
    states = proof_state.load_many(session, [mine.me.workspace_id], account_ids)
    summaries = [summarize_account(assess_now(state, mine.now)) for state in states]
    return sorted(summaries, key=lambda summary: summary.worst_first)


def _line(summary: AccountSummary, member_id: int) -> AccountLine:
    account = summary.account
    arr = money(account.arr_minor, account.currency)
    worst = summary.dangers[0] if summary.dangers else None
    return AccountLine(
        account_id=account.id,
        name=account.name,
        coverage=phrase(summary.covered),
        severity=worst.severity if worst else None,
        worst=short(phrase(worst.fact), _TEXT) if worst else None,
        dangers=len(summary.dangers),
        arr=str(arr) if arr else None,
        renewal_on=account.renewal_date,
        mine=account.owner_id == member_id,
    )


def _pairs(session: Session, actor: Actor, managed: Sequence[Portfolio], now: datetime) -> tuple[PairLine, ...]:
    """Who countersigns each other in the portfolios that I manage, the busiest first."""
    pairs = countersign.pairs(session, actor.workspace_id, [portfolio.id for portfolio in managed], now)
    return tuple(PairLine(pair.one, pair.other, pair.by_one, pair.by_other) for pair in pairs[:_SHOWN])


def _managed(
    session: Session, actor: Actor, managed: Sequence[Portfolio], now: datetime, left_out: LeftOut
) -> tuple[ManagedLine, ...]:
    if not managed:
        return ()
    last = portfolio_queries.last_said(session, actor.workspace_id, [portfolio.id for portfolio in managed])
    unclaimed = risk_queries.unclaimed_by_portfolio(session, actor.workspace_id)
    return tuple(
        _managed_line(
            portfolio,
            last.get(portfolio.id),
            unclaimed.get(portfolio.id, 0),
            owner_acts.owner_acts(session, portfolio, now),
            owner_acts.tiers_by_hand(session, portfolio, left_out),
        )
        for portfolio in managed[:_SHOWN]
    )


def _managed_line(
    portfolio: Portfolio,
    last: Said | None,
    unclaimed: int,
    owners: tuple[OwnerActsLine, ...],
    tiers: tuple[tuple[str, str], ...],
) -> ManagedLine:
    return ManagedLine(
        portfolio_id=portfolio.id,
        name=portfolio.name,
        summary=Summary.from_json(last.said["summary"]) if last else None,
        at=last.due_at if last else None,
        unclaimed=unclaimed,
        lost_channels=portfolio.lost_channels,
        owners=owners,
        tiers=tiers,
    )
