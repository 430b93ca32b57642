"""What people read about a file that was dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.features.imports.queries import DropState


@dataclass(frozen=True, slots=True)
class PreviewedRow:
    """One row as it would be kept: an account with its ARR in words, or the name of one with `facts` about it."""

    name: str
    owner: str | None = None
    arr: str | None = None
    renewal_date: date | None = None
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PreviewedTotals:
    """How many rows an import holds, and their ARR in words."""

    rows: int
    arr: str


@dataclass(frozen=True, slots=True)
class PreviewedWarning:
    """What to look at; of lines that are left out for one reason the first one, and how many more there are."""

    text: str
    line: int | None = None
    more: int = 0


@dataclass(frozen=True, slots=True)
class PreviewedFile:
    """A preview that fits on a phone: lists are cut, and each has the count of what is not shown.

    `kind` is the kind of import that the file was taken for, `others` are those that would fit as well.
    """

    columns: tuple[str, ...]
    more_columns: int
    unused: int
    rows: tuple[PreviewedRow, ...]
    totals: PreviewedTotals
    last: PreviewedTotals | None
    warnings: tuple[PreviewedWarning, ...]
    more_warnings: int
    counts: ImportCounts
    kind: str = "accounts"
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What came or would come of the rows of a file."""

    added: int
    changed: int
    unchanged: int
    left_out: int


@dataclass(frozen=True, slots=True)
class UndoneImport:
    """What an undo took back: rows that went, rows that have their values of before, and what stays, cut."""

    removed: int
    restored: int
    stays: tuple[str, ...]
    more_stays: int


@dataclass(frozen=True, slots=True)
class Silent:
    """Customers whom nobody meets: how many, and those of them in one portfolio; None for those in none."""

    count: int
    portfolio_id: int | None
    portfolio: str | None


@dataclass(frozen=True, slots=True)
class DroppedFileView:
    """The message about a dropped file, as things stand now. `trouble` says why something could not be done.

    `names_options` says that a sentence of it names options of the command line. `silent` are customers without a
    meeting series, once accounts were imported, where most are first.
    """

    dropped_file_id: int
    file: str
    state: DropState
    trouble: str | None
    names_options: bool
    kind: str
    preview: PreviewedFile | None
    result: ImportCounts | None
    batch_id: int | None
    undone: UndoneImport | None
    decided_by: str | None
    silent: tuple[Silent, ...] = ()
