"""Begins the meeting series that an accounts file speaks of, by the rules of the form that sets one.

An account has one running series of a kind. One that is here already stays as it is, also one that somebody ended: the
report says so by name. Only a series that an undone import had begun may begin again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app import public_holidays, recurrence
from bot.app.recurrence import Occurrence
from bot.domain.enums import AccountStatus, CadenceKind, OnHoliday
from bot.domain.labels import column_label
from bot.domain.values.days import local
from bot.features.imports import wording
from bot.features.imports.account_changes import Planned
from bot.features.imports.ledger_snapshot import LedgerSnapshot
from bot.features.imports.merge_policy import SURFACE, shown
from bot.features.imports.remarks import Note, Remark, note
from bot.features.imports.report import Changed
from bot.features.imports.series import NewSeries, in_words
from bot.features.imports.series_rows import SeriesLine
from bot.store import ledger, schema
from bot.store.entities import Entity
from bot.store.ledger import Author

_LEAD_HOURS = 24
_NO_ZONE = "UTC"
_IN_ORDER = (
    Remark.SERIES_BEGUN, Remark.SERIES_ON_HOLIDAY, Remark.SERIES_KEPT, Remark.SERIES_IN_UTC, Remark.SERIES_AT_ONCE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Running:
    """A series that an account has, or had."""

    id: int
    account_id: int
    kind: CadenceKind
    rrule: str
    tz: str
    local_start: str
    active: bool


@dataclass(slots=True)
class SeriesBook:
    """What one import does about series, some accounts at a time, and what the report says of it."""

    workspace_id: int
    now: datetime
    kept: list[tuple[str, str, str]] = field(default_factory=list)
    counts: Counter[Remark] = field(default_factory=Counter)
    firsts: dict[Remark, dict[str, Any]] = field(default_factory=dict)

    def plan(self, session: Session, snapshot: LedgerSnapshot, planned: Sequence[Planned]) -> list[Planned]:
        """The same lines, with the series that each begins."""
        speaking = [item for item in planned if item.line.series is not None and _is_customer(item)]
        ids = [item.row["id"] for item in speaking if item.row is not None]
        existing = _existing(session, self.workspace_id, ids)
        changed = {id(item): self._planned(snapshot, item, existing) for item in speaking}
        return [changed.get(id(item), item) for item in planned]

    def apply(self, session: Session, by: Author, file: str, pairs: Sequence[tuple[int, Planned]]) -> None:
        """Begin the planned series of these accounts, each with its history."""
        rows, whys = [], []
        begun = [(account_id, item, item.series) for account_id, item in pairs if item.series is not None]
        opened = self._opened(session, [account_id for account_id, item, _ in begun if not item.is_new])
        for account_id, item, series in begun:
            upcoming = self._first_unasked(opened.get((account_id, series.kind), frozenset()), series)
            moving = recurrence.schedule(timedelta(hours=_LEAD_HOURS), upcoming, series.owner_tz)
            place = {"kind": series.kind, "rrule": series.rrule, "tz": series.tz, "lead_hours": _LEAD_HOURS}
            rows.append({"account_id": account_id, **place, "on_holiday": series.on_holiday, "active": True, **moving})
            whys.append(f"{file}, line {item.line.line}")
        if rows:
            ledger.add_many(session, by, Entity.CADENCE, self.now, rows, whys=whys)

    def notes(self) -> list[Note]:
        """What the report says of series: how many begin, and which stay as they are here."""
        notes = [note(remark, count=count, **self.firsts[remark]) for remark, count in self.counts.items()]
        if self.kept:
            notes.append(note(Remark.SERIES_KEPT, count=len(self.kept), examples=self.kept))
        return sorted(notes, key=lambda note: _IN_ORDER.index(note.remark))

    def _count(self, remark: Remark, **facts: Any) -> None:
        """Count one more; of many rows only the first is named, so only that one is held."""
        self.counts[remark] += 1
        self.firsts.setdefault(remark, facts)

    def _planned(
        self, snapshot: LedgerSnapshot, item: Planned, existing: Mapping[tuple[int, CadenceKind], _Running]
    ) -> Planned:
        line = item.line.series
        assert line is not None
        series, is_known = self._series(snapshot, item, line)
        here = existing.get((item.row["id"], series.kind)) if item.row is not None else None
        if here is not None:
            if not here.active:
                self.kept.append((item.title, wording.sentence(note(Remark.SERIES_ENDED)), series.words))
            elif not _same(here, line, self.now):
                said = in_words(here.kind, here.rrule, here.local_start, here.tz)
                self.kept.append((item.title, said, series.words))
            return item
        self._count(Remark.SERIES_BEGUN, name=item.title, words=series.words)
        if not is_known:
            self._count(Remark.SERIES_IN_UTC, name=item.title)
        if line.begins_at_once:
            self._count(Remark.SERIES_AT_ONCE, name=item.title)
        self._count_holiday(item.title, series)
        changes = item.changes
        if item.row is not None:
            field_name = column_label("meeting_series")
            changes += (Changed(item.line.line, item.title, field_name, shown(None), series.words),)
        return replace(item, series=series, changes=changes)

    def _series(self, snapshot: LedgerSnapshot, item: Planned, line: SeriesLine) -> tuple[NewSeries, bool]:
        """The series in its zone, and whether that zone is known: the file's, else the owner's."""
        owner = item.after.get("owner_id")
        member = snapshot.directory.members.get(owner) if isinstance(owner, int) else None
        owner_tz = member.tz if member is not None and member.slack_id is not None else None
        tz = line.tz or owner_tz or _NO_ZONE
        rrule, local_start = line.placed(tz, self.now.date())
        series = NewSeries(line.kind, rrule, local_start, tz, owner_tz or tz, line.on_holiday)
        return series, (line.tz or owner_tz) is not None

    def _count_holiday(self, name: str, series: NewSeries) -> None:
        """Count a series whose next meeting falls on a public holiday, with what becomes of it."""
        regular = recurrence.next_meeting(replace(series, on_holiday=OnHoliday.STAY), self.now)
        on = local(regular.starts_at, series.tz).date() if regular is not None else None
        holiday = public_holidays.name_of(on, series.tz) if on is not None else None
        if on is None or holiday is None:
            return
        moved = recurrence.next_meeting(series, self.now) if series.on_holiday is OnHoliday.MOVE else None
        to = local(moved.starts_at, series.tz).date() if moved is not None else None
        self._count(Remark.SERIES_ON_HOLIDAY, name=name, on=on, holiday=holiday, to=to)

    def _opened(self, session: Session, ids: Sequence[int]) -> dict[tuple[int, CadenceKind], set[datetime]]:
        """When these accounts have meetings still to come, by kind."""
        opened: dict[tuple[int, CadenceKind], set[datetime]] = {}
        if ids:
            table = schema.meeting
            ours = table.c.account_id.in_(ids) & Entity.MEETING.in_workspace(self.workspace_id)
            columns = (table.c.account_id, table.c.kind, table.c.starts_at)
            for account_id, kind, starts_at in session.execute(
                select(*columns).where(ours, table.c.starts_at > self.now)
            ):
                opened.setdefault((account_id, kind), set()).add(starts_at)
        return opened

    def _first_unasked(self, opened: Set[datetime], series: NewSeries) -> Occurrence | None:
        """The first meeting still to come that no earlier series of this kind has opened."""
        upcoming = recurrence.next_meeting(series, self.now)
        while upcoming is not None and upcoming.starts_at in opened:
            upcoming = recurrence.next_meeting(series, upcoming.starts_at)
        return upcoming


def _is_customer(item: Planned) -> bool:
    return item.after.get("status") is not AccountStatus.FORMER


def _existing(session: Session, workspace_id: int, ids: Sequence[int]) -> dict[tuple[int, CadenceKind], _Running]:
    """The series of these accounts by kind: the running one, else one that ended otherwise than by an undone import."""
    if not ids:
        return {}
    table, history = schema.cadence, schema.history
    columns = (table.c[name] for name in _Running.__slots__)
    ours = table.c.account_id.in_(ids) & Entity.CADENCE.in_workspace(workspace_id)
    rows = [_Running(*row) for row in session.execute(select(*columns).where(ours).order_by(table.c.id))]
    ended = [row.id for row in rows if not row.active]
    by_import = select(history.c.entity_id, history.c.after).where(
        history.c.workspace_id == workspace_id,
        history.c.entity == Entity.CADENCE.value,
        history.c.entity_id.in_(ended),
        history.c.surface == SURFACE,
    )
    undone = (
        {row_id for row_id, after in session.execute(by_import) if after.get("active") is False} if ended else set()
    )
    ordered = sorted(rows, key=lambda row: row.active)
    return {(row.account_id, row.kind): row for row in ordered if row.id not in undone}


def _same(here: _Running, line: SeriesLine, now: datetime) -> bool:
    """Whether a running series is what the file says: the same rule, time and weekday, and the zone if it names one."""
    tz = line.tz or here.tz
    rrule, local_start = line.placed(tz, now.date())
    if (here.rrule, here.tz) != (rrule, tz):
        return False
    ours, theirs = (datetime.fromisoformat(text.partition(" ")[0]) for text in (here.local_start, local_start))
    weekday_counts = here.rrule.startswith(recurrence.REPEATS["weekly"]) and "BYDAY" not in here.rrule
    return ours.time() == theirs.time() and (not weekday_counts or ours.weekday() == theirs.weekday())
