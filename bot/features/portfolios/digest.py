"""Opens a portfolio's weekly digest when it is due and says what it holds.

A digest is a dated report: what it says is frozen with its figures in the transaction that opens it, so that the
message and its thread agree with one another and with the figures that next week's digest is compared with.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.recipients import Recipient
from bot.domain.portfolio import digest
from bot.domain.portfolio.digest import Figures
from bot.domain.values import working_hours
from bot.features.portfolios import account_summaries, queries
from bot.features.portfolios.account_summaries import AccountSummaries
from bot.features.portfolios.digest_layout import HEAD_LINES, Block, Summary, summarise
from bot.features.portfolios.queries import DigestRow
from bot.features.portfolios.views import DigestRestView, DigestView
from bot.outbox.queue import put
from bot.outbox.types import Moot, Outgoing
from bot.store import portfolios
from bot.store.portfolios import Portfolio


def open_due_digest(session: Session, now: datetime) -> bool:
    """Open one digest that is due and set when the next one comes; after an outage one stands for all missed."""
    portfolio = portfolios.next_due_digest(session, now)
    if portfolio is None or portfolio.next_digest_at is None:
        return False
    upcoming = working_hours.next_weekly(now, portfolio.digest_weekday, portfolio.digest_time, portfolio.tz)
    if portfolios.move_digest(session, portfolio, upcoming):
        _open(session, portfolio, portfolio.next_digest_at, now)
    return True


def _open(session: Session, portfolio: Portfolio, due_at: datetime, now: datetime) -> None:
    before = queries.latest(session, portfolio.workspace_id, [portfolio.id], due_at).get(portfolio.id)
    since = told_at(before)
    of = account_summaries.of_portfolio(session, portfolio.workspace_id, portfolio.id, since, now)
    found, summary = survey(of, before, now)
    said = {"at": now.isoformat(), "since": since.isoformat() if since else None}
    figures = {"kept": found.figures.as_json(), "said": {**said, "summary": summary.as_json()}}
    digest_id = queries.add(session, portfolio.id, due_at, figures)
    desk = recipients.of_portfolio(session, portfolio)
    if desk is not None and digest_id is not None:
        _put(session, desk, digest_id, 0 if summary.unchanged else len(summary.pages), now)


def survey(
    of: AccountSummaries,
    before: DigestRow | None,
    now: datetime,
    *,
    room: int = HEAD_LINES,
    more: Sequence[Block] = (),
) -> tuple[digest.Digest, Summary]:
    """The digest of these accounts against an earlier one, and its lines; `room` and `more` as in `summarise`."""
    last = Figures.from_json(before.figures["kept"]) if before else None
    found = digest.compose(of.briefs, of.meetings, last, told_at(before), now)
    return found, summarise(found, of, room, more)


def told_at(row: DigestRow | None) -> datetime | None:
    """The moment that a digest is true for, which an outage may put after the one it was due at."""
    return datetime.fromisoformat(row.figures["said"]["at"]) if row else None


def _put(session: Session, desk: Recipient, digest_id: int, pages: int, now: datetime) -> None:
    key = queries.DIGEST_KEY.of(digest_id)
    head = Outgoing(
        key=key,
        workspace_id=desk.workspace_id,
        kind="digest",
        channel=desk.to,
        destination=desk.destination,
        args={"digest_id": digest_id},
        due_at=now,
    )
    put(session, head, now)
    for page in range(pages):
        rest = Outgoing(
            key=queries.DIGEST_REST_KEY.of(digest_id, page + 1),
            workspace_id=desk.workspace_id,
            kind="digest-rest",
            thread_key=key,
            args={"digest_id": digest_id, "page": page},
            due_at=now,
        )
        put(session, rest, now)


def compose_digest(session: Session, args: dict[str, Any], now: datetime) -> DigestView | Moot:
    """The message of a digest, as of the moment when it was opened."""
    row = queries.by_id(session, args["workspace_id"], args["digest_id"])
    portfolio = portfolios.in_workspace(session, args["workspace_id"], row.portfolio_id) if row else None
    if row is None or portfolio is None:
        return Moot("the digest is gone")
    said = row.figures["said"]
    since = datetime.fromisoformat(said["since"]) if said["since"] else None
    summary = Summary.from_json(said["summary"])
    return DigestView(portfolio.id, portfolio.name, since, summary)


def compose_rest(session: Session, args: dict[str, Any], now: datetime) -> DigestRestView | Moot:
    """One page of what a digest only counts."""
    view = compose_digest(session, args, now)
    if isinstance(view, Moot) or args["page"] >= len(view.summary.pages):
        return Moot("the digest is gone")
    pages, page = view.summary.pages, args["page"]
    left = view.summary.left if page == len(pages) - 1 else 0
    return DigestRestView(view.portfolio_id, view.portfolio, page + 1, len(pages), pages[page], left)
