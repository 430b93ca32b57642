"""A meeting series that an import begins, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.app import recurrence
from bot.domain.enums import CadenceKind, OnHoliday
from bot.domain.labels import label
from bot.features.imports import wording
from bot.features.imports.remarks import Remark, note


@dataclass(frozen=True, slots=True)
class NewSeries:
    """A series to begin; it has the shape that `recurrence` asks of one."""

    kind: CadenceKind
    rrule: str
    local_start: str
    tz: str
    owner_tz: str
    on_holiday: OnHoliday = OnHoliday.STAY

    @property
    def words(self) -> str:
        """The series as a person reads it."""
        return in_words(self.kind, self.rrule, self.local_start, self.tz)


def in_words(kind: CadenceKind, rrule: str, local_start: str, tz: str) -> str:
    """A series by its rule, one of its meetings as local wall clock, and its zone, as a person reads it."""
    repeat, days = recurrence.repeat_of(rrule)
    written, _, month_day = local_start.partition(" ")
    on = date.fromisoformat(written[:10])
    weekdays = days or (recurrence.WEEKDAYS[on.weekday()],)
    facts = {"kind": label(kind), "repeat": repeat, "days": weekdays, "day": int(month_day or on.day)}
    return wording.sentence(note(Remark.SERIES_SAID, **facts, at=written[11:16], tz=tz))
