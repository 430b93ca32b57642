"""Runs a whole import: reads the file, then plans and writes it in batches, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.services.actor import Refused
from bot.services.importing import accounts, columns, plan, reading
from bot.services.importing.accounts import AccountLine, Options
from bot.services.importing.book import Book
from bot.services.importing.columns import ACCOUNT_FIELDS, Columns
from bot.services.importing.plan import Planned
from bot.services.importing.report import BadRow, Report
from bot.store.engine import Database
from bot.store.ledger import Author

BATCH = 500

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class File:
    """An exported table: its name for messages and history, its bytes, and how to read it if the person says so."""

    name: str
    data: bytes
    mapping: tuple[str, ...] = ()
    delimiter: str | None = None
    encoding: str | None = None


def import_accounts(
    database: Database,
    workspace_id: int,
    file: File,
    options: Options,
    now: datetime,
    *,
    dry_run: bool = False,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Take a CRM's accounts into the ledger and report what changed; a dry run writes nothing.

    Each batch of 500 rows is one transaction, so an import that is cut short is taken up by running it again.
    `progress` hears how many rows of how many are done. Raises `Refused` when the file as a whole cannot be read.
    """
    sheet = reading.read(file.data, encoding=file.encoding, delimiter=file.delimiter)
    found = columns.recognise(sheet, ACCOUNT_FIELDS, file.mapping)
    reader = accounts.reader(found, options)
    report = _opened(file, found, [*sheet.notes, *found.notes, *reader.notes], dry_run)
    report.bad.extend(sheet.broken)
    author = Author(workspace_id, None, plan.SURFACE)
    with database.reading() as session:
        book = Book.load(session, workspace_id, says_portfolio="portfolio" in found or options.portfolio is not None)
    done = 0
    for batch in _batches(accounts.lines(reader), BATCH):
        with database.reading() if dry_run else database.begin() as session:
            _take(session, author, book, batch, found, report, now)
        done += len(batch)
        progress(done, len(found.rows))
    _close(report)
    return report


def _take(
    session: Session,
    author: Author,
    book: Book,
    batch: list[AccountLine | BadRow],
    found: Columns,
    report: Report,
    now: datetime,
) -> None:
    lines = [line for line in batch if isinstance(line, AccountLine)]
    report.bad.extend(bad for bad in batch if isinstance(bad, BadRow))
    for planned in plan.plan(session, book, lines):
        if isinstance(planned, BadRow):
            report.bad.append(replace(planned, column=found.header(planned.column or "") or planned.column))
            continue
        _count(report, planned)
        if not report.dry_run:
            _write(session, author, book, planned, report.file, now)


def _write(session: Session, author: Author, book: Book, planned: Planned, file: str, now: datetime) -> None:
    try:
        plan.apply(session, author, book, planned, file, now)
    except IntegrityError as error:
        raise Refused(
            f"Somebody else added {planned.line.name} at the same moment. Run the import again; it goes on from there."
        ) from error


def _count(report: Report, planned: Planned) -> None:
    report.new_members.extend(name for name in planned.newcomers if name not in report.new_members)
    report.new_portfolios.extend(name for name in planned.new_portfolios if name not in report.new_portfolios)
    report.kept.extend(planned.kept)
    if planned.account_id is None:
        report.created.append((planned.line.line, planned.line.name))
        report.without_portfolio += "portfolio_id" not in planned.values
    elif planned.changes:
        report.changed_rows += 1
        report.changed.extend(planned.changes)
    else:
        report.unchanged += 1


def _opened(file: File, found: Columns, notes: list[str], dry_run: bool) -> Report:
    report = Report(file.name, dry_run)
    report.read_as = [(header, name) for name in found.at if (header := found.header(name))]
    report.ignored = list(found.ignored)
    report.notes = notes
    return report


def _close(report: Report) -> None:
    report.bad.sort(key=lambda bad: bad.line)
    if report.without_portfolio:
        report.notes.append(
            f"{report.without_portfolio} new accounts belong to no portfolio, so no digest tells of them: "
            "import again with --portfolio NAME."
        )


def _batches(lines: Iterable[AccountLine | BadRow], size: int) -> Iterator[list[AccountLine | BadRow]]:
    rest = iter(lines)
    while batch := list(islice(rest, size)):
        yield batch
