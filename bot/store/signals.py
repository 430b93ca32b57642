"""Readings and events as sources sent them: raw rows of a workspace, added in bulk, never changed.

Of several versions for one period, or of one event, the newest counts that was not taken back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Table, and_, func, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.model import Account
from bot.store.schema import event, reading

TABLES: dict[str, Table] = {"readings": reading, "events": event}
"""The tables of signals, by the kind of import that fills them."""

_NEVER = datetime.min.replace(tzinfo=UTC)

ReadingKey = tuple[int, date, str, str, int]
"""What a reading is about: account, first day, metric, source, days."""


@dataclass(frozen=True, slots=True)
class Version:
    """One row that is there for a key: its number, what it says, when its source looked, and whether it stands."""

    version: int
    content: tuple[Any, ...]
    observed_at: datetime | None
    stands: bool

    @property
    def order(self) -> tuple[datetime, int]:
        """Of several versions the greatest counts: the newest look of the source, else what came last."""
        return self.observed_at or _NEVER, self.version


@dataclass(frozen=True, slots=True)
class MetricNow:
    """The newest reading of one metric of an account from one source, and how many periods are kept of it."""

    metric: str
    source: str
    period_start: date
    period_days: int
    value: Decimal
    unit: str | None
    received_at: datetime
    periods: int


@dataclass(frozen=True, slots=True)
class EventNow:
    """One event at a customer."""

    kind: str
    at: datetime
    whole_day: bool
    subject: str | None
    text: str | None
    source: str


def add(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Append rows; two processes that append the same version make the second one fail with `IntegrityError`."""
    if rows:
        session.execute(insert(table), rows)


def readings_between(
    session: Session, workspace_id: int, account_ids: Collection[int], first: date, last: date
) -> dict[ReadingKey, list[Version]]:
    """All versions of the readings of these accounts whose periods begin between two days."""
    c = reading.c
    ours = (c.workspace_id == workspace_id) & c.account_id.in_(account_ids) & c.period_start.between(first, last)
    columns = (c.account_id, c.period_start, c.metric, c.source, c.period_days, c.version)
    statement = select(*columns, c.value, c.unit, c.observed_at, c.taken_back_at).where(ours)
    versions: dict[ReadingKey, list[Version]] = {}
    for account_id, start, metric, source, days, version, value, unit, observed, gone in session.execute(statement):
        key = (account_id, start, metric, source, days)
        versions.setdefault(key, []).append(Version(version, (value, unit), observed, gone is None))
    return versions


def event_versions(
    session: Session, workspace_id: int, account_ids: Collection[int], keys: Collection[str]
) -> dict[tuple[int, str], list[Version]]:
    """All versions of these events of these accounts."""
    c = event.c
    ours = (c.workspace_id == workspace_id) & c.account_id.in_(account_ids) & c.key.in_(keys)
    said = (c.kind, c.at, c.whole_day, c.subject, c.text, c.source)
    versions: dict[tuple[int, str], list[Version]] = {}
    for account_id, key, version, observed, gone, *content in session.execute(
        select(c.account_id, c.key, c.version, c.observed_at, c.taken_back_at, *said).where(ours)
    ):
        versions.setdefault((account_id, key), []).append(Version(version, tuple(content), observed, gone is None))
    return versions


def take_back(session: Session, workspace_id: int, kind: str, batch_id: int, now: datetime) -> int:
    """Mark what an import appended as taken back; returns how many rows that were."""
    table = TABLES[kind]
    ours = (table.c.workspace_id == workspace_id) & (table.c.batch_id == batch_id) & table.c.taken_back_at.is_(None)
    return session.connection().execute(update(table).where(ours).values(taken_back_at=now)).rowcount


def accounts_with_signals(session: Session, workspace_id: int, account_ids: Collection[int]) -> dict[int, int | None]:
    """Those of these accounts that have signals which stand, each with an import that brought some."""
    batches: dict[int, int | None] = {}
    for table in TABLES.values():
        ours = (table.c.workspace_id == workspace_id) & table.c.account_id.in_(account_ids)
        newest = select(table.c.account_id, func.max(table.c.batch_id)).where(ours, table.c.taken_back_at.is_(None))
        newest = newest.group_by(table.c.account_id)
        for account_id, batch_id in session.execute(newest):
            batches[account_id] = max(batch_id or 0, batches.get(account_id) or 0) or None
    return batches


def metrics_of(session: Session, account: Account) -> list[MetricNow]:
    """Each metric of an account with its newest period, and of that the newest version, by source and name."""
    c = reading.c
    ours = (c.account_id == account.id) & (c.workspace_id == account.workspace_id) & c.taken_back_at.is_(None)
    newest = (
        select(c.metric, c.source, func.max(c.period_start).label("start"), func.count(c.period_start.distinct()))
        .where(ours)
        .group_by(c.metric, c.source)
        .order_by(c.source, c.metric)
    )
    counted = {(metric, source): (start, periods) for metric, source, start, periods in session.execute(newest)}
    last = newest.subquery()
    same = and_(c.metric == last.c.metric, c.source == last.c.source, c.period_start == last.c.start)
    wanted = (c.metric, c.source, c.period_start, c.period_days, c.value, c.unit, c.received_at)
    # within: `ours` holds the workspace
    rows: Select[Any] = select(*wanted, c.observed_at, c.version).join(last, same).where(ours)
    latest: dict[tuple[str, str], Any] = {}
    for row in sorted(session.execute(rows), key=_counts_later):
        latest[row.metric, row.source] = row
    named = [column.name for column in wanted]
    return [
        MetricNow(**{name: getattr(latest[key], name) for name in named}, periods=periods)
        for key, (_, periods) in counted.items()
        if key in latest
    ]


def _counts_later(row: Any) -> tuple[int, datetime, int]:
    """The shortest period, in it the newest look of the source, and of one look the newest version."""
    return -row.period_days, row.observed_at or _NEVER, row.version


def events_of(session: Session, account: Account, most: int) -> tuple[list[EventNow], int]:
    """The newest events of an account, at most so many, and how many there are."""
    c = event.c
    ours = (c.account_id == account.id) & (c.workspace_id == account.workspace_id) & c.taken_back_at.is_(None)
    newest = select(c.key, func.max(c.version).label("version")).where(ours).group_by(c.key).subquery()
    same = (c.key == newest.c.key) & (c.version == newest.c.version)
    columns = (c.kind, c.at, c.whole_day, c.subject, c.text, c.source)
    # within: `ours` holds the workspace
    rows = select(*columns).join(newest, same).where(ours).order_by(c.at.desc(), c.id.desc()).limit(most)
    count = session.execute(select(func.count()).select_from(newest)).scalar_one()
    return [EventNow(*row) for row in session.execute(rows)], count
