"""Appends readings and events: a row that is there changes nothing, another value for the same is a new version.

A file that is sent again, also after a later one, brings nothing new: what a source said once is kept, and the value
that came last counts. A source that corrects a value back says so by the time at which it looked (`observed_at`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.features.imports.joining import Joining
from bot.features.imports.report import BadRow, Changed, KeptRow
from bot.features.imports.signal_rows import EventLine, ReadingLine
from bot.store import signals
from bot.store.ledger import Author
from bot.store.schema import event, reading
from bot.store.signals import Version


@dataclass(frozen=True, slots=True)
class PlannedSignal:
    """What becomes of one line: a new row, a new version of one, or nothing (`version` None)."""

    line: ReadingLine | EventLine
    account_id: int
    account: str
    version: int | None
    before: str | None = None
    kept: tuple[Changed, ...] = ()

    @property
    def is_new(self) -> bool:
        return self.version is not None and self.before is None

    @property
    def writes(self) -> bool:
        return self.version is not None

    @property
    def title(self) -> str:
        """What messages call the line."""
        return f"{self.account}: {self.line.what}"

    @property
    def changes(self) -> tuple[Changed, ...]:
        """The value that differs from the one that counted until now."""
        if self.before is None or self.version is None:
            return ()
        return (Changed(self.line.line, self.title, "value", self.before, _shown(self.line.content)),)


def plan_readings(session: Session, joining: Joining, lines: Sequence[ReadingLine]) -> list[PlannedSignal | BadRow]:
    """What each reading would do, in order; nothing is written."""
    joined = [joining.account_of(line, f"{line.account or line.account_id}: {line.what}") for line in lines]
    ids = joining.named(session, joined)
    first, last = min(line.period_start for line in lines), max(line.period_start for line in lines)
    there = signals.readings_between(session, joining.snapshot.workspace_id, ids, first, last) if ids else {}
    planned: list[PlannedSignal | BadRow] = []
    for line, account in zip(lines, joined, strict=True):
        if isinstance(account, BadRow):
            planned.append(account)
            continue
        key = (account, line.period_start, line.metric, line.source, line.period_days)
        planned.append(_planned(line, account, joining.names[account], there.setdefault(key, [])))
    return planned


def plan_events(session: Session, joining: Joining, lines: Sequence[EventLine]) -> list[PlannedSignal | BadRow]:
    """What each event would do, in order; nothing is written."""
    joined = [joining.account_of(line, f"{line.account or line.account_id}: {line.what}") for line in lines]
    ids = joining.named(session, joined)
    keys = [line.key for line in lines]
    there = signals.event_versions(session, joining.snapshot.workspace_id, ids, keys) if ids else {}
    planned: list[PlannedSignal | BadRow] = []
    for line, account, key in zip(lines, joined, keys, strict=True):
        if isinstance(account, BadRow):
            planned.append(account)
        else:
            planned.append(_planned(line, account, joining.names[account], there.setdefault((account, key), [])))
    return planned


def _planned(line: ReadingLine | EventLine, account_id: int, account: str, there: list[Version]) -> PlannedSignal:
    """The plan for one line. What it adds is added to `there`, for a later line about the same."""
    standing = [version for version in there if version.stands]
    counts = max(standing, key=lambda version: version.order, default=None)
    if counts is not None and (counts.content == line.content or _was_sent_before(line, counts, standing)):
        return PlannedSignal(line, account_id, account, None)
    number = max((version.version for version in there), default=0) + 1
    there.append(Version(number, line.content, line.observed_at, True))
    return PlannedSignal(line, account_id, account, number, None if counts is None else _shown(counts.content))


def _was_sent_before(line: ReadingLine | EventLine, counts: Version, standing: Sequence[Version]) -> bool:
    """Whether an earlier version says the same, and the source does not say that it looked again since."""
    if not any(version.content == line.content for version in standing):
        return False
    return line.observed_at is None or (counts.observed_at is not None and line.observed_at <= counts.observed_at)


def _shown(content: tuple[Any, ...]) -> str:
    """A version in a list of changes: the figure with its unit, or what an event says."""
    if len(content) == 2:
        value, unit = content
        return f"{value} {unit}" if unit else str(value)
    return ", ".join(str(part)[:60] for part in (content[0], content[3], content[4]) if part)


def apply_readings(session: Session, by: Author, planned: Sequence[PlannedSignal], now: datetime) -> None:
    """Append planned readings in one statement; the caller commits."""
    names = ("metric", "source", "period_start", "period_days", "value", "unit", "observed_at")
    signals.add(session, reading, [_row(by, item, names, now) for item in planned if item.writes])


def apply_events(session: Session, by: Author, planned: Sequence[PlannedSignal], now: datetime) -> None:
    """Append planned events in one statement; the caller commits."""
    names = ("key", "kind", "at", "whole_day", "subject", "text", "source", "external_id", "observed_at")
    signals.add(session, event, [_row(by, item, names, now) for item in planned if item.writes])


def _row(by: Author, item: PlannedSignal, names: Sequence[str], now: datetime) -> dict[str, Any]:
    ours = {"workspace_id": by.workspace_id, "account_id": item.account_id, "batch_id": by.batch_id}
    said: Mapping[str, Any] = {name: getattr(item.line, name) for name in names}
    return {**ours, **said, "version": item.version, "received_at": now}


def kept_row(planned: PlannedSignal) -> KeptRow:
    """A reading or an event as it is kept, as a person reads it."""
    line = planned.line
    if isinstance(line, ReadingLine):
        names: tuple[str, ...] = ("metric", "value", "unit", "period_start", "period_days", "source")
    else:
        names = ("kind", "at", "subject", "text", "source", "external_id")
    values = {name: getattr(line, name) for name in names}
    if "period_days" in values:
        values["period_days"] = values["period_days"] or None
    return KeptRow(line.line, {"account": planned.account, **values})
