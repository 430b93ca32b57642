"""Opens a portfolio's weekly digest when it is due and says what it holds (issue: digest).

A digest is a dated report: what it says is frozen with its figures in the transaction that opens it, so that the
message and its thread agree with one another and with the figures that next week's digest is compared with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.domain import digest, timing
from bot.domain.digest import Figures
from bot.outbox.outcome import Moot, Outgoing
from bot.outbox.queue import put
from bot.services import briefing, telling
from bot.services.briefing import Briefing
from bot.services.summarising import HEAD_LINES, Block, Summary, summarise
from bot.services.telling import Desk
from bot.store import digests, portfolios
from bot.store.digests import DigestRow
from bot.store.portfolios import Portfolio


@dataclass(frozen=True, slots=True)
class DigestView:
    """The weekly message: `at` is the moment that it is true for, `since` that of the digest it is compared with."""

    portfolio_id: int
    portfolio: str
    at: datetime
    since: datetime | None
    summary: Summary


@dataclass(frozen=True, slots=True)
class DigestRestView:
    """One page of the thread below a digest, `number` of `pages`; `left` lines fit on none."""

    portfolio_id: int
    portfolio: str
    number: int
    pages: int
    blocks: tuple[Block, ...]
    left: int


def open_due_digest(session: Session, now: datetime) -> bool:
    """Open one digest that is due and set when the next one comes; after an outage one stands for all missed."""
    portfolio = portfolios.next_due_digest(session, now)
    if portfolio is None or portfolio.next_digest_at is None:
        return False
    upcoming = timing.next_weekly(now, portfolio.digest_weekday, portfolio.digest_time, portfolio.tz)
    if portfolios.move_digest(session, portfolio, upcoming):
        _open(session, portfolio, portfolio.next_digest_at, now)
    return True


def _open(session: Session, portfolio: Portfolio, due_at: datetime, now: datetime) -> None:
    before = digests.latest(session, [portfolio.id], due_at).get(portfolio.id)
    since = told_at(before)
    found, summary = survey(briefing.of_portfolio(session, portfolio.id, since, now), before, now)
    said = {"at": now.isoformat(), "since": since.isoformat() if since else None}
    figures = {"kept": found.figures.as_json(), "said": {**said, "summary": summary.as_json()}}
    digest_id = digests.add(session, portfolio.id, due_at, figures)
    desk = telling.desk_of_portfolio(session, portfolio)
    if desk is not None and digest_id is not None:
        _put(session, desk, digest_id, 0 if summary.unchanged else len(summary.pages), now)


def survey(
    of: Briefing,
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


def _put(session: Session, desk: Desk, digest_id: int, pages: int, now: datetime) -> None:
    key = f"digest:{digest_id}"
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
            key=f"digest-rest:{digest_id}:{page + 1}",
            workspace_id=desk.workspace_id,
            kind="digest-rest",
            thread_key=key,
            args={"digest_id": digest_id, "page": page},
            due_at=now,
        )
        put(session, rest, now)


def compose_digest(session: Session, args: dict[str, Any], now: datetime) -> DigestView | Moot:
    """The message of a digest, as of the moment when it was opened."""
    row = digests.by_id(session, args["digest_id"])
    portfolio = portfolios.by_id(session, row.portfolio_id) if row else None
    if row is None or portfolio is None:
        return Moot("the digest is gone")
    said = row.figures["said"]
    since = datetime.fromisoformat(said["since"]) if said["since"] else None
    summary = Summary.from_json(said["summary"])
    return DigestView(portfolio.id, portfolio.name, datetime.fromisoformat(said["at"]), since, summary)


def compose_rest(session: Session, args: dict[str, Any], now: datetime) -> DigestRestView | Moot:
    """One page of what a digest only counts."""
    view = compose_digest(session, args, now)
    if isinstance(view, Moot) or args["page"] >= len(view.summary.pages):
        return Moot("the digest is gone")
    pages, page = view.summary.pages, args["page"]
    left = view.summary.left if page == len(pages) - 1 else 0
    return DigestRestView(view.portfolio_id, view.portfolio, page + 1, len(pages), pages[page], left)
