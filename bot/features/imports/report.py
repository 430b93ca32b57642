"""What an import did or would do, as plain values for whoever shows it: the command line, or a message in Slack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.values.money import Money
from bot.features.imports.remarks import Note
from bot.store.entities import Entity


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out: where, in which column, what stands there, why, and the line as far as it is quoted."""

    line: int
    column: str | None
    value: str | None
    reason: Note
    text: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """One value that differs between the file and the ledger, as a reader sees it."""

    line: int
    name: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What became of one column: the field that it is read as, None for an unused one, and why."""

    header: str
    field: str | None
    why: Note


@dataclass(frozen=True, slots=True)
class KeptRow:
    """One row as it is kept, by field; what is not known is None. `more` is what begins with it, for people only."""

    line: int
    values: Mapping[str, Any]
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Totals:
    """How many rows an import holds, and their ARR, a sum for each currency."""

    rows: int
    arr: tuple[Money, ...] = ()


@dataclass(slots=True)
class Preview:
    """How a file was read, for a person to judge before it is written.

    `rows` are those that would be kept (the first few unless all are asked for); `last` is what the import before
    this one held, None if there was none.
    """

    encoding: str = ""
    columns: list[ColumnUse] = field(default_factory=list)
    rows: list[KeptRow] = field(default_factory=list)
    totals: Totals = Totals(0)
    last: Totals | None = None


@dataclass(slots=True)
class Report:
    """The sum of an import. `kept` are values that somebody changed here after the file's value was last taken.

    `left_out` are lines that are no rows of the table: totals, footers, headers again. `batch_id` is the row that
    holds together what was written, None if nothing was. `offer` is what can be done next.
    """

    file: str
    dry_run: bool = False
    preview: Preview = field(default_factory=Preview)
    created: list[tuple[int, str]] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    changed_rows: int = 0
    unchanged: int = 0
    kept: list[Changed] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    left_out: list[BadRow] = field(default_factory=list)
    new_members: list[str] = field(default_factory=list)
    new_portfolios: list[str] = field(default_factory=list)
    without_portfolio: int = 0
    notes: list[Note] = field(default_factory=list)
    batch_id: int | None = None
    offer: Note | None = None

    @property
    def taken(self) -> int:
        """Rows that are in the ledger after this, whether or not they changed anything."""
        return len(self.created) + self.changed_rows + self.unchanged


@dataclass(frozen=True, slots=True)
class Stays:
    """Something that an undo leaves as it is: a row, or the value of one field of it, and why."""

    entity: Entity
    name: str
    field: str | None
    why: Note


@dataclass(slots=True)
class UndoReport:
    """What an undo came to: rows taken back by entity, rows that got values back, and what stays.

    `colleagues` counts the colleagues whom the import added: they stay, for who is one of us is no fact of a customer.
    `signals` counts readings or events that were taken back.
    """

    batch_id: int
    file: str
    kind: str
    taken_back: dict[Entity, int] = field(default_factory=dict)
    restored: int = 0
    stays: list[Stays] = field(default_factory=list)
    colleagues: int = 0
    signals: int = 0
