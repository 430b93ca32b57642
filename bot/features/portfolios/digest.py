"""Opens a portfolio's weekly digest when it is due and says what it holds.

A digest is a dated report: what it says is frozen with its figures in the transaction that opens it, so that the
message and its thread agree with one another and with the figures that next week's digest is compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.app import digest_lines, recipients
from bot.app.digest_lines import DigestFollower, DigestProvider, DigestSpan, FollowUp
from bot.app.isolation import NOT_THE_UNITS_FAULT, isolated, note_failures
from bot.app.recipients import Recipient
from bot.domain.portfolio import digest
from bot.domain.portfolio.digest import Figures
from bot.domain.portfolio.spot_check import NewPieces
from bot.domain.values import days, working_hours
from bot.domain.values.text import full_day
from bot.features.portfolios import account_summaries, empty_portfolios, queries, trend
from bot.features.portfolios.account_summaries import BATCH, AccountSummaries
from bot.features.portfolios.digest_layout import HEAD_LINES, Layout, Summary
from bot.features.portfolios.digest_pages import Block
from bot.features.portfolios.queries import DigestRow
from bot.features.portfolios.views import DigestPrivateView, DigestRestView, DigestView
from bot.features.portfolios.week import WeekNews, WeekPage
from bot.features.portfolios.week_layout import Known, week_news
from bot.features.portfolios.week_lists import WeekLists
from bot.features.portfolios.week_words import said_before
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


@dataclass(frozen=True, slots=True)
class Rooms:
    """What other rooms add to a digest: lines, and what they do when it is opened."""

    providers: Sequence[DigestProvider] = ()
    followers: Sequence[DigestFollower] = ()


def open_due_digest(
    session: Session,
    now: datetime,
    providers: Sequence[DigestProvider] = (),
    followers: Sequence[DigestFollower] = (),
) -> bool:
    """Open one digest that is due and set when the next one is; after an outage one replaces all that were missed.

    Where many accounts have no summary yet, those of a batch are kept instead, and the digest comes in a later call: no
    transaction that writes takes long, however large the portfolio. `providers` add the lines of other rooms, and
    `followers` what those do in the transaction that opens it. Returns whether there was anything to do.
    """
    rooms = Rooms(providers, followers)
    with snapshot_beside(session) as reader:
        unit = portfolios.next_due_digest(reader, DIGESTS, now)
        if unit is None:
            return False
        prepared = _prepared(reader, unit, rooms, now)
    done = isolated(session, DIGESTS, {unit: unit}, lambda _: _finish(session, prepared, rooms, now), now)
    return done != [False]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A digest that is worked out and not opened yet; `broken` are the accounts that it had to leave out."""

    portfolio: Portfolio
    news: WeekNews
    figures: dict[str, Any]
    broken: Mapping[int, Exception]
    follow_ups: Sequence[FollowUp]


@dataclass(frozen=True, slots=True)
class _Nobody:
    """A portfolio without a customer, of whom the digest with `last_id` told nothing either: no digest is posted."""

    portfolio: Portfolio
    last_id: int | None


@dataclass(frozen=True, slots=True)
class _Missing:
    """The accounts of a batch that have no summary yet."""

    portfolio: Portfolio
    account_ids: Sequence[int]


_Prepared = _Draft | _Nobody | _Missing


def _prepared(reader: Session, unit: Unit, rooms: Rooms, now: datetime) -> _Prepared | Exception:
    """What can be done without writing; an exception is raised again where it sets the portfolio aside."""
    try:
        portfolio = portfolios.in_workspace(reader, unit.workspace_id, unit.row_id)
        assert portfolio is not None
        missing = account_summaries.missing(reader, DIGESTS, portfolio, now)
        if len(missing) > BATCH:
            return _Missing(portfolio, missing[:BATCH])
        return _drafted(reader, portfolio, rooms, now)
    except NOT_THE_UNITS_FAULT:
        raise
    except Exception as error:  # noqa: BLE001 - raised again in `_finish`
        return error


def _finish(session: Session, prepared: _Prepared | Exception, rooms: Rooms, now: datetime) -> bool:
    """Write what was prepared; returns False when others hold all that was to be written, so that it is for later."""
    if isinstance(prepared, Exception):
        raise prepared
    if isinstance(prepared, _Missing):
        portfolio = prepared.portfolio
        has_locked = account_summaries.keep_missing(session, DIGESTS, portfolio.workspace_id, prepared.account_ids, now)
        if has_locked is None or has_locked:
            return bool(has_locked)
        with snapshot_beside(session) as reader:
            prepared = _drafted(reader, portfolio, rooms, now)
    if isinstance(prepared, _Nobody):
        if _moved(session, prepared.portfolio, now):
            empty_portfolios.tell_admin(session, prepared.portfolio, prepared.last_id, now)
        return True
    _open(session, prepared, now)
    return True


def _drafted(reader: Session, portfolio: Portfolio, rooms: Rooms, now: datetime) -> _Draft | _Nobody:
    """The draft; if an account cannot be read, that of all others, which names it."""
    try:
        return _draft(reader, portfolio, {}, rooms, now)
    except NOT_THE_UNITS_FAULT:
        raise
    except Exception:
        broken = account_summaries.unreadable(reader, portfolio, None, now)
        if not 0 < len(broken) <= _LEFT_OUT:
            raise
    return _draft(reader, portfolio, broken, rooms, now)


def _draft(
    reader: Session,
    portfolio: Portfolio,
    broken: Mapping[int, Exception],
    rooms: Rooms,
    now: datetime,
) -> _Draft | _Nobody:
    previous = queries.latest(reader, portfolio.workspace_id, [portfolio.id], portfolio.next_digest_at)
    before = _Before.of(previous.pop(portfolio.id, None))
    last, since = before.last, before.last[1] if before.last else None
    place = portfolio.workspace_id, portfolio.id
    span = DigestSpan(*place, since, now)
    summaries = account_summaries.of_portfolio(reader, *place, since, now, without=broken)
    known = Known(
        days.local(now, portfolio.tz).date(),
        days.local(since, portfolio.tz).date() if since else None,
        portfolio.digest_weekday,
        summaries.names,
        summaries.holders,
        summaries.account_names,
        digest_lines.collected(rooms.providers, reader, span),
        *_unread(reader, portfolio, sorted(broken)),
    )
    lists = WeekLists(summaries.names, known.today, known.since, known.extra.reasons)
    composed = digest.compose(summaries, last, now, lists, unread=broken, other_news=bool(known.extra.message))
    if not (composed.coverage.accounts or broken or before.told_of_customers):
        return _Nobody(portfolio, before.digest_id)
    follow_ups = _followed(reader, span, rooms, last, composed.figures)
    checks = digest_lines.joined([one.lines for one in follow_ups])
    said = _said(composed, lists, replace(known, checks=checks), before.trend)
    at = {"at": now.isoformat(), "since": since.isoformat() if since else None}
    return _Draft(
        portfolio, said.news, {"kept": composed.figures.as_json(), "said": {**at, **said.plain}}, broken, follow_ups
    )


@dataclass(frozen=True, slots=True)
class _Before:
    """The last digest: its id, what this one is compared with, and the weeks that it carries."""

    digest_id: int | None
    last: LastWeek | None
    trend: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, row: DigestRow | None) -> _Before:
        """That of this row; its figures are large, and are held no longer."""
        if row is None:
            return cls(None, None, ())
        return cls(row.id, last_week(row), row.figures["said"].get("trend", ()))

    @property
    def told_of_customers(self) -> bool:
        """Whether it told of any customer; figures of an earlier release, which do not say, count as if it did."""
        if self.last is None:
            return False
        book = self.last[0].book
        return book is None or book.customers > 0


@dataclass(frozen=True, slots=True)
class _Said:
    """What a digest says, as it is shown and as plain values that are kept with it."""

    news: WeekNews
    plain: Mapping[str, Any]


def _said(composed: digest.Digest, lists: WeekLists, known: Known, carried: Sequence[Mapping[str, Any]]) -> _Said:
    weeks = trend.carried_on(carried, composed, known.today)
    news = week_news(composed, lists, replace(known, chart=trend.chart_of(composed, weeks, known.since)))
    plain = {
        "summary": lists.layout.figures(composed).as_json(),
        "week": news.as_json(),
        "bridges": [bridge.as_json() for bridge in composed.bridges],
        "trend": trend.as_json(weeks),
    }
    return _Said(news, plain)


def _followed(
    reader: Session, span: DigestSpan, rooms: Rooms, last: LastWeek | None, figures: Figures
) -> tuple[FollowUp, ...]:
    """What each room does when the digest is opened; nothing where its figures hold no book."""
    if figures.book is None:
        return ()
    pieces = NewPieces(last[0].book if last else None, figures.book)
    return tuple(follow(reader, span, pieces) for follow in rooms.followers)


def _unread(reader: Session, portfolio: Portfolio, broken: Sequence[int]) -> tuple[tuple[str, ...], int]:
    """The names of the accounts that the digest leaves out, and how many it does not name."""
    names = queries.account_names(reader, portfolio.workspace_id, broken[:_NAMED]) if broken else {}
    return tuple(sorted(names.values())), len(broken) - len(names)


def _moved(session: Session, portfolio: Portfolio, now: datetime) -> bool:
    """Set when the next digest comes; False if another replica has."""
    upcoming = working_hours.next_weekly(now, portfolio.digest_weekday, portfolio.digest_time, portfolio.tz)
    return portfolios.move_digest(session, portfolio, upcoming)


def _open(session: Session, draft: _Draft, now: datetime) -> None:
    portfolio = draft.portfolio
    due_at = portfolio.next_digest_at
    assert due_at is not None
    if not _moved(session, portfolio, now):
        return  # another replica has opened it meanwhile
    failed = {Unit(portfolio.workspace_id, Entity.ACCOUNT, of): error for of, error in draft.broken.items()}
    note_failures(session, DIGESTS, failed, now)
    digest_id = queries.add(session, portfolio.id, due_at, draft.figures)
    recipient = recipients.of_report(session, portfolio)
    if recipient is None and digest_id is not None:
        log.error("digests.nobody_to_tell", portfolio=portfolio.id)
    if digest_id is not None:
        for follow_up in draft.follow_ups:
            follow_up.write(session, digest_id)
    if recipient is not None and digest_id is not None:
        _put(session, recipient, digest_id, len(draft.news.pages), now)
    manager = recipients.of_manager(session, portfolio)
    if draft.news.private and manager is not None and digest_id is not None:
        _put_private(session, manager, digest_id, now)


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


def _put_private(session: Session, manager: Recipient, digest_id: int, now: datetime) -> None:
    """What the manager alone reads, in the transaction of the digest."""
    private = Outgoing(
        key=queries.DIGEST_PRIVATE_KEY.of(digest_id),
        workspace_id=manager.workspace_id,
        kind="digest-private",
        channel=manager.to,
        destination=manager.destination,
        args={"digest_id": digest_id},
        due_at=now,
    )
    put(session, private, now)


def compose_digest(session: Session, args: dict[str, Any], now: datetime) -> DigestView | Moot:
    """The message of a digest, as of the moment when it was opened."""
    row = queries.said_by(session, args["workspace_id"], args["digest_id"])
    portfolio = portfolios.in_workspace(session, args["workspace_id"], row.portfolio_id) if row else None
    if row is None or portfolio is None:
        return Moot("the digest is gone")
    frozen = row.said
    since = datetime.fromisoformat(frozen["since"]) if frozen["since"] else None
    news = WeekNews.from_json(frozen["week"]) if "week" in frozen else _of_earlier_release(frozen)
    lost = portfolio.channel if portfolio.channel_lost_at else None
    return DigestView(portfolio.id, portfolio.name, since, news, lost)


def _of_earlier_release(frozen: Mapping[str, Any]) -> WeekNews:
    """A digest that was opened before an upgrade and is sent after it: its figure, and its thread as it was."""
    summary = Summary.from_json(frozen["summary"])
    until = full_day(datetime.fromisoformat(frozen["at"]).date())
    pages = tuple(WeekPage(None, page) for page in summary.pages)
    return WeekNews(until, said_before(summary), "", None, (), (), (), pages, summary.left, ())


def compose_rest(session: Session, args: dict[str, Any], now: datetime) -> DigestRestView | Moot:
    """One page of what a digest only counts."""
    view = compose_digest(session, args, now)
    if isinstance(view, Moot) or args["page"] >= len(view.news.pages):
        return Moot("the digest is gone")
    pages, page = view.news.pages, args["page"]
    left = view.news.left if page == len(pages) - 1 else 0
    return DigestRestView(view.portfolio_id, view.portfolio, page + 1, len(pages), pages[page], left)


def compose_private(session: Session, args: dict[str, Any], now: datetime) -> DigestPrivateView | Moot:
    """What the manager alone reads of a digest."""
    view = compose_digest(session, args, now)
    if isinstance(view, Moot) or not view.news.private:
        return Moot("the digest is gone")
    return DigestPrivateView(view.portfolio_id, view.portfolio, view.news.until, view.news.private)
