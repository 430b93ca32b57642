"""Shows a manager how often each owner called meetings off, handed prompts over, snoozed and closed risks, and so on.

Only the manager reads it: on Home, and in their own message beside the digest (`owner_lines`). The channel reads of
accounts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.digest_lines import DigestLines, DigestSpan, OwnerLine
from bot.app.readable import told_apart, without_unreadable
from bot.domain.model import Account
from bot.domain.portfolio.owner_acts import FEWEST_OWNERS, WINDOW, Acts, acts_of_owners, usual, working_days
from bot.domain.values import days
from bot.features.accounts import queries as account_queries
from bot.features.accounts import tiers
from bot.features.portfolios.phrases import PortfolioPhrase
from bot.features.portfolios.views import OwnerActsLine
from bot.features.risks import queries as risk_queries
from bot.phrases import say
from bot.store import absences, accounts, members, portfolios
from bot.store.portfolios import Portfolio

_SHOWN = 8


def owner_acts(session: Session, portfolio: Portfolio, now: datetime) -> tuple[OwnerActsLine, ...]:
    """A line for each owner in a portfolio who did any of it in the last 90 days, the most first."""
    since = days.shift_moment(now, -WINDOW)
    workspace_id = portfolio.workspace_id
    deeds = list(risk_queries.deeds(session, workspace_id, portfolio.id, since, now))
    away = _days_away(session, workspace_id, portfolio.id, since, now)
    if not deeds and not away:
        return ()
    owners = account_queries.owners_inside(session, workspace_id, portfolio.id)
    acts = acts_of_owners(deeds, owners, away)
    busy = [entry for entry in acts if entry.counts][:_SHOWN]
    if not busy:
        return ()
    normal = usual(acts if len(acts) >= FEWEST_OWNERS else _of_workspace(session, workspace_id, since, now))
    names = members.names(session, [workspace_id], [entry.owner_id for entry in busy])
    return tuple(
        OwnerActsLine(
            entry.owner_id,
            names.get(entry.owner_id, ""),
            say(PortfolioPhrase.OWNER_ACTS, acts=sorted(entry.counts.items()), usual=normal),
        )
        for entry in busy
    )


def tiers_by_hand(
    session: Session, portfolio: Portfolio, left_out: Collection[int] = ()
) -> tuple[tuple[str, str], ...]:
    """The accounts that somebody keeps in a tier below what their ARR pays for, each with who did it and why.

    Without those of `left_out`; `UnreadableError` names others that cannot be read.
    """
    return tuple((account.name, text) for account, text in _tiers_by_hand(session, portfolio, left_out))


def _tiers_by_hand(
    session: Session, portfolio: Portfolio, left_out: Collection[int] = ()
) -> tuple[tuple[Account, str], ...]:
    set_by_hand = account_queries.with_tier_by_hand(session, portfolio.workspace_id, portfolio.id)
    ids = [account_id for account_id in set_by_hand if account_id not in left_out]

    def named(some: Sequence[int]) -> list[tuple[Account, str]]:
        by_id = accounts.by_ids(session, portfolio.workspace_id, some)
        texts = ((by_id[account_id], tiers.set_by_hand(session, by_id[account_id], portfolio)) for account_id in some)
        return [(account, text) for account, text in texts if text is not None]

    return tuple(told_apart(lambda: named(ids), lambda: ids, named)[:_SHOWN]) if ids else ()


def owner_lines(session: Session, span: DigestSpan) -> DigestLines:
    """The same for the digest's message to the manager alone."""
    portfolio = portfolios.in_workspace(session, span.workspace_id, span.portfolio_id)
    if portfolio is None:
        return DigestLines()
    acts = tuple(OwnerLine(line.owner_id, line.acts) for line in owner_acts(session, portfolio, span.now))
    by_hand = tuple(
        OwnerLine(account.owner_id or 0, say(PortfolioPhrase.TIER_BY_HAND_OF, account=account.name, tier=tier))
        for account, tier in without_unreadable(lambda left_out: _tiers_by_hand(session, portfolio, left_out))[0]
    )
    blocks = ((say(PortfolioPhrase.OWNER_ACTS_TITLE), acts), (say(PortfolioPhrase.TIERS_BY_HAND_TITLE), by_hand))
    return DigestLines(of_owners=tuple((title, lines) for title, lines in blocks if lines))


def _of_workspace(session: Session, workspace_id: int, since: datetime, now: datetime) -> Sequence[Acts]:
    owners = account_queries.owners_inside(session, workspace_id, None)
    away = _days_away(session, workspace_id, None, since, now)
    return acts_of_owners(risk_queries.deeds(session, workspace_id, None, since, now), owners, away)


def _days_away(
    session: Session, workspace_id: int, portfolio_id: int | None, since: datetime, now: datetime
) -> dict[int, int]:
    """On how many working days each owner in a portfolio, or with None in the workspace, was away; only who was."""
    owners = account_queries.owners_in(workspace_id, portfolio_id)
    spans = absences.between(session, workspace_id, owners, since, now)
    return working_days(((span.member_id, span.from_at, span.until_at) for span in spans), since, now)
