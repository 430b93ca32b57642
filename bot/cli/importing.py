"""`proofline import …`: accounts, and what is about them; and a whole ledger."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import database, now

if TYPE_CHECKING:
    from bot.features.imports.dates import DateOrder
    from bot.features.imports.passes import File
    from bot.features.imports.row_reader import Options

imports = typer.Typer(help="Take in what other tools export.", no_args_is_help=True)

Source = Annotated[Path, typer.Argument(help="A CSV, XLSX, XLS or ODS file; - reads standard input.", allow_dash=True)]
Mapping = Annotated[
    list[str] | None,
    typer.Option("--map", help='"CRM column=field"; may be given often. "ignore" skips it, "label" keeps its text.'),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change and write nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else, for scripts.")]
Currency = Annotated[str | None, typer.Option(help="Currency of amounts that name none, such as USD.")]
DateOrderText = Annotated[str | None, typer.Option(help="mdy, dmy or ymd; inferred if left out.")]
Delimiter = Annotated[str | None, typer.Option(help="comma, semicolon, tab or pipe; inferred if left out.")]
Encoding = Annotated[str | None, typer.Option(help="Such as shift_jis; inferred if left out.")]
Everything = Annotated[bool, typer.Option("--all", help="Show every change, however many.")]
System = Annotated[str | None, typer.Option("--source", help="The system that the file comes from, if no column says.")]
Team = Annotated[str | None, typer.Option("--workspace", help="Slack team id, when there are several.", metavar="T…")]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """How one import is run and shown."""

    dry_run: bool
    as_json: bool
    everything: bool
    team_id: str | None


@imports.command("accounts")
def import_accounts(
    file: Source,
    *,
    mapping: Mapping = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    portfolio: Annotated[str | None, typer.Option(help="Put these accounts into this portfolio.")] = None,
    currency: Currency = None,
    date_order: DateOrderText = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    word: Annotated[
        list[str] | None, typer.Option("--word", help='"Gold=high_touch": what a tier or status of yours means.')
    ] = None,
    everything: Everything = False,
    workspace: Team = None,
) -> None:
    """Take in accounts as a CRM exports them. Running it again changes nothing.

    Columns are recognised by the names that CRMs and plain tables give them. Accounts are matched by external id, else
    by name. A bad row is left out and reported; the exit code is 1 only if no row could be taken.
    """
    from bot.features.imports import cells
    from bot.features.imports.row_reader import Options

    options = Options(_date_order(date_order), currency, cells.extra_words(word or ()), portfolio)
    table = _file(file, mapping, delimiter, encoding)
    _import_kind("accounts", table, options, _Wanted(dry_run, as_json, everything, workspace))


@imports.command("people")
def import_people(
    file: Source,
    *,
    mapping: Mapping = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    date_order: DateOrderText = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    everything: Everything = False,
    workspace: Team = None,
) -> None:
    """Take in the people at the customers: account, name, part (champion, economic buyer …), title, email."""
    from bot.features.imports.row_reader import Options

    table = _file(file, mapping, delimiter, encoding)
    _import_kind("people", table, Options(_date_order(date_order)), _Wanted(dry_run, as_json, everything, workspace))


@imports.command("promises")
def import_promises(
    file: Source,
    *,
    mapping: Mapping = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    date_order: DateOrderText = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    everything: Everything = False,
    workspace: Team = None,
) -> None:
    """Take in what was promised at the sale: account, promise, date, by whom, to whom, due, state."""
    from bot.features.imports.row_reader import Options

    table = _file(file, mapping, delimiter, encoding)
    _import_kind("promises", table, Options(_date_order(date_order)), _Wanted(dry_run, as_json, everything, workspace))


@imports.command("outcomes")
def import_outcomes(
    file: Source,
    *,
    mapping: Mapping = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    currency: Currency = None,
    date_order: DateOrderText = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    everything: Everything = False,
    workspace: Team = None,
) -> None:
    """Take in what success means: account, outcome, metric, baseline, target, due, the customer-side owner."""
    from bot.features.imports.row_reader import Options

    options = Options(_date_order(date_order), currency)
    table = _file(file, mapping, delimiter, encoding)
    _import_kind("outcomes", table, options, _Wanted(dry_run, as_json, everything, workspace))


@imports.command("contracts")
def import_contracts(
    file: Source,
    *,
    mapping: Mapping = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    currency: Currency = None,
    date_order: DateOrderText = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    word: Annotated[
        list[str] | None, typer.Option("--word", help='"Live=signed": what a stage or state of yours means.')
    ] = None,
    source: System = None,
    everything: Everything = False,
    workspace: Team = None,
) -> None:
    """Take in the terms of contracts: account, plan, start, end, ARR, notice. Terms are added and never changed.

    MRR is taken twelve times; an amount with an interval is taken for a year, any other one for its whole term. Where
    an account says something else than its contracts in force, the report says so and neither is changed.
    """
    from bot.features.imports import cells, term_words
    from bot.features.imports.row_reader import Options

    words = cells.extra_words(word or (), (term_words.TermState,))
    options = Options(_date_order(date_order), currency, words, source=source)
    table = _file(file, mapping, delimiter, encoding)
    _import_kind("contracts", table, options, _Wanted(dry_run, as_json, everything, workspace))


@imports.command("readings")
def import_readings(
    file: Source,
    *,
    mapping: Mapping = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    date_order: DateOrderText = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    source: System = None,
    everything: Everything = False,
    workspace: Team = None,
) -> None:
    """Take in figures for periods, one in each row: account, metric, period start, value, unit, source.

    They are kept and count for nothing yet. A row that is there already changes nothing; another value for the same
    period is a new version, and the old one is kept.
    """
    from bot.features.imports.row_reader import Options

    options = Options(_date_order(date_order), source=source)
    table = _file(file, mapping, delimiter, encoding)
    _import_kind("readings", table, options, _Wanted(dry_run, as_json, everything, workspace))


@imports.command("events")
def import_events(
    file: Source,
    *,
    mapping: Mapping = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    date_order: DateOrderText = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    source: System = None,
    everything: Everything = False,
    workspace: Team = None,
) -> None:
    """Take in what happened at the customers: account, kind, day or moment, subject, text, source.

    They are kept and count for nothing yet. An event that is there already changes nothing.
    """
    from bot.features.imports.row_reader import Options

    options = Options(_date_order(date_order), source=source)
    table = _file(file, mapping, delimiter, encoding)
    _import_kind("events", table, options, _Wanted(dry_run, as_json, everything, workspace))


@imports.command("undo")
def undo(
    batch: Annotated[int, typer.Argument(help="The number of the import, as its report says.", min=1, max=2**53)],
    *,
    dry_run: DryRun = False,
    everything: Everything = False,
    workspace: Team = None,
) -> None:
    """Take back what an import wrote. What somebody changed since stays as it is and is named."""
    from bot.app.actor import UserError
    from bot.cli import import_report
    from bot.features.imports import target_workspace
    from bot.features.imports import undo as import_undo
    from bot.features.imports.merge_policy import SURFACE
    from bot.features.imports.refusals import ImportRefusal
    from bot.store.ledger import Author

    with database(ready=True) as target, target.begin() as session:
        workspace_id = target_workspace.find(session, workspace)
        if workspace_id is None:
            raise UserError(ImportRefusal.NO_WORKSPACE)
        report = import_undo.undo(session, Author(workspace_id, None, SURFACE), batch, now())
        if dry_run:
            session.rollback()
    import_report.show_undo(report, everything, dry_run)


@imports.command("ledger")
def import_ledger(file: Annotated[Path, typer.Argument(help="A file that `export` wrote.")]) -> None:
    """Take a whole export back into an empty database: all of it, or nothing."""
    from bot.cli import terminal
    from bot.features.exports import ledger_export

    bar = terminal.progress(f"Restoring {file.name}")
    with database(create=True) as empty, file.open("rb") as lines, bar as on_progress:
        restored = ledger_export.restore(empty, lines, on_progress)
    terminal.say(f"Restored {sum(restored.values()):,} rows, {restored.get('account', 0):,} accounts among them.")


def _import_kind(kind: str, table: File, options: Options, wanted: _Wanted) -> None:
    """Run one import in the workspace it is for and show its report; a new database and workspace are made for it."""
    from bot.app.actor import UserError
    from bot.cli import import_report, terminal
    from bot.features.imports import kinds, target_workspace
    from bot.features.imports.passes import ImportRun
    from bot.features.imports.refusals import ImportRefusal

    with database(create=True) as target:
        with target.reading() if wanted.dry_run else target.begin() as session:
            workspace_id = (
                target_workspace.find(session, wanted.team_id)
                if wanted.dry_run
                else target_workspace.find_or_add(session, wanted.team_id, now())
            )
        with terminal.progress("Importing") as on_progress:
            run = ImportRun(target, workspace_id or 0, now(), wanted.dry_run, on_progress, all_rows=wanted.as_json)
            report = kinds.KINDS[kind].run(run, table, options)
    if wanted.as_json:
        print(import_report.as_json(report))
        return
    import_report.show(report, wanted.everything)
    if not report.taken:
        if report.bad:
            raise UserError(ImportRefusal.NO_ROW_TAKEN)
        raise UserError(ImportRefusal.NO_ROWS)


def _date_order(text: str | None) -> DateOrder | None:
    from bot.features.imports.dates import DateOrder

    if text is None:
        return None
    if text.lower() not in tuple(DateOrder):
        raise typer.BadParameter("is mdy, dmy or ymd", param_hint="--date-order")
    return DateOrder(text.lower())


def _file(file: Path, mapping: list[str] | None, delimiter: str | None, encoding: str | None) -> File:
    from bot.features.imports import passes

    return passes.File(_name(file), _bytes(file), tuple(mapping or ()), delimiter, encoding)


def _name(file: Path) -> str:
    return "standard input" if str(file) == "-" else file.name


def _bytes(file: Path) -> bytes:
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
