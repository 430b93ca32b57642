"""What every kind of import goes through: read the file, plan and write some rows at a time, count what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.app.actor import UserError
from bot.domain.values.money import Money, total
from bot.features.imports import batches, column_mapping, file_reader, report_lines, row_reader
from bot.features.imports.fields import FieldTable
from bot.features.imports.merge_policy import SURFACE
from bot.features.imports.refusals import ImportRefusal
from bot.features.imports.remarks import Note, Remark, note
from bot.features.imports.report import BadRow, Changed, KeptRow, Report, Totals
from bot.features.imports.row_reader import Options, Reader
from bot.store.engine import Database
from bot.store.ledger import Author

BATCH = 1000
SHOWN_ROWS = 5

Progress = Callable[[int, int], None]


class PlannedRow(Protocol):
    """What becomes of one line of a file; `writes` says whether anything is written for it."""

    @property
    def line(self) -> Any: ...
    @property
    def title(self) -> str: ...
    @property
    def is_new(self) -> bool: ...
    @property
    def writes(self) -> bool: ...
    @property
    def changes(self) -> tuple[Changed, ...]: ...
    @property
    def kept(self) -> tuple[Changed, ...]: ...


L = TypeVar("L")
P = TypeVar("P", bound=PlannedRow)


@dataclass(frozen=True, slots=True)
class File:
    """An exported table: its name for messages and history, its bytes, and how to read it if the person says so."""

    name: str
    data: bytes
    mapping: tuple[str, ...] = ()
    delimiter: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class ImportRun:
    """Where an import writes and how; a dry run writes nothing. `progress` gets the rows done and the rows in all.

    `member_id` is the member who imports, None for the command line. `all_rows` has the report hold every row as it
    is kept, and not only the first few. Instead of a database it may get a transaction that is open already.
    """

    database: Database | Session
    workspace_id: int
    now: datetime
    dry_run: bool = False
    progress: Progress = lambda done, total: None
    member_id: int | None = None
    all_rows: bool = False

    @property
    def author(self) -> Author:
        """Whom history names for the changes, and that they came by an import."""
        return Author(self.workspace_id, self.member_id, SURFACE)

    def transaction(self) -> AbstractContextManager[Session]:
        """The one transaction of this import, which only reads in a dry run."""
        if isinstance(self.database, Session):
            return nullcontext(self.database)
        return self.database.reading() if self.dry_run else self.database.begin()


@dataclass(frozen=True, slots=True)
class Steps(Generic[L, P]):
    """What the kinds of import do differently. `arr` is what a row adds to the totals, `counted` takes note of it."""

    plan: Callable[[Session, Sequence[L]], Sequence[P | BadRow]]
    write: Callable[[Session, Author, Sequence[P]], None]
    kept: Callable[[P], KeptRow]
    arr: Callable[[P], Money | None] = lambda planned: None
    counted: Callable[[P], None] = lambda planned: None


def read(run: ImportRun, file: File, options: Options, table: FieldTable) -> tuple[Reader, Report]:
    """The reader of a file and the report so far: how the file was understood, before any row is looked at."""
    recogniser = column_mapping.recogniser(table, file.mapping)
    sheet = file_reader.read(
        file.data, name=file.name, encoding=file.encoding, delimiter=file.delimiter, recognised=recogniser.count
    )
    columns = recogniser.recognise(sheet)
    columns, left_out, notes = report_lines.rows_of(columns, table, cut_off=sheet.cut_off)
    reader = replace(row_reader.reader(columns, options, table, year=run.now.year), today=run.now.date())
    report = Report(file.name, run.dry_run)
    report.preview.encoding = sheet.encoding
    report.preview.columns = list(columns.uses)
    report.left_out = left_out
    report.bad = [bad for bad in sheet.broken if bad.line > columns.line]
    report.notes = [*sheet.notes, *columns.notes, *notes]
    if sheet.guessed:
        report.notes.insert(0, _guessed_encoding(reader, sheet.encoding))
    if left_out:
        report.notes.append(note(Remark.LINES_LEFT_OUT, count=len(left_out), example=left_out[0].text))
    return reader, report


def _guessed_encoding(reader: Reader, encoding: str) -> Note:
    """The guess, with a cell that shows whether it is right: a name, if one is not ASCII."""
    key = next((name for name in ("name", "account") if name in reader.columns), None)
    named = [reader.columns.cell(row, key) for row in reader.columns.rows] if key else []
    cells = (cell for row in reader.columns.rows for cell in row.cells)
    example = next((text for text in named if not text.isascii()), None)
    example = example or next((text for text in cells if not text.isascii()), None)
    example = example or next((header for header in reader.columns.headers if not header.isascii()), "")
    return note(Remark.ENCODING_GUESSED, encoding=encoding, example=example)


def lines_of(report: Report, lines: Iterator[L | BadRow]) -> list[L]:
    """The lines that can be taken; the others go into the report."""
    good: list[L] = []
    for line in lines:
        if isinstance(line, BadRow):
            report.bad.append(line)
        else:
            good.append(line)
    return good


def read_to_the_end(reader: Reader, report: Report) -> Reader:
    """The reader without the rows, which a large file has many of, and its notes in the report."""
    report.notes += reader.notes
    return replace(reader, columns=replace(reader.columns, rows=()))


def run_batches(
    run: ImportRun, session: Session, reader: Reader, *, report: Report, lines: list[L], steps: Steps[L, P]
) -> None:
    """Plan and write the lines, some at a time. `lines` is empty afterwards: what is written is let go."""
    kind = reader.table.kind
    report.preview.last = batches.last_totals(session, run.workspace_id, kind)
    by = run.author
    arr: list[Money] = []
    done, count = 0, len(lines)
    lines.reverse()
    while batch := [lines.pop() for _ in range(min(BATCH, len(lines)))]:
        planned: list[P] = []
        for result in steps.plan(session, batch):
            if isinstance(result, BadRow):
                report.bad.append(replace(result, column=reader.columns.header(result.column or "") or result.column))
                continue
            planned.append(result)
            _count(report, result)
            steps.counted(result)
            arr += [money] if (money := steps.arr(result)) else []
            if run.all_rows or len(report.preview.rows) < SHOWN_ROWS:
                report.preview.rows.append(steps.kept(result))
        arr = list(total(arr))
        report.preview.totals = Totals(report.taken, tuple(arr))
        if not run.dry_run and any(result.writes for result in planned):
            if report.batch_id is None:
                report.batch_id = batches.begin(session, by, kind, report.file, run.now)
                by = replace(by, batch_id=report.batch_id)
            _write(session, by, planned, steps)
        done += len(batch)
        run.progress(done, count)
    report.bad.sort(key=lambda bad: bad.line)


def finish(run: ImportRun, session: Session, report: Report) -> None:
    """Write down what came of the import, if it wrote anything."""
    if report.batch_id is not None:
        batches.finish(session, replace(run.author, batch_id=report.batch_id), report.batch_id, report)


def _write(session: Session, by: Author, planned: list[P], steps: Steps[L, P]) -> None:
    try:
        steps.write(session, by, planned)
    except IntegrityError as error:
        raise UserError(ImportRefusal.WRITTEN_MEANWHILE, title=planned[0].title) from error


def _count(report: Report, planned: PlannedRow) -> None:
    report.kept.extend(planned.kept)
    if planned.is_new:
        report.created.append((planned.line.line, planned.title))
    elif planned.changes:
        report.changed_rows += 1
        report.changed.extend(planned.changes)
    else:
        report.unchanged += 1
