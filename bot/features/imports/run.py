"""Runs a whole import: reads the file, then plans and writes it in batches, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.app.actor import UserError
from bot.domain.values.text import plural
from bot.features.imports import (
    account_changes,
    account_rows,
    column_mapping,
    fact_changes,
    fact_rows,
    file_reader,
    row_reader,
)
from bot.features.imports.account_changes import Planned
from bot.features.imports.account_rows import ImportedAccount
from bot.features.imports.column_mapping import ACCOUNT_FIELDS, Columns
from bot.features.imports.fact_changes import PlannedFact
from bot.features.imports.fact_rows import FactKind, FactLine
from bot.features.imports.file_reader import Sheet
from bot.features.imports.ledger_snapshot import LedgerSnapshot
from bot.features.imports.merge_policy import SURFACE
from bot.features.imports.refusals import ImportRefusal
from bot.features.imports.report import BadRow, Report
from bot.features.imports.row_reader import Options, Reader
from bot.store.engine import Database
from bot.store.ledger import Author

BATCH = 500

Progress = Callable[[int, int], None]
L = TypeVar("L", ImportedAccount, FactLine)
P = TypeVar("P", Planned, PlannedFact)


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
    """Where an import writes and how; a dry run writes nothing. `progress` gets the rows done and the rows in all."""

    database: Database
    workspace_id: int
    now: datetime
    dry_run: bool = False
    progress: Progress = lambda done, total: None

    @property
    def author(self) -> Author:
        """Who history names for the changes: the import, not a person."""
        return Author(self.workspace_id, None, SURFACE)


def import_accounts(run: ImportRun, file: File, options: Options) -> Report:
    """Take a CRM's accounts into the ledger and report what changed.

    Each batch of 500 rows is one transaction, so an interrupted import is completed by running it again. Raises
    `UserError` when the file as a whole cannot be read.
    """
    columns, sheet = _recognised(file, ACCOUNT_FIELDS, "name")
    reader = account_rows.reader(columns, options)
    report = _new_report(run, file, columns, sheet, reader)
    with run.database.reading() as session:
        says_portfolio = "portfolio" in columns or options.portfolio is not None
        snapshot = LedgerSnapshot.load(session, run.workspace_id, says_portfolio=says_portfolio)

    def plan(session: Session, lines: Sequence[ImportedAccount]) -> list[Planned | BadRow]:
        return account_changes.plan(session, snapshot, lines)

    def write(session: Session, planned: Planned) -> None:
        account_changes.apply(session, run.author, snapshot, planned, file=file.name, now=run.now)

    _run_batches(run, report, columns, account_rows.lines(reader), plan=plan, write=write)
    if report.without_portfolio:
        counted = plural(report.without_portfolio, "new account is", "new accounts are")
        report.notes.append(f"{counted} in no portfolio, so no digest tells of them: import again with --portfolio.")
    return report


def import_facts(run: ImportRun, kind: FactKind, file: File, options: Options) -> Report:
    """Take promises or outcomes (`fact_rows.PROMISES`, `fact_rows.OUTCOMES`) into accounts that are there already."""
    columns, sheet = _recognised(file, kind.fields, kind.key)
    if "account" not in columns and "account_id" not in columns:
        raise UserError(ImportRefusal.ACCOUNT_COLUMN_MISSING)
    reader = row_reader.reader(columns, options, days=kind.days, figures=kind.figures, money=kind.money)
    report = _new_report(run, file, columns, sheet, reader)
    with run.database.reading() as session:
        snapshot = LedgerSnapshot.load(session, run.workspace_id, says_portfolio=True)

    def plan(session: Session, lines: Sequence[FactLine]) -> list[PlannedFact | BadRow]:
        return fact_changes.plan(session, snapshot, kind, lines)

    def write(session: Session, planned: PlannedFact) -> None:
        fact_changes.apply(session, run.author, kind, planned, file=file.name, now=run.now)

    _run_batches(run, report, columns, fact_rows.lines(reader, kind), plan=plan, write=write)
    return report


def _recognised(file: File, fields: Mapping[str, tuple[str, ...]], required: str) -> tuple[Columns, Sheet]:
    sheet = file_reader.read(file.data, encoding=file.encoding, delimiter=file.delimiter)
    return column_mapping.recognise(sheet, fields, file.mapping, (required,)), sheet


def _new_report(run: ImportRun, file: File, columns: Columns, sheet: Sheet, reader: Reader) -> Report:
    report = Report(file.name, run.dry_run)
    report.read_as = [(header, name) for name in columns.at if (header := columns.header(name))]
    report.ignored = list(columns.ignored)
    report.notes = [*sheet.notes, *columns.notes, *reader.notes]
    report.bad = list(sheet.broken)
    return report


def _run_batches(
    run: ImportRun,
    report: Report,
    columns: Columns,
    lines: Iterable[L | BadRow],
    *,
    plan: Callable[[Session, Sequence[L]], list[P | BadRow]],
    write: Callable[[Session, P], None],
) -> None:
    """Hand the lines to `plan` and each planned line to `write`, one transaction for each batch."""
    done = 0
    for batch in _batches(lines, BATCH):
        report.bad.extend(line for line in batch if isinstance(line, BadRow))
        with run.database.reading() if run.dry_run else run.database.begin() as session:
            for planned in plan(session, [line for line in batch if not isinstance(line, BadRow)]):
                if isinstance(planned, BadRow):
                    report.bad.append(replace(planned, column=columns.header(planned.column or "") or planned.column))
                    continue
                _count(report, planned)
                if not run.dry_run:
                    _write_one(session, planned, write)
        done += len(batch)
        run.progress(done, len(columns.rows))
    report.bad.sort(key=lambda bad: bad.line)


def _write_one(session: Session, planned: P, write: Callable[[Session, P], None]) -> None:
    try:
        write(session, planned)
    except IntegrityError as error:
        raise UserError(ImportRefusal.WRITTEN_MEANWHILE, title=planned.title) from error


def _count(report: Report, planned: Planned | PlannedFact) -> None:
    report.kept.extend(planned.kept)
    if planned.row_id is None:
        report.created.append((planned.line.line, planned.title))
    elif planned.changes:
        report.changed_rows += 1
        report.changed.extend(planned.changes)
    else:
        report.unchanged += 1
    if isinstance(planned, Planned):
        report.new_members.extend(name for name in planned.newcomers if name not in report.new_members)
        report.new_portfolios.extend(name for name in planned.new_portfolios if name not in report.new_portfolios)
        report.without_portfolio += planned.row_id is None and "portfolio_id" not in planned.values


def _batches(lines: Iterable[L | BadRow], size: int) -> Iterator[list[L | BadRow]]:
    rest = iter(lines)
    while batch := list(islice(rest, size)):
        yield batch
