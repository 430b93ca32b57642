"""Opens a portfolio's weekly digest when it is due and says what it holds.

A digest is a dated report: what it says is frozen with its figures in the transaction that opens it, so that the
message and its thread agree with one another and with the figures that next week's digest is compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.isolation import NOT_THE_UNITS_FAULT, isolated, note_failures
from bot.app.recipients import Recipient
from bot.domain.portfolio import digest
from bot.domain.portfolio.digest import Figures
from bot.domain.values import working_hours
from bot.features.portfolios import account_summaries, queries
from bot.features.portfolios.account_summaries import BATCH, AccountSummaries
from bot.features.portfolios.digest_layout import HEAD_LINES, Layout, Summary
from bot.features.portfolios.digest_pages import Block
from bot.features.portfolios.movement import movement_line
from bot.features.portfolios.queries import DigestRow
from bot.features.portfolios.views import DigestRestView, DigestView
from bot.outbox.queue import put
from bot.outbox.types import Moot, Outgoing
from bot.store import portfolios
from bot.store.engine import snapshot_beside
from bot.store.entities import Entity
from bot.store.portfolios import Portfolio
from bot.store.set_aside import Unit

DIGESTS = "open due digests"
"""The name of the clock's job."""
_LEFT_OUT = 1_000
"""More accounts than that are no accounts' fault: the digest as a whole is set aside."""
_NAMED = 5

log = structlog.get_logger("digests")

LastWeek = tuple[Figures, datetime]


def open_due_digest(session: Session, now: datetime) -> bool:
    """Open one digest that is due and set when the next one is; after an outage one replaces all that were missed.

    Where many accounts have no summary yet, those of a batch are kept instead, and the digest comes in a later call: no
    transaction that writes takes long, however large the portfolio. Returns whether there was anything to do.
    """
    with snapshot_beside(session) as reader:
        unit = portfolios.next_due_digest(reader, DIGESTS, now)
        if unit is None:
            return False
        prepared = _prepared(reader, unit, now)
    done = isolated(session, DIGESTS, {unit: unit}, lambda _: _finish(session, prepared, now), now)
    return done != [False]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A digest that is worked out and not opened yet; `broken` are the accounts that it had to leave out."""

    portfolio: Portfolio
    summary: Summary
    figures: dict[str, Any]
    broken: Mapping[int, Exception]


@dataclass(frozen=True, slots=True)
class _Missing:
    """The accounts of a batch that have no summary yet."""

    portfolio: Portfolio
    account_ids: Sequence[int]


def _prepared(reader: Session, unit: Unit, now: datetime) -> _Draft | _Missing | Exception:
    """What can be done without writing; an exception is raised again where it sets the portfolio aside."""
    try:
        portfolio = portfolios.in_workspace(reader, unit.workspace_id, unit.row_id)
        assert portfolio is not None
        missing = account_summaries.missing(reader, DIGESTS, portfolio, now)
        return _Missing(portfolio, missing[:BATCH]) if len(missing) > BATCH else _drafted(reader, portfolio, now)
    except NOT_THE_UNITS_FAULT:
        raise
    except Exception as error:  # noqa: BLE001 - raised again in `_finish`
        return error


def _finish(session: Session, prepared: _Draft | _Missing | Exception, now: datetime) -> bool:
    """Write what was prepared; returns False when others hold all that was to be written, so that it is for later."""
    if isinstance(prepared, Exception):
        raise prepared
    if isinstance(prepared, _Missing):
        portfolio = prepared.portfolio
        has_locked = account_summaries.keep_missing(session, DIGESTS, portfolio.workspace_id, prepared.account_ids, now)
        if has_locked is None or has_locked:
            return bool(has_locked)
        with snapshot_beside(session) as reader:
            prepared = _drafted(reader, portfolio, now)
    _open(session, prepared, now)
    return True


def _drafted(reader: Session, portfolio: Portfolio, now: datetime) -> _Draft:
    """The draft; if an account cannot be read, that of all others, which names it."""
    try:
        return _draft(reader, portfolio, now, {})
    except NOT_THE_UNITS_FAULT:
        raise
    except Exception:
        broken = account_summaries.unreadable(reader, portfolio, None, now)
        if not 0 < len(broken) <= _LEFT_OUT:
            raise
    return _draft(reader, portfolio, now, broken)


def _draft(reader: Session, portfolio: Portfolio, now: datetime, broken: Mapping[int, Exception]) -> _Draft:
    due_at = portfolio.next_digest_at
    previous = queries.latest(reader, portfolio.workspace_id, [portfolio.id], due_at).get(portfolio.id)
    last = last_week(previous)
    since = last[1] if last else None
    del previous  # its figures are large, and are needed no more
    place = portfolio.workspace_id, portfolio.id
    summaries = account_summaries.of_portfolio(reader, *place, since, now, without=broken)
    composed, summary = survey(summaries, last, now)
    if broken:
        summary = _naming(reader, portfolio, summary, sorted(broken))
        _carry_over(reader, portfolio, composed.figures, last, broken)
    summary = replace(summary, movement=movement_line(reader, portfolio, summary.accounts, now))
    frozen = {"at": now.isoformat(), "since": since.isoformat() if since else None}
    figures = {"kept": composed.figures.as_json(), "said": {**frozen, "summary": summary.as_json()}}
    return _Draft(portfolio, summary, figures, broken)


def _naming(reader: Session, portfolio: Portfolio, summary: Summary, broken: Sequence[int]) -> Summary:
    """The summary with the names of the accounts that it leaves out."""
    names = queries.account_names(reader, portfolio.workspace_id, broken[:_NAMED])
    return replace(summary, unchanged=False, unread=tuple(names), unread_more=len(broken) - len(names))


def _carry_over(
    reader: Session, portfolio: Portfolio, figures: Figures, last: LastWeek | None, broken: Collection[int]
) -> None:
    """Keep last week's credits of the accounts that were left out, so that next week does not call them news."""
    if last is None:
        return
    for outcome_id in queries.outcomes_of(reader, portfolio.workspace_id, broken):
        figures.credits.add(outcome_id, last[0].credits.get(outcome_id))


def _open(session: Session, draft: _Draft, now: datetime) -> None:
    portfolio = draft.portfolio
    due_at = portfolio.next_digest_at
    assert due_at is not None
    upcoming = working_hours.next_weekly(now, portfolio.digest_weekday, portfolio.digest_time, portfolio.tz)
    if not portfolios.move_digest(session, portfolio, upcoming):
        return  # another replica has opened it meanwhile
    failed = {Unit(portfolio.workspace_id, Entity.ACCOUNT, of): error for of, error in draft.broken.items()}
    note_failures(session, DIGESTS, failed, now)
    digest_id = queries.add(session, portfolio.id, due_at, draft.figures)
    recipient = recipients.of_report(session, portfolio)
    if recipient is None and digest_id is not None:
        log.error("digests.nobody_to_tell", portfolio=portfolio.id)
    if recipient is not None and digest_id is not None:
        _put(session, recipient, digest_id, 0 if draft.summary.unchanged else len(draft.summary.pages), now)


def survey(
    summaries: AccountSummaries,
    last: LastWeek | None,
    now: datetime,
    *,
    room: int = HEAD_LINES,
    more: Callable[[], Sequence[Block]] = tuple,
) -> tuple[digest.Digest, Summary]:
    """The digest of these accounts against an earlier one, and its lines: `room` of them before the fold.

    `more` gives the blocks that follow everything else on the pages; it is called when all accounts were read.
    """
    layout = Layout(summaries.names, room)
    composed = digest.compose(summaries, last, now, layout)
    return composed, layout.summary(composed, more())


def last_week(row: DigestRow | None) -> LastWeek | None:
    """What a digest is compared with: the figures of the one before, and their moment.

    After an outage the moment is later than the one when that digest was due.
    """
    moment = moment_of(row)
    return None if row is None or moment is None else (Figures.from_json(row.figures["kept"]), moment)


def moment_of(row: DigestRow | None) -> datetime | None:
    """The moment of a digest's figures."""
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
    row = queries.said_by(session, args["workspace_id"], args["digest_id"])
    portfolio = portfolios.in_workspace(session, args["workspace_id"], row.portfolio_id) if row else None
    if row is None or portfolio is None:
        return Moot("the digest is gone")
    frozen = row.said
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
