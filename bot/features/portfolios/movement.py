"""What moved at a portfolio's customers lately, for one line of the digest."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.app.digest_lines import DigestLines, DigestSpan
from bot.domain.values.days import shift_moment
from bot.features.portfolios import queries
from bot.features.portfolios.phrases import PortfolioPhrase
from bot.phrases import say

WINDOW = timedelta(days=30)


def movement_lines(session: Session, span: DigestSpan) -> DigestLines:
    """How many customers had belief, behaviour or economics move, and which decisions answers changed, in 30 days."""
    begin = shift_moment(span.now, -WINDOW)
    moved = queries.moved_since(session, span.workspace_id, span.portfolio_id, begin, span.now)
    line = say(
        PortfolioPhrase.MOVEMENT,
        moved=moved.accounts,
        customers=moved.customers,
        days=WINDOW.days,
        theirs=moved.theirs,
        ours=moved.ours,
    )
    return DigestLines(foot=(line,) if moved.customers else ())
