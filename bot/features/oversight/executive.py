"""What somebody sees on Home who owns and manages nothing: the renewals of 90 days, and what has changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.app.readable import LeftOut
from bot.domain.values.money import Money, listed_money, total
from bot.domain.values.working_hours import local_day
from bot.features.oversight import queries
from bot.features.oversight.rows import line_of
from bot.features.oversight.views import ChangedLine, ExecutiveHome, RenewingLine
from bot.features.portfolios import account_summaries
from bot.features.portfolios import queries as portfolio_queries
from bot.features.portfolios.digest_layout import Summary
from bot.features.retention.figures import figures, today_window
from bot.features.retention.overview import rate_line
from bot.features.retention.views import RateLine
from bot.store import portfolios

DAYS = 90
SHOWN = 15
PORTFOLIOS = 3
RETENTION_OF = 300
"""Of more customers retention is worked out only when somebody asks for it."""


def executive(session: Session, actor: Actor, now: datetime, left_out: LeftOut) -> ExecutiveHome:
    """The renewals of the whole workspace with their sums, and what the last digests said."""
    today = actor.today(now)
    sums = queries.renewing(session, actor.workspace_id, today, DAYS)
    ids = queries.next_renewals(session, actor.workspace_id, today, DAYS, SHOWN + len(left_out))
    readable = [account_id for account_id in ids if account_id not in left_out][:SHOWN]
    read = account_summaries.read_each(session, actor.workspace_id, readable, now)
    renewals = [
        RenewingLine(line_of(summary, None), on, (on - today).days)
        for summary in sorted(read, key=lambda summary: readable.index(summary.account.id))
        if (on := summary.account.renewal_date) is not None
    ]
    customers = sum(one.customers for one in sums)
    return ExecutiveHome(
        days=DAYS,
        customers=customers,
        arr=_listed((one.currency, one.arr_minor) for one in sums),
        strong=_listed((one.currency, one.strong_minor) for one in sums),
        weak=_listed((one.currency, one.weak_minor) for one in sums),
        renewals=tuple(renewals),
        more=max(0, customers - len(renewals)),
        changed=tuple(_changed(session, actor)),
        retention=_retention(session, actor, today),
    )


def _retention(session: Session, actor: Actor, today: date) -> RateLine | None:
    """The figures of the twelve months to today, in the currency of most customers."""
    if queries.has_more_customers(session, actor.workspace_id, RETENTION_OF):
        return None
    found = figures(session, today_window(actor.workspace_id, today))
    currency = next(iter(found.currencies), None)
    rates = rate_line(found.of(currency)) if currency else None
    return rates if rates is not None and rates.is_shown else None


def _listed(sums: Iterable[tuple[str | None, int]]) -> str:
    return listed_money(total(Money(minor, currency) for currency, minor in sums if currency and minor))


def _changed(session: Session, actor: Actor) -> Sequence[ChangedLine]:
    every = portfolios.of_workspace(session, actor.workspace_id)
    said = portfolio_queries.last_said(session, actor.workspace_id, [one.id for one in every[:PORTFOLIOS]])
    return [
        ChangedLine(one.name, local_day(said[one.id].due_at, one.tz), Summary.from_json(said[one.id].said["summary"]))
        for one in every[:PORTFOLIOS]
        if one.id in said
    ]
