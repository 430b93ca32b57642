"""Opens a portfolio's weekly digest when it is due and says what it holds.

A digest is a dated report: what it says is frozen with its figures in the transaction that opens it, so that the
message and its thread agree with one another and with the figures that next week's digest is compared with.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.isolation import isolated
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
from bot.store.entities import Entity
from bot.store.portfolios import Portfolio
from bot.store.set_aside import Unit

DIGESTS = "open due digests"
"""The name of the clock's job."""

log = structlog.get_logger("digests")


def open_due_digest(session: Session, now: datetime) -> bool:
    """Open one digest that is due and set when the next one is; after an outage one replaces all that were missed."""
    portfolio = portfolios.next_due_digest(session, DIGESTS, now)
    if portfolio is None:
        return False
    unit = Unit(portfolio.workspace_id, Entity.PORTFOLIO, portfolio.id)
    isolated(session, DIGESTS, {unit: portfolio}, lambda _: _move_and_open(session, portfolio, now), now)
    return True


def _move_and_open(session: Session, portfolio: Portfolio, now: datetime) -> None:
    if portfolio.next_digest_at is None:
        return
    upcoming = working_hours.next_weekly(now, portfolio.digest_weekday, portfolio.digest_time, portfolio.tz)
    if portfolios.move_digest(session, portfolio, upcoming):
        _open(session, portfolio, portfolio.next_digest_at, now)


def _open(session: Session, portfolio: Portfolio, due_at: datetime, now: datetime) -> None:
    previous = queries.latest(session, portfolio.workspace_id, [portfolio.id], due_at).get(portfolio.id)
    since = moment_of(previous)
    summaries = account_summaries.of_portfolio(session, portfolio.workspace_id, portfolio.id, since, now)
    composed, summary = survey(summaries, previous, now)
    frozen = {"at": now.isoformat(), "since": since.isoformat() if since else None}
    figures = {"kept": composed.figures.as_json(), "said": {**frozen, "summary": summary.as_json()}}
    digest_id = queries.add(session, portfolio.id, due_at, figures)
    recipient = recipients.of_report(session, portfolio)
    if recipient is None and digest_id is not None:
        log.error("digests.nobody_to_tell", portfolio=portfolio.id)
    if recipient is not None and digest_id is not None:
        _put(session, recipient, digest_id, 0 if summary.unchanged else len(summary.pages), now)


def survey(
    summaries: AccountSummaries,
    before: DigestRow | None,
    now: datetime,
    *,
    room: int = HEAD_LINES,
    more: Sequence[Block] = (),
) -> tuple[digest.Digest, Summary]:
    """The digest of these accounts against an earlier one, and its lines; `room` and `more` as in `summarise`."""
    last = Figures.from_json(before.figures["kept"]) if before else None
    composed = digest.compose(summaries.accounts, summaries.meetings, last, moment_of(before), now)
    return composed, summarise(composed, summaries, room, more)


def moment_of(row: DigestRow | None) -> datetime | None:
    """The moment of a digest's figures; after an outage it is later than the moment when the digest was due."""
    return datetime.fromisoformat(row.figures["said"]["at"]) if row else None


def _put(session: Session, recipient: Recipient, digest_id: int, pages: int, now: datetime) -> None:
    key = queries.DIGEST_KEY.of(digest_id)
    head = Outgoing(
        key=key,
        workspace_id=recipient.workspace_id,
        kind="digest",
        channel=recipient.to,
        destination=recipient.destination,
        args={"digest_id": digest_id},
        due_at=now,
    )
    put(session, head, now)
    for page in range(pages):
        rest = Outgoing(
            key=queries.DIGEST_REST_KEY.of(digest_id, page + 1),
            workspace_id=recipient.workspace_id,
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
    frozen = row.figures["said"]
    since = datetime.fromisoformat(frozen["since"]) if frozen["since"] else None
    summary = Summary.from_json(frozen["summary"])
    return DigestView(portfolio.id, portfolio.name, since, summary)


def compose_rest(session: Session, args: dict[str, Any], now: datetime) -> DigestRestView | Moot:
    """One page of what a digest only counts."""
    view = compose_digest(session, args, now)
    if isinstance(view, Moot) or args["page"] >= len(view.summary.pages):
        return Moot("the digest is gone")
    pages, page = view.summary.pages, args["page"]
    left = view.summary.left if page == len(pages) - 1 else 0
    return DigestRestView(view.portfolio_id, view.portfolio, page + 1, len(pages), pages[page], left)
