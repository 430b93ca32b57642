"""The meeting series that a row of an accounts file speaks of; a cell that gives none is told, and the row is taken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import available_timezones

from bot.app import recurrence
from bot.app.recurrence import WEEKDAYS
from bot.domain.enums import CadenceKind, OnHoliday
from bot.domain.values.days import add_days, add_months, local
from bot.features.imports import cells, series_words
from bot.features.imports.file_reader import Row
from bot.features.imports.headers import key
from bot.features.imports.remarks import Remark, Unreadable
from bot.features.imports.row_reader import BadCell, Reader
from bot.features.imports.series_words import LAST, Rhythm

_REVIEWS = ("qbr", "ebr", "businessreview")
_WEEKS = ("weekly", "fortnightly")
_DAYS = ("next_meeting", "last_meeting")
_MOVES = frozenset((
    "move", "moves", "move it", "moved", "shift", "postpone", "reschedule", "next working day", "next business day",
    "moves to the next working day", "verschieben", "wird verschoben", "deplacer", "reporter", "mover", "spostare",
))  # fmt: skip
_STAYS = frozenset((
    "stay", "stays", "keep", "keeps", "as planned", "no change", "unchanged", "bleibt", "findet statt", "maintenir",
    "mantener", "manter",
))  # fmt: skip
_OF_A_DAY, _OF_A_RHYTHM = Remark.SERIES_DATE_UNREADABLE, Remark.SERIES_UNREADABLE
_WHY = (
    _OF_A_RHYTHM, Remark.SERIES_OTHER_DAY, Remark.SERIES_TIME_UNREADABLE, Remark.SERIES_WITHOUT_DAY,
    Remark.SERIES_WITHOUT_TIME, Remark.SERIES_ZONE_UNREADABLE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """A series as a row says it: complete but for the zone, which is None where the row names none.

    `meets_on` is the next meeting, `met_on` the last one; `moment` is the next one where its cell gives an offset.
    `on_holiday` is what becomes of a meeting on a public holiday: it stays where the row does not say.
    """

    kind: CadenceKind
    rhythm: Rhythm
    meets_on: date | None
    met_on: date | None
    moment: datetime | None
    tz: str | None
    on_holiday: OnHoliday = OnHoliday.STAY

    def placed(self, tz: str, today: date) -> tuple[str, str]:
        """The RRULE, and a meeting of the series as local wall clock; one of the past gives the same series."""
        rhythm, meets_on = self.rhythm, self.meets_on
        if self.moment is not None:
            there = local(self.moment, tz)
            meets_on, rhythm = there.date(), replace(rhythm, at=rhythm.at or f"{there:%H:%M}")
        ahead = meets_on if meets_on is not None and meets_on >= today else None
        before = max((day for day in (self.met_on, meets_on) if day is not None and day < today), default=None)
        rrule, first = _placed(rhythm, ahead, before, today)
        return rrule, f"{first.isoformat()}T{rhythm.at}"

    @property
    def begins_at_once(self) -> bool:
        """Whether nothing says which of two weeks it is, so that the next of them is taken."""
        return self.rhythm.repeat == "fortnightly" and (self.meets_on or self.met_on or self.moment) is None


def of_row(reader: Reader, row: Row) -> SeriesLine | None:
    """The series of one row; None if it gives none. What keeps one from being begun is counted for the report."""
    named = next((name for name in ("cadence", "meeting_day") if name in reader.columns), None)
    if named is None or cells.is_empty(reader.columns.cell(row, named)):
        return None
    try:
        return _Cells(reader, row, named).series()
    except BadCell as bad:
        name = next(name for name in reader.table.fields if reader.columns.header(name) == bad.column)
        remark = bad.reason.remark if bad.reason.remark in _WHY else _OF_A_DAY if name in _DAYS else _OF_A_RHYTHM
        reader.tally.add(remark, name, reader.columns.cell(row, name), str(row.line))
        return None


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of one row that speak of a series; `named` is the field that says that there is one."""

    reader: Reader
    row: Row
    named: str

    def series(self) -> SeriesLine | None:
        rhythm = self._rhythm()
        if rhythm is None:
            return None
        meets_on, met_on = self._day("next_meeting"), self._day("last_meeting")
        if self._is_ahead(met_on):
            met_on = None
        moment = self._moment() if meets_on is not None else None
        at = rhythm.at or self._time_beside(moment)
        self._must_be_whole(rhythm, meets_on or met_on)
        if at is None and moment is None:
            raise self._bad(self.named, Remark.SERIES_WITHOUT_TIME)
        weekday = WEEKDAYS[meets_on.weekday()] if meets_on is not None and moment is None else None
        if rhythm.weekdays and weekday is not None and weekday not in rhythm.weekdays and self._is_ahead(meets_on):
            raise self._bad("next_meeting", Remark.SERIES_OTHER_DAY)
        rhythm = replace(rhythm, at=at)
        kind = rhythm.kind or self._kind(rhythm)
        return SeriesLine(kind, rhythm, meets_on, met_on, moment, self._zone(), self._on_holiday())

    def _on_holiday(self) -> OnHoliday:
        """What the row says of public holidays; a word that is not known is told, and the series stays."""
        with self.reader.cell(self.row, "meeting_holiday") as text:
            word = cells.word_key(text)
        if word in _MOVES:
            return OnHoliday.MOVE
        if word and word not in _STAYS:
            self.reader.tally.add(Remark.SERIES_HOLIDAY_UNKNOWN, "meeting_holiday", text, str(self.row.line))
        return OnHoliday.STAY

    def _rhythm(self) -> Rhythm | None:
        """What the cells of rhythm, day, time and kind say together; a column of its own counts first."""
        rhythm = self._read("cadence")
        if rhythm is None and "cadence" in self.reader.columns:
            return None
        rhythm = rhythm or Rhythm()
        day, kind = self._read("meeting_day") or Rhythm(), self._read("meeting_kind") or Rhythm()
        if day.weekdays or day.month_day:
            rhythm = replace(rhythm, weekdays=day.weekdays, month_day=day.month_day, place=day.place or rhythm.place)
        rhythm = replace(rhythm, at=day.at or rhythm.at, kind=kind.kind or rhythm.kind)
        weekly = "weekly" if rhythm.weekdays else None
        return replace(rhythm, repeat=rhythm.repeat or day.repeat or kind.repeat or weekly)

    def _must_be_whole(self, rhythm: Rhythm, near: date | None) -> None:
        """Raise `BadCell` if the cells do not say how often, or on which day."""
        if rhythm.repeat is None:
            raise self._bad(self.named, Remark.SERIES_UNREADABLE)
        says_day = {
            "weekly": bool(rhythm.weekdays),
            "fortnightly": bool(rhythm.weekdays),
            "monthly": rhythm.month_day is not None or rhythm.place is not None,
        }
        if near is None and not says_day.get(rhythm.repeat, False):
            raise self._bad(self.named, Remark.SERIES_WITHOUT_DAY)

    def _kind(self, rhythm: Rhythm) -> CadenceKind:
        header = key(self.reader.columns.header(self.named) or "")
        is_review = rhythm.repeat == "quarterly" or any(word in header for word in _REVIEWS)
        return CadenceKind.BUSINESS_REVIEW if is_review else CadenceKind.WEEKLY_SYNC

    def _read(self, name: str) -> Rhythm | None:
        with self.reader.cell(self.row, name) as text:
            return series_words.read(text) if text else None

    def _day(self, name: str) -> date | None:
        return self.reader.day(self.row, name)

    def _is_ahead(self, day: date | None) -> bool:
        return day is not None and self.reader.today is not None and day >= self.reader.today

    def _moment(self) -> datetime | None:
        """The next meeting as a moment, where its cell gives the offset from UTC."""
        try:
            moment = datetime.fromisoformat(self.reader.columns.cell(self.row, "next_meeting"))
        except ValueError:
            return None
        return moment if moment.tzinfo is not None else None

    def _time_beside(self, moment: datetime | None) -> str | None:
        """The time in its own column, else the one beside the next or the last meeting."""
        with self.reader.cell(self.row, "meeting_time") as text:
            if text and (at := series_words.time_of(text)) is None:
                raise Unreadable(Remark.SERIES_TIME_UNREADABLE)
        if text:
            return at
        texts = (self.reader.columns.cell(self.row, name) for name in _DAYS)
        return None if moment else next((at for text in texts if (at := series_words.time_of(text))), None)

    def _zone(self) -> str | None:
        with self.reader.cell(self.row, "meeting_zone") as text:
            return series_words.zone_of(text, frozenset(available_timezones())) if text else None

    def _bad(self, name: str, remark: Remark) -> BadCell:
        columns = self.reader.columns
        return BadCell(columns.header(name), columns.cell(self.row, name), Unreadable(remark).note)


def _placed(rhythm: Rhythm, ahead: date | None, before: date | None, today: date) -> tuple[str, date]:
    """The RRULE and a day of the series: from the meeting ahead, else from the one before, else from today on."""
    assert rhythm.repeat is not None
    near = ahead or before or today
    if rhythm.repeat in _WEEKS:
        days = rhythm.weekdays or (WEEKDAYS[near.weekday()],)
        since = near if ahead or not before else add_days(near, -near.weekday())
        first = next(day for day in (add_days(since, n) for n in range(7)) if WEEKDAYS[day.weekday()] in days)
        return recurrence.rule_of(rhythm.repeat, first, days), first
    if rhythm.place is not None:
        [weekday] = rhythm.weekdays
        rrule = f"{recurrence.REPEATS['monthly_weekday']}{rhythm.place}{weekday}"
        return rrule, _in_month(ahead or today, rhythm.place, WEEKDAYS.index(weekday))
    if rhythm.repeat == "monthly" and rhythm.weekdays:  # monthly on Tuesdays: the one that the dated meeting is
        by_weekday = recurrence.rule_of("monthly_weekday", near)
        return by_weekday, near
    if rhythm.repeat == "monthly" and rhythm.month_day is not None:
        return recurrence.rule_of("monthly", near), _on_month_day(ahead or today, rhythm.month_day)
    return recurrence.rule_of(rhythm.repeat, near), near


def _in_month(since: date, place: int, weekday: int) -> date:
    """The first day from `since` on that has this place among its weekdays of the month."""
    for months in range(3):
        first = add_months(since.replace(day=1), months)
        on = add_days(first, (weekday - first.weekday()) % 7 + 7 * (max(place, 1) - 1))
        while place == LAST and add_days(on, 7).month == first.month:
            on = add_days(on, 7)
        if on >= since:
            return on
    raise AssertionError("every month has four of each weekday")


def _on_month_day(until: date, month_day: int) -> date:
    """The last such day of a month until then: from it the series counts, also over months that are too short."""
    month = until.replace(day=1)
    while True:
        on = add_days(month, month_day - 1)
        if on.month == month.month and on <= until:
            return on
        month = add_months(month, -1)
