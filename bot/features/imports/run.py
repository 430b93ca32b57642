"""Runs a whole import of each kind: reads the file, then plans and writes it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from bot.app.actor import UserError
from bot.domain.enums import AccountStatus
from bot.domain.values.money import Money
from bot.features.imports import (
    account_changes,
    account_rows,
    contract_changes,
    contract_rows,
    fact_changes,
    fact_rows,
    fields,
    headers,
    passes,
    signal_changes,
    signal_rows,
)
from bot.features.imports.account_changes import Planned
from bot.features.imports.account_rows import ImportedAccount
from bot.features.imports.contract_changes import Book, PlannedTerm
from bot.features.imports.contract_rows import TermLine
from bot.features.imports.fact_changes import PlannedFact
from bot.features.imports.fact_rows import FactKind, FactLine
from bot.features.imports.fields import FieldTable
from bot.features.imports.former import FormerCustomers
from bot.features.imports.joining import Joining
from bot.features.imports.ledger_snapshot import LedgerSnapshot
from bot.features.imports.near_names import NearNames
from bot.features.imports.passes import File, ImportRun, Steps
from bot.features.imports.refusals import ImportRefusal
from bot.features.imports.remarks import Note, Remark, note
from bot.features.imports.report import BadRow, Changed, Report, Totals
from bot.features.imports.row_reader import Options, Reader
from bot.features.imports.series_changes import SeriesBook
from bot.features.imports.signal_changes import PlannedSignal
from bot.features.imports.signal_rows import EventLine, ReadingLine
from bot.features.imports.site_changes import SiteBook
from bot.store import series as meeting_series
from bot.store.ledger import Author

__all__ = [
    "File",
    "ImportRun",
    "import_accounts",
    "import_contracts",
    "import_events",
    "import_facts",
    "import_readings",
]


def import_accounts(run: ImportRun, file: File, options: Options) -> Report:
    """Take a CRM's accounts into the ledger and report what changed.

    All of it is one transaction: an import that is interrupted has written nothing. Raises `UserError` when the file
    as a whole cannot be read.
    """
    reader, report = passes.read(run, file, options, fields.ACCOUNTS)
    lines = passes.lines_of(report, account_rows.lines(reader))
    reader = passes.read_to_the_end(reader, report)
    books = _Books.of(run, lines)
    with run.transaction() as session:
        says_portfolio = "portfolio" in reader.columns or options.portfolio is not None
        snapshot = LedgerSnapshot.load(session, run.workspace_id, says_portfolio=says_portfolio)
        books.near = NearNames.of(snapshot.names())

        def plan(session: Session, lines: Sequence[ImportedAccount]) -> list[Planned | BadRow]:
            planned = account_changes.plan(session, snapshot, lines, to_write=not run.dry_run)
            good = [item for item in planned if isinstance(item, Planned)]
            return [*(item for item in planned if isinstance(item, BadRow)), *books.plan(session, snapshot, good)]

        def write(session: Session, by: Author, planned: Sequence[Planned]) -> None:
            pairs = account_changes.apply(session, by, snapshot, planned, file=file.name, now=run.now)
            books.series.apply(session, by, file.name, pairs)
            books.sites.apply(session, by, file.name, pairs)

        steps: Steps[ImportedAccount, Planned] = Steps(
            plan,
            write,
            lambda planned: account_changes.kept_row(snapshot, planned),
            _arr_of,
            lambda planned: books.counted(report, planned),
        )
        passes.run_batches(run, session, reader, report=report, lines=lines, steps=steps)
        passes.finish(run, session, report)
        report.offer = None if run.dry_run else _without_series(session, run.workspace_id)
    report.notes += books.notes()
    if report.without_portfolio:
        report.notes.append(note(Remark.WITHOUT_PORTFOLIO, count=report.without_portfolio))
    return report


@dataclass(slots=True)
class _Books:
    """What one import of accounts does beside the accounts themselves, and what the report says of that."""

    series: SeriesBook
    sites: SiteBook
    former: FormerCustomers
    near: NearNames = field(default_factory=NearNames)
    namesakes: list[Planned] = field(default_factory=list)
    otherwise: list[Changed] = field(default_factory=list)

    @classmethod
    def of(cls, run: ImportRun, lines: Sequence[ImportedAccount]) -> _Books:
        """The books of an import of these lines."""
        series, sites = SeriesBook(run.workspace_id, run.now), SiteBook.of(run.author, run.now, lines)
        return cls(series, sites, FormerCustomers(run.workspace_id, run.now.date()))

    def plan(self, session: Session, snapshot: LedgerSnapshot, planned: Sequence[Planned]) -> list[Planned]:
        """The same lines with the series, mail domains and ended contracts that come with them."""
        ended = self.former.plan(session, planned)
        return list(self.sites.plan(session, self.series.plan(session, snapshot, ended)))

    def counted(self, report: Report, planned: Planned) -> None:
        """Take note of a line that was planned."""
        _count_colleagues(report, planned)
        self.near.counted(planned)
        self.namesakes.extend([planned] if planned.namesake else [])
        self.otherwise.extend(planned.by_contract[:1])

    def notes(self) -> list[Note]:
        """What the report says beside the changes."""
        notes = [*self.series.notes(), *self.sites.notes(), *self.near.notes(), *_otherwise(self.otherwise)]
        notes += self.former.notes()
        if self.namesakes:
            first = self.namesakes[0]
            example = {"name": first.line.name, "file": first.line.external_id, "here": first.namesake}
            notes.append(note(Remark.NAMESAKES, count=len(self.namesakes), **example))
        return notes


def _without_series(session: Session, workspace_id: int) -> Note | None:
    """How many customers nobody meets, of this file and others, and where most of them are."""
    places = meeting_series.without(session, workspace_id)
    count = sum(place.customers for place in places)
    names = [place.portfolio for place in places if place.portfolio]
    return note(Remark.WITHOUT_SERIES, count=count, names=names) if count else None


def _otherwise(told: Sequence[Changed]) -> list[Note]:
    """That accounts have contracts which say something else than the file."""
    examples = [(one.name, one.field, one.before, one.after) for one in told]
    return [note(Remark.CONTRACTS_SAY, count=len(told), examples=examples)] if told else []


def import_facts(run: ImportRun, kind: FactKind, file: File, options: Options) -> Report:
    """Take people, promises or outcomes (`fact_rows.PEOPLE` …) into accounts that are there; else `import_accounts`."""
    reader, report = _read_about_accounts(run, file, options, kind.table)
    lines = passes.lines_of(report, fact_rows.lines(reader, kind))
    reader = passes.read_to_the_end(reader, report)
    with run.transaction() as session:
        snapshot = LedgerSnapshot.load(session, run.workspace_id, says_portfolio=True)
        steps: Steps[FactLine, PlannedFact] = Steps(
            lambda session, lines: fact_changes.plan(session, snapshot, kind, lines, to_write=not run.dry_run),
            lambda session, by, planned: fact_changes.apply(session, by, kind, planned, file=file.name, now=run.now),
            lambda planned: fact_changes.kept_row(kind, planned),
        )
        passes.run_batches(run, session, reader, report=report, lines=lines, steps=steps)
        passes.finish(run, session, report)
    return report


def import_contracts(run: ImportRun, file: File, options: Options) -> Report:
    """Append the terms of contracts of accounts that are there; else as `import_accounts`.

    An account takes ARR, renewal and notice from its contracts in force; the report tells which said something else.
    """
    reader, report = _read_about_accounts(run, file, options, fields.CONTRACTS)
    _note_sale_date(reader, report)
    lines = passes.lines_of(report, contract_rows.lines(reader))
    reader = passes.read_to_the_end(reader, report)
    with run.transaction() as session:
        snapshot = LedgerSnapshot.load(session, run.workspace_id, says_portfolio=True)
        joining = Joining.of(snapshot, reader.columns.header("account_id"), lines)
        book = Book(run.workspace_id, run.now.date())

        def plan(session: Session, lines: Sequence[TermLine]) -> list[PlannedTerm | BadRow]:
            planned = contract_changes.plan(session, joining, lines, to_write=not run.dry_run)
            book.take(session, [item for item in planned if isinstance(item, PlannedTerm)])
            return planned

        steps: Steps[TermLine, PlannedTerm] = Steps(
            plan,
            lambda session, by, planned: contract_changes.apply(session, by, planned, file=file.name, now=run.now),
            contract_changes.kept_row,
        )
        passes.run_batches(run, session, reader, report=report, lines=lines, steps=steps)
        report.preview.totals = Totals(report.taken, book.arr())
        report.notes += [*joining.notes(), *book.notes()]
        passes.finish(run, session, report)
    return report


def import_readings(run: ImportRun, file: File, options: Options) -> Report:
    """Append figures of usage, support, billing and the like; else as `import_facts`. They count for nothing yet."""
    reader, report = _read_about_accounts(run, file, options, fields.READINGS)
    lines = passes.lines_of(report, signal_rows.readings(reader))
    # Of one account after the other, so that each step looks into a small part of what is there.
    lines.sort(key=lambda line: (line.account_id or line.account, line.period_start))
    reader = passes.read_to_the_end(reader, report)
    metrics = list(dict.fromkeys(line.metric for line in lines))
    with run.transaction() as session:
        snapshot = LedgerSnapshot.load(session, run.workspace_id, says_portfolio=True)
        joining = Joining.of(snapshot, reader.columns.header("account_id"), lines)
        steps: Steps[ReadingLine, PlannedSignal] = Steps(
            lambda session, lines: signal_changes.plan_readings(session, joining, lines),
            lambda session, by, planned: signal_changes.apply_readings(session, by, planned, run.now),
            signal_changes.kept_row,
        )
        passes.run_batches(run, session, reader, report=report, lines=lines, steps=steps)
        report.notes += joining.notes()
        passes.finish(run, session, report)
    if report.taken:
        report.notes.append(note(Remark.SIGNALS_COUNT_NOTHING, count=len(metrics), names=metrics))
    return report


def import_events(run: ImportRun, file: File, options: Options) -> Report:
    """Append what happened at customers; else as `import_facts`."""
    reader, report = _read_about_accounts(run, file, options, fields.EVENTS)
    lines = passes.lines_of(report, signal_rows.events(reader))
    reader = passes.read_to_the_end(reader, report)
    with run.transaction() as session:
        snapshot = LedgerSnapshot.load(session, run.workspace_id, says_portfolio=True)
        joining = Joining.of(snapshot, reader.columns.header("account_id"), lines)
        steps: Steps[EventLine, PlannedSignal] = Steps(
            lambda session, lines: signal_changes.plan_events(session, joining, lines),
            lambda session, by, planned: signal_changes.apply_events(session, by, planned, run.now),
            signal_changes.kept_row,
        )
        passes.run_batches(run, session, reader, report=report, lines=lines, steps=steps)
        report.notes += joining.notes()
        passes.finish(run, session, report)
    return report


def _read_about_accounts(run: ImportRun, file: File, options: Options, table: FieldTable) -> tuple[Reader, Report]:
    """The reader of a file whose rows are about accounts; `UserError` if no column says about which."""
    reader, report = passes.read(run, file, options, table)
    if "account" not in reader.columns and "account_id" not in reader.columns:
        raise UserError(ImportRefusal.ACCOUNT_COLUMN_MISSING)
    return reader, report


def _note_sale_date(reader: Reader, report: Report) -> None:
    header = reader.columns.header("starts_on")
    if header is not None and headers.key(header) in ("closedate", "closedwondate"):
        report.notes.append(note(Remark.START_OF_SALE, header=header))


def _arr_of(planned: Planned) -> Money | None:
    """The ARR of a customer after this; former customers bring none."""
    after = planned.after
    if after.get("arr_minor") is None or not after.get("currency") or after.get("status") is AccountStatus.FORMER:
        return None
    return Money(after["arr_minor"], after["currency"])


def _count_colleagues(report: Report, planned: Planned) -> None:
    report.new_members.extend(name for name in planned.newcomers if name not in report.new_members)
    report.new_portfolios.extend(name for name in planned.new_portfolios if name not in report.new_portfolios)
    report.without_portfolio += planned.is_new and "portfolio_id" not in planned.values
