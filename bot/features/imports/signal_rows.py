"""Readings and events as tools export them: one row is one figure for a period, or one thing that happened."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from bot.domain.values.days import EARLIEST, LATEST
from bot.features.imports import dates, headers, periods, report_lines
from bot.features.imports.file_reader import Row
from bot.features.imports.remarks import Remark, note
from bot.features.imports.report import BadRow
from bot.features.imports.row_reader import BadCell, Reader

NO_SOURCE = "file"
"""The source of signals whose file names none."""

_LONGEST_WORD, _LONGEST_SOURCE, _LONGEST_UNIT, _LONGEST_TEXT = 120, 80, 60, 10_000
_LONGEST_PERIOD = 3660
_WEEK = 7
_MONTH = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})|(?P<name>[^\W\d_]+)\.?[\s/-]+(?P<of>\d{4})|"
    r"(?P<number>\d{1,2})[/.](?P<before>\d{4})"
)
_ISO_WEEK = re.compile(r"(\d{4})-?W(\d{2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """A figure of a metric for a period; `period_days` is 0 where nothing says how long that is."""

    line: int
    account_id: str | None
    account: str
    metric: str
    source: str
    period_start: date
    period_days: int
    value: Decimal
    unit: str | None
    observed_at: datetime | None

    @property
    def what(self) -> str:
        """What messages call the row, beside its account."""
        return f"{self.metric}, {self.period_start}"

    @property
    def content(self) -> tuple[Any, ...]:
        """What may differ between two versions of one reading."""
        return (self.value, self.unit)


@dataclass(frozen=True, slots=True)
class EventLine:
    """Something that happened at a customer, on a day or at a moment."""

    line: int
    account_id: str | None
    account: str
    kind: str
    at: datetime
    whole_day: bool
    subject: str | None
    text: str | None
    source: str
    external_id: str | None
    observed_at: datetime | None

    @property
    def key(self) -> str:
        """What tells this event from others of its account: its id in the source, else all that it says."""
        if self.external_id:
            return periods.digest(self.source, self.external_id)
        return periods.digest(self.source, "", self.kind, self.at.isoformat(), self.subject, self.text)

    @property
    def what(self) -> str:
        """What messages call the row, beside its account."""
        return f"{self.kind}, {self.at.date()}"

    @property
    def content(self) -> tuple[Any, ...]:
        """What may differ between two versions of one event."""
        return (self.kind, self.at, self.whole_day, self.subject, self.text, self.source)


def readings(reader: Reader) -> Iterator[ReadingLine | BadRow]:
    """Every row of a file of readings; a second row for the same period is a bad one."""
    seen: dict[tuple[Any, ...], int] = {}
    length = _length_by_header(reader)
    for row in reader.columns.rows:
        try:
            line = _reading(reader, row, length)
            about = (line.account_id or line.account.casefold(), line.metric, line.source)
            yield _once(seen, (*about, line.period_start, line.period_days, line.observed_at), line, row)
        except BadCell as bad:
            yield bad.row(row, report_lines.quoted(row))


def events(reader: Reader) -> Iterator[EventLine | BadRow]:
    """Every row of a file of events; the same event on a second row is a bad one."""
    seen: dict[tuple[Any, ...], int] = {}
    for row in reader.columns.rows:
        try:
            line = _event(reader, row)
            yield _once(seen, (line.account_id or line.account.casefold(), line.key), line, row)
        except BadCell as bad:
            yield bad.row(row, report_lines.quoted(row))


def _once(seen: dict[tuple[Any, ...], int], key: tuple[Any, ...], line: Any, row: Row) -> Any:
    if seen.setdefault(key, row.line) != row.line:
        raise BadCell(None, None, note(Remark.ROW_TWICE, line=seen[key]))
    return line


def _reading(reader: Reader, row: Row, length: str) -> ReadingLine:
    reader.must_fit(row)
    account_id, account = reader.account(row)
    metric = _word(reader, row, "metric", _LONGEST_WORD)
    start, days = _period(reader, row, length)
    value = reader.number(row, "value")
    if value is None:
        raise BadCell(reader.columns.header("value"), reader.columns.cell(row, "value"), note(Remark.EMPTY))
    unit = reader.words(row, "unit")[:_LONGEST_UNIT] or None
    observed = _moment(reader, row, "observed_at")[0]
    source = _source(reader, row)
    return ReadingLine(row.line, account_id, account, metric, source, start, days, value, unit, observed)


def _event(reader: Reader, row: Row) -> EventLine:
    reader.must_fit(row)
    account_id, account = reader.account(row)
    _day(reader, row, "at")
    at, whole_day = _moment(reader, row, "at")
    assert at is not None, "there is a day, so there is a moment"
    text = reader.columns.cell(row, "text").strip()
    return EventLine(
        row.line,
        account_id,
        account,
        _word(reader, row, "kind", _LONGEST_WORD),
        at,
        whole_day,
        reader.words(row, "subject")[:1000] or None,
        text[:_LONGEST_TEXT] or None,
        _source(reader, row),
        reader.record_id(row, "external_id"),
        _moment(reader, row, "observed_at")[0],
    )


def _word(reader: Reader, row: Row, name: str, longest: int) -> str:
    text = reader.words(row, name)
    if not text:
        raise BadCell(reader.columns.header(name), text, note(Remark.EMPTY))
    if len(text) > longest:
        raise BadCell(reader.columns.header(name), text, note(Remark.NAME_TOO_LONG, limit=longest))
    return text


def _source(reader: Reader, row: Row) -> str:
    return (reader.words(row, "source") or reader.options.source or NO_SOURCE)[:_LONGEST_SOURCE]


def _length_by_header(reader: Reader) -> str:
    """What the header of the period's start says of its length: `week`, `month`, `day`, or nothing."""
    key = headers.key(reader.columns.header("period_start") or "")
    return next((word for word in ("week", "woche", "semaine", "month", "monat", "day") if word in key), "")


def _period(reader: Reader, row: Row, length: str) -> tuple[date, int]:
    """The first day of a period and its length, by its own column, else by the header; `2026-03` is a month."""
    text = reader.columns.cell(row, "period_start")
    month = _month(text)
    week = _week(text)
    start = month or week or _day(reader, row, "period_start")
    days = reader.number(row, "period_days")
    if days is not None:
        if days != int(days) or not 1 <= days <= _LONGEST_PERIOD:
            cell = reader.columns.cell(row, "period_days")
            raise BadCell(
                reader.columns.header("period_days"), cell, note(Remark.DAYS_UNREADABLE, most=_LONGEST_PERIOD)
            )
        return start, int(days)
    if month or length in ("month", "monat"):
        return start, monthrange(start.year, start.month)[1]
    return start, _WEEK if week or length in ("week", "woche", "semaine") else 1 if length == "day" else 0


def _month(text: str) -> date | None:
    """The first day of a month that a cell names: `2026-03`, `Mar 2026`, `03/2026`."""
    match = _MONTH.fullmatch(text)
    if match is None:
        return None
    figure = match["month"] or match["number"]
    number = int(figure) if figure else dates.month_number(match["name"])
    year = int(match["year"] or match["of"] or match["before"])
    return date(year, number, 1) if number and 1 <= number <= 12 and EARLIEST.year <= year <= LATEST.year else None


def _week(text: str) -> date | None:
    """The Monday of a week that a cell names: `2027-W02`."""
    match = _ISO_WEEK.fullmatch(text)
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
    except ValueError:
        return None


def _day(reader: Reader, row: Row, name: str) -> date:
    """The day in a cell that must have one."""
    day = reader.day(row, name)
    if day is None:
        text = reader.columns.cell(row, name)
        raise BadCell(reader.columns.header(name), text, note(Remark.DATE_UNREADABLE if text else Remark.EMPTY))
    return day


def _moment(reader: Reader, row: Row, name: str) -> tuple[datetime | None, bool]:
    """The moment in a cell, and whether it is a whole day; a time without a zone is UTC."""
    text = reader.columns.cell(row, name)
    day = reader.day(row, name)
    if day is None:
        return None, True
    if ":" in text:
        try:
            moment = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
        except ValueError:
            moment = None
        if moment is not None and moment.date() == day:
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC), False
    if (clock := dates.clock(text)) is not None:
        return datetime.combine(day, clock).astimezone(UTC), False
    return datetime.combine(day, time(), UTC), True
