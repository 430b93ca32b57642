"""The customers of one member on App Home, a page at a time, in a number of queries that does not depend on how many
they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.app.assessments import assess_now
from bot.app.readable import told_apart
from bot.domain.portfolio.account_summary import AccountSummary, summarize_account
from bot.features.home import queries
from bot.features.home.views import Show, Sort
from bot.features.oversight.rows import line_of
from bot.features.oversight.views import AccountLine
from bot.features.portfolios import account_summaries
from bot.store import proof_state

ACCOUNTS_SHOWN = 25
WORKED_OUT = 50
"""So many accounts whose summary does not hold are worked out, so that each stands where it belongs."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a member's accounts; the place of `unassessed` of all of them is that of an earlier summary."""

    shown: Sequence[AccountLine]
    page: int
    pages: int
    many: int
    unassessed: int

    @property
    def next(self) -> int:
        """How many the next page has."""
        return min(ACCOUNTS_SHOWN, self.many - (self.page + 1) * ACCOUNTS_SHOWN)


def page_of(session: Session, mine: queries.MyAccounts, page: int) -> Page:
    """One page (from 0) of them; a page that is not there is the nearest one that is."""
    many, unassessed = mine.count(session)
    if not many:
        return Page((), 0, 1, 0, 0)
    pages = max(1, -(-many // ACCOUNTS_SHOWN))
    page = min(max(page, 0), pages - 1)
    start = page * ACCOUNTS_SHOWN
    plain = mine.show is Show.ALL and mine.sort is Sort.WORST

    def all_at_once() -> list[AccountLine]:
        some = _of_page(session, mine, start, unassessed) if plain else _chosen(session, mine, start)
        return [line_of(summary, mine.me.id) for summary in some]

    def one_by_one(some: Sequence[int]) -> list[AccountLine]:
        read = account_summaries.read_each(session, mine.me.workspace_id, some, mine.now)
        return [line_of(summary, mine.me.id) for summary in read]

    shown = told_apart(all_at_once, lambda: mine.on_the_way(session, start, WORKED_OUT), one_by_one)
    return Page(shown, page, pages, many, unassessed if plain and unassessed > WORKED_OUT else 0)


def _chosen(session: Session, mine: queries.MyAccounts, start: int) -> Sequence[AccountSummary]:
    """The page of a choice or of another order, which is that of what was last kept of each account."""
    ids = mine.as_last_kept(session, start, ACCOUNTS_SHOWN)
    read = account_summaries.read_each(session, mine.me.workspace_id, ids, mine.now)
    return sorted(read, key=lambda summary: ids.index(summary.account.id))


def _of_page(session: Session, mine: queries.MyAccounts, start: int, unassessed: int) -> Sequence[AccountSummary]:
    """The accounts of the page that begins at number `start`; `unassessed` of all of them have no summary."""
    if unassessed > WORKED_OUT:
        return _worked_out(session, mine, mine.as_last_kept(session, start, ACCOUNTS_SHOWN))
    others = _worked_out(session, mine, mine.without_summary(session, WORKED_OUT)) if unassessed else []
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
