"""The command line: `python -m bot COMMAND`, or `proofline COMMAND`.

Commands are thin: read the settings, call one function, show what it returned. An expected error is one sentence
on standard error. Exit codes: 0 done, 1 could not be done, 2 not understood.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import errors
from bot.cli.common import database, now, open_database, read_settings
from bot.cli.errors import Stop
from bot.cli.forgetting import forgetting
from bot.cli.importing import imports
from bot.cli.outbox import outbox
from bot.cli.retention import retention

app = typer.Typer(
    name="proofline",
    help="Proofline keeps, for every account, what value is proven, what is not, and who moves next.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(imports, name="import")
app.add_typer(outbox, name="outbox")
app.add_typer(forgetting, name="forget")
app.add_typer(retention, name="retention")


def main(argv: list[str] | None = None) -> None:
    """Run one command and exit; no traceback reaches the person who typed it."""
    with errors.in_sentences():
        app(args=argv, prog_name="proofline")


@app.command()
def run() -> None:
    """Run the bot until it is told to stop (SIGTERM or Ctrl-C)."""
    from bot import wiring

    try:
        wiring.run(read_settings())
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
    from bot import demo as bot_demo

    bot_demo.run(data, port)


@app.command()
def doctor(
    replicas: Annotated[int, typer.Option(min=0, help="How many replicas of the bot are meant to run.")] = 1,
    blocks: Annotated[
        bool,
        typer.Option("--blocks", help="Instead have Slack validate an example of every template, and the manifest."),
    ] = False,
) -> None:
    """Check database, migrations, tokens, connections, scopes and channels, and say how to mend each."""
    if blocks:
        from bot.cli import block_check

        well = block_check.run(read_settings())
    else:
        from bot import wiring

        well = wiring.doctor(read_settings(), replicas)
    if not well:
        raise typer.Exit(1)


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    from bot.cli import terminal
    from bot.store.admin import migrations

    with database() as source:
        changed = migrations.upgrade(source)
        now_at = migrations.current(source)
    terminal.say(f"Migrated to {now_at}." if changed else f"Nothing to do: the database is at {now_at}.")


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="A new file; standard output if left out.")] = None,
) -> None:
    """Write the whole ledger, history included, as JSON Lines. What waits to be sent to Slack is not part of it."""
    from bot.cli import terminal
    from bot.features.exports import ledger_export

    with database() as source:
        if file is None:
            ledger_export.export(source, sys.stdout.buffer, now())
            return
        with terminal.progress(f"Exporting to {file.name}") as on_progress, errors.whole_file(file) as target:
            counts = ledger_export.export(source, target, now(), on_progress)
    terminal.say(f"Exported {sum(counts.values()):,} rows, {counts['account']:,} accounts among them, to {file}.")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The new file to write.")]) -> None:
    """Copy a SQLite database while the bot runs (for PostgreSQL: the pg_dump command to use)."""
    from bot.cli import terminal
    from bot.store.admin import backup as admin_backup

    with database() as source, terminal.progress("Backing up") as on_progress:
        size = admin_backup.backup(source, file, on_progress)
    terminal.say(f"Backed up to {file}: {size:,} bytes, checked. To use it, stop the bot and set DATABASE_URL to it.")


@app.command()
def move() -> None:
    """Copy everything to the empty database that TARGET_DATABASE_URL names. Stop the bot first."""
    from bot.cli import terminal
    from bot.store.admin import table_copy

    target_url = read_settings().target_database_url
    if not target_url:  # not an option: what is typed stands in the list of processes, password and all
        raise Stop("Name an empty database in TARGET_DATABASE_URL, such as postgresql://user:password@host/proofline.")
    with database() as source, terminal.progress("Moving") as on_progress:
        target = open_database(target_url)
        try:
            moved = table_copy.move(source, target, on_progress)
        finally:
            target.dispose()
    terminal.table(("table", "rows"), [(name, f"{rows:,}") for name, rows in moved.items() if rows])
    rows = sum(moved.values())
    terminal.say(f"Moved {rows:,} rows and compared them all. Set DATABASE_URL to the new database and start the bot.")


@app.command()
def version() -> None:
    """Print the version of Proofline and of its schema."""
    from importlib.metadata import version as of

    from bot.cli import terminal
    from bot.store.admin import migrations

    terminal.say(f"Proofline {of('proofline')}, schema {migrations.head()}, Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
