"""The command line: `python -m bot COMMAND`, or `proofline COMMAND`.

Commands are thin: read the settings, call one function, show what it returned. What can go wrong is told in a sentence
on standard error. Exit codes: 0 done, 1 could not be done, 2 not understood.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import failing
from bot.failing import Stop

if TYPE_CHECKING:
    from bot.services.importing.dates import DateOrder
    from bot.services.importing.report import Report
    from bot.services.importing.running import Run
    from bot.settings import Settings
    from bot.store.engine import Database

app = typer.Typer(
    name="proofline",
    help="Proofline keeps, for every account, what value is proven, what is not, and who moves next.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
imports = typer.Typer(help="Take in what other tools export.", no_args_is_help=True)
app.add_typer(imports, name="import")

Source = Annotated[Path, typer.Argument(help="A CSV file; - reads standard input.", allow_dash=True)]
Mapping = Annotated[
    list[str] | None, typer.Option("--map", help='"CRM column=field"; may be given often. Field "ignore" skips it.')
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change and write nothing.")]
Currency = Annotated[str | None, typer.Option(help="Currency of amounts that name none, such as USD.")]
DateOrderText = Annotated[str | None, typer.Option(help="mdy, dmy or ymd; inferred if left out.")]
Delimiter = Annotated[str | None, typer.Option(help="comma, semicolon, tab or pipe; inferred if left out.")]
Encoding = Annotated[str | None, typer.Option(help="Such as shift_jis; inferred if left out.")]
Everything = Annotated[bool, typer.Option("--all", help="Show every change, however many.")]
Team = Annotated[str | None, typer.Option("--workspace", help="Slack team id, when there are several.", metavar="T…")]


def main(argv: list[str] | None = None) -> None:
    """Run one command and exit; no traceback reaches the person who typed it."""
    with failing.in_sentences():
        app(args=argv, prog_name="proofline")


@app.command()
def run() -> None:
    """Run the bot until it is told to stop (SIGTERM or Ctrl-C)."""
    from bot import connecting, wiring

    settings = _settings()
    connecting.adopt_imported_accounts(settings)
    try:
        wiring.run(settings)
    except wiring.CannotStartError as error:
        raise Stop(str(error)) from error


@app.command()
def demo(
    data: Annotated[
        Path | None, typer.Option(help="Keep everything in this folder and go on from there; else it is temporary.")
    ] = None,
    port: Annotated[int, typer.Option(help="Where the browser page is; 0 takes a free port.")] = 8765,
) -> None:
    """Show the bot on a local Slack with a seeded workspace, in your browser. Needs no Slack account."""
    from bot import demo as show

    show.run(data, port)


@app.command()
def doctor() -> None:
    """Check database, migrations, tokens, scopes and channels, and say how to mend each."""
    from bot import wiring

    if not wiring.doctor(_settings()):
        raise typer.Exit(1)


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    from bot import terminal
    from bot.store import migrate as migrations

    with _database() as database:
        changed = migrations.upgrade(database)
        now_at = migrations.current(database)
    terminal.say(f"Migrated to {now_at}." if changed else f"Nothing to do: the database is at {now_at}.")


@imports.command("accounts")
def import_accounts(
    file: Source,
    mapping: Mapping = None,
    dry_run: DryRun = False,
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

    Columns are recognised by the names that Salesforce, HubSpot and plain tables give them. Accounts are matched by
    external id, else by name. A bad row is left out and reported; the exit code is 1 only if no row could be taken.
    """
    from bot.services.importing import cells, running
    from bot.services.importing.rows import Options

    options = Options(_date_order(date_order), currency, cells.extra_words(word or ()), portfolio)
    table = running.File(_name(file), _bytes(file), tuple(mapping or ()), delimiter, encoding)
    _import(lambda run: running.import_accounts(run, table, options), dry_run, everything, workspace)


@imports.command("promises")
def import_promises(
    file: Source,
    mapping: Mapping = None,
    dry_run: DryRun = False,
    date_order: DateOrderText = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    everything: Everything = False,
    workspace: Team = None,
) -> None:
    """Take in what was promised at the sale: account, promise, date, by whom, to whom, due, state."""
    from bot.services.importing import facts, running
    from bot.services.importing.rows import Options

    options = Options(_date_order(date_order))
    table = running.File(_name(file), _bytes(file), tuple(mapping or ()), delimiter, encoding)
    _import(lambda run: running.import_facts(run, facts.PROMISES, table, options), dry_run, everything, workspace)


@imports.command("outcomes")
def import_outcomes(
    file: Source,
    mapping: Mapping = None,
    dry_run: DryRun = False,
    currency: Currency = None,
    date_order: DateOrderText = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    everything: Everything = False,
    workspace: Team = None,
) -> None:
    """Take in what success means: account, outcome, metric, baseline, target, due, the customer-side owner."""
    from bot.services.importing import facts, running
    from bot.services.importing.rows import Options

    options = Options(_date_order(date_order), currency)
    table = running.File(_name(file), _bytes(file), tuple(mapping or ()), delimiter, encoding)
    _import(lambda run: running.import_facts(run, facts.OUTCOMES, table, options), dry_run, everything, workspace)


@imports.command("ledger")
def import_ledger(file: Annotated[Path, typer.Argument(help="A file that `export` wrote.")]) -> None:
    """Take a whole export back into an empty database: all of it, or nothing."""
    from bot import terminal
    from bot.services import exporting

    watched = terminal.progress(f"Restoring {file.name}")
    with _database(create=True) as database, file.open("rb") as lines, watched as heard:
        restored = exporting.restore(database, lines, heard)
    terminal.say(f"Restored {sum(restored.values()):,} rows, {restored.get('account', 0):,} accounts among them.")


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="A new file; standard output if left out.")] = None,
) -> None:
    """Write the whole ledger, history included, as JSON Lines. What waits to be sent to Slack is not part of it."""
    from bot import terminal
    from bot.services import exporting

    with _database() as database:
        if file is None:
            exporting.export(database, sys.stdout.buffer, _now())
            return
        with terminal.progress(f"Exporting to {file.name}") as heard, failing.whole_file(file) as written:
            counts = exporting.export(database, written, _now(), heard)
    terminal.say(f"Exported {sum(counts.values()):,} rows, {counts['account']:,} accounts among them, to {file}.")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The new file to write.")]) -> None:
    """Copy a SQLite database while the bot runs (for PostgreSQL: the pg_dump command to use)."""
    from bot import terminal
    from bot.store import backup as backups

    with _database() as database, terminal.progress("Backing up") as heard:
        size = backups.backup(database, file, heard)
    terminal.say(f"Backed up to {file}: {size:,} bytes, checked. To use it, stop the bot and set DATABASE_URL to it.")


@app.command()
def move(
    to: Annotated[str, typer.Option(help="An empty database, such as postgresql://user:password@host/proofline.")],
) -> None:
    """Copy everything to another, empty database. Stop the bot first."""
    from bot import terminal
    from bot.store import copying

    with _database() as source, terminal.progress("Moving") as heard:
        target = _opened(to)
        try:
            moved = copying.move(source, target, heard)
        finally:
            target.dispose()
    terminal.table(("table", "rows"), [(name, f"{rows:,}") for name, rows in moved.items() if rows])
    rows = sum(moved.values())
    terminal.say(f"Moved {rows:,} rows and compared them all. Set DATABASE_URL to the new database and start the bot.")


@app.command()
def version() -> None:
    """Print the version of Proofline and of its schema."""
    from importlib.metadata import version as of

    from bot import terminal
    from bot.store import migrate as migrations

    terminal.say(f"Proofline {of('proofline')}, schema {migrations.head()}, Python {sys.version.split()[0]}")


def _settings() -> Settings:
    from bot import settings

    return settings.load()


@contextmanager
def _database(*, create: bool = False) -> Iterator[Database]:
    """The database of the settings for one command; with `create`, a new one is given its tables."""
    from bot.store import migrate as migrations

    database = _opened(_settings().database_url)
    try:
        if create and migrations.current(database) is None:
            migrations.upgrade(database)
        elif create and migrations.needs_upgrade(database):
            raise Stop("The database is of an older version. Run `python -m bot migrate` first.")
        yield database
    finally:
        database.dispose()


def _opened(url: str) -> Database:
    from sqlalchemy.exc import ArgumentError

    from bot.store.engine import Database

    try:
        return Database(url)
    except (ArgumentError, ImportError) as error:  # no URL at all, or one of a database that we do not use
        raise Stop(
            "That is no database address. Write sqlite:///FILE or postgresql://user:password@host/name."
        ) from error


def _import(work: Callable[[Run], Report], dry_run: bool, everything: bool, team_id: str | None) -> None:
    """Run one import in the workspace it is for and show its report; a new database and workspace are made for it."""
    from bot import terminal
    from bot.services.importing import home
    from bot.services.importing.running import Run

    with _database(create=True) as database:
        with database.reading() if dry_run else database.begin() as session:
            found = home.find(session, team_id) if dry_run else home.find_or_add(session, team_id, _now())
        with terminal.progress("Importing") as heard:
            report = work(Run(database, found or 0, _now(), dry_run, heard))
    terminal.report(report, everything)
    if not report.taken:
        raise Stop("No row could be taken." if report.bad else "The file has a header and no rows.")


def _date_order(text: str | None) -> DateOrder | None:
    from bot.services.importing.dates import DateOrder

    if text is None:
        return None
    if text.lower() not in tuple(DateOrder):
        raise typer.BadParameter("is mdy, dmy or ymd", param_hint="--date-order")
    return DateOrder(text.lower())


def _name(file: Path) -> str:
    return "standard input" if str(file) == "-" else file.name


def _bytes(file: Path) -> bytes:
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
