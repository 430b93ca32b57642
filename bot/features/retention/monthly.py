"""The two lines on retention in the first digest of a month."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.app.digest_lines import DigestLines, DigestSpan
from bot.domain.portfolio.retention import ENOUGH_TO_SHOW
from bot.domain.values import days
from bot.features.retention import queries
from bot.features.retention.figures import figures, today_window
from bot.features.retention.phrases import RetentionPhrase
from bot.features.retention.wording import bridge_steps, exact, tenths
from bot.phrases import say
from bot.store import portfolios


def monthly_lines(session: Session, span: DigestSpan) -> DigestLines:
    """The figures of twelve months and their bridge, in the currency of most customers; nothing under five of them."""
    portfolio = portfolios.in_workspace(session, span.workspace_id, span.portfolio_id)
    if portfolio is None:
        return DigestLines()
    today = days.local(span.now, portfolio.tz).date()
    last = days.local(span.since, portfolio.tz).date() if span.since else None
    if last is not None and (last.year, last.month) == (today.year, today.month):
        return DigestLines()
    if not queries.has_contracts(session, span.workspace_id, span.portfolio_id):
        return DigestLines()
    found = figures(session, today_window(span.workspace_id, today, span.portfolio_id))
    currency = next(iter(found.currencies), None)
    if currency is None or found.of(currency).n < ENOUGH_TO_SHOW:
        return DigestLines()
    one = found.of(currency)
    rates = say(
        RetentionPhrase.MONTH_FIGURES,
        until=one.t1,
        grr=tenths(one.grr),
        nrr=tenths(one.nrr),
        kept=one.logos_kept,
        n=one.n,
        few=one.is_few,
    )
    bridge = say(
        RetentionPhrase.MONTH_BRIDGE,
        start=exact(one.start, currency),
        steps=bridge_steps(one),
        end=exact(one.end, currency),
    )
    return DigestLines(foot=(rates, bridge))
