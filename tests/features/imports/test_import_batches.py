"""An import is whole or not there, and what it wrote hangs together."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from bot.domain.values.money import Money
from bot.features.imports import account_changes, passes
from bot.features.imports.fact_rows import PEOPLE
from bot.features.imports.remarks import Remark
from bot.features.imports.report import Report, Totals
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts, import_facts
from bot.store import schema
from bot.store.engine import Database
from tests.support.databases import Databases
from tests.support.factory import NOON

HEADER = "Account ID,Account Name,Owner,ARR,Currency\n"


def taken(database: Database, text: str, *mapping: str, dry_run: bool = False, **options: Any) -> Report:
    run = ImportRun(database, 1, NOON, dry_run)
    return import_accounts(run, File("book.csv", text.encode(), mapping), Options(**options))


def book(rows: int, first: int = 0) -> str:
    return HEADER + "".join(f"{n},Account {n},Owner {n % 7},{n},EUR\n" for n in range(first, first + rows))


def count(database: Database, table: Any) -> int:
    with database.reading() as session:
        return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def rows(database: Database, table: Any) -> list[dict[str, Any]]:
    with database.reading() as session:
        return [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]


def test_an_import_that_breaks_in_the_middle_has_written_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "BATCH", 10)
    write = account_changes.apply

    def breaks_later(*args: Any, **facts: Any) -> Any:
        if args[3][0].line.line > 30:
            raise RuntimeError("the process is gone")
        return write(*args, **facts)

    monkeypatch.setattr(account_changes, "apply", breaks_later)
    with pytest.raises(RuntimeError):
        taken(database, book(50))
    for table in (schema.account, schema.member, schema.history, schema.import_batch, schema.account_word):
        assert count(database, table) == 0
    monkeypatch.setattr(account_changes, "apply", write)
    assert len(taken(database, book(50)).created) == 50


def killed(url: str, folder: Path, dies: str, *words: str) -> None:
    """Type a command in a process that runs `dies` first and ends itself, without a word, in the middle of its work."""
    code = f"import os\n{dies}\nfrom bot.__main__ import main\nmain({list(words)!r})\n"
    environment = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(Path(passes.__file__).parents[3])}
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    assert ended.returncode == 9, ended.stderr


DIES_WRITING = """
import bot.features.imports.account_changes as changes
write, calls = changes.apply, []
def die(*args, **facts):
    pairs = write(*args, **facts)
    calls.append(1)
    if len(calls) == 2: os._exit(9)
    return pairs
changes.apply = die
"""
DIES_UNDOING = """
import bot.features.imports.undo as undo
undo.BATCH, calls, take_back = 500, [], undo._Undoing.take_back
def die(*args):
    take_back(*args)
    calls.append(1)
    if len(calls) == 2: os._exit(9)
undo._Undoing.take_back = die
"""


@pytest.mark.slow
def test_a_killed_process_has_written_nothing(databases: Databases, tmp_path: Path) -> None:
    """Neither an import nor an undo is ever half done; both can be typed again."""
    (tmp_path / "book.csv").write_text(book(2_500))
    url = databases.empty()
    killed(url, tmp_path, DIES_WRITING, "import", "accounts", "book.csv")
    database = Database(url)
    assert [count(database, table) for table in (schema.account, schema.history, schema.import_batch)] == [0, 0, 0]
    with database.begin() as session:
        ours = session.execute(select(schema.workspace.c.id)).scalar_one()
    run = ImportRun(database, ours, NOON)
    batch = import_accounts(run, File("book.csv", book(2_500).encode()), Options()).batch_id
    before = rows(database, schema.account), rows(database, schema.import_batch), count(database, schema.history)
    killed(url, tmp_path, DIES_UNDOING, "import", "undo", str(batch))
    after = rows(database, schema.account), rows(database, schema.import_batch), count(database, schema.history)
    assert after == before
    database.dispose()


def test_a_batch_holds_together_what_it_wrote(database: Database) -> None:
    first = taken(database, HEADER + "1,Acme,Ines,100,EUR\n2,Bolt,Ines,50,USD\n3,,Ines,1,EUR\n", portfolio="North")
    second = taken(database, HEADER + "1,Acme,Maya,120,EUR\n2,Bolt,Ines,50,USD\n", portfolio="North")
    batches = rows(database, schema.import_batch)
    assert [(one["id"], one["kind"], one["file"]) for one in batches] == [
        (first.batch_id, "accounts", "book.csv"),
        (second.batch_id, "accounts", "book.csv"),
    ]
    figures = ("added", "changed", "unchanged", "left_out", "undone_at")
    assert [tuple(one[name] for name in figures) for one in batches] == [(2, 0, 0, 1, None), (0, 1, 1, 0, None)]
    written = [(one["batch_id"], one["entity"], one["before"] is None) for one in rows(database, schema.history)]
    assert written == [
        (first.batch_id, "member", True), (first.batch_id, "portfolio", True), (first.batch_id, "account", True),
        (first.batch_id, "account", True), (first.batch_id, "contract", True), (first.batch_id, "contract", True),
        (second.batch_id, "member", True), (second.batch_id, "account", False), (second.batch_id, "contract", True),
    ]  # fmt: skip


def test_the_preview_sets_the_totals_beside_the_last_import(database: Database) -> None:
    text = HEADER + "1,Acme,Ines,100,EUR\n2,Bolt,Ines,50,USD\n"
    assert taken(database, text, dry_run=True).preview.last is None
    taken(database, text)
    preview = taken(database, text.replace(",100,", ",300,"), dry_run=True).preview
    assert preview.last == Totals(2, (Money(100_00, "EUR"), Money(50_00, "USD")))
    assert preview.totals == Totals(2, (Money(300_00, "EUR"), Money(50_00, "USD")))
    assert [row.values["name"] for row in preview.rows] == ["Acme", "Bolt"]


@pytest.mark.slow
def test_a_large_file_takes_a_few_statements_a_batch(database: Database) -> None:
    statements: list[str] = []

    def counted(*args: Any) -> None:
        # SQLite gives the ids of new rows in order for one row at a time only.
        if not args[2].startswith(("INSERT INTO account (", "INSERT INTO contract (")):
            statements.append(args[2])

    event.listen(database.engine, "before_cursor_execute", counted)
    taken(database, book(1_000))
    small = len(statements)
    statements.clear()
    taken(database, book(2_000, first=1_000))
    large = len(statements)
    statements.clear()
    taken(database, book(2_000, first=1_000).replace(",EUR", ",USD"))
    event.remove(database.engine, "before_cursor_execute", counted)
    assert small < 60
    assert large - small < 60
    assert len(statements) < 60


def test_a_batch_of_rows_of_many_shapes_keeps_their_order(database: Database) -> None:
    text = (
        "Account Name,ARR,Currency,Status,Renewal Date\nA,1,EUR,,\nB,,,Churned,\nC,,,,2026-09-30\nD,4,EUR,Customer,\n"
    )
    taken(database, text)
    kept = rows(database, schema.account)
    assert [one["name"] for one in kept] == ["A", "B", "C", "D"]
    assert [one["status"].value for one in kept] == ["customer", "former", "customer", "customer"]
    history = [one["after"] for one in rows(database, schema.history)]
    assert "status" not in history[0] and history[1]["status"] == "former"


def test_a_file_cut_off_in_its_last_line_loses_that_line_only(database: Database) -> None:
    cut = taken(database, HEADER + "1,Acme,Ines,100,EUR\n2,Bolt,Ines,50,EUR\n3,Core,In")
    assert [name for _, name in cut.created] == ["Acme", "Bolt"]
    assert [(line.line, line.reason.remark) for line in cut.left_out] == [(4, Remark.FILE_CUT_OFF)]
    whole = taken(database, HEADER + "4,Dune,Ines,100,EUR\n5,Echo,Ines,50,EUR")
    assert (len(whole.created), whole.left_out) == (2, [])


def test_a_column_is_kept_as_a_label_if_that_is_said(database: Database) -> None:
    text = "Account Name,Industry,Region\nA,Steel,North\nB,,South\n"
    report = taken(database, text, "Industry=label", "Region=label")
    assert [(use.header, use.field) for use in report.preview.columns][1:] == [
        ("Industry", "label"),
        ("Region", "label"),
    ]
    assert [one["labels"] for one in rows(database, schema.account)] == [
        {"Industry": "Steel", "Region": "North"}, {"Region": "South"},
    ]  # fmt: skip
    assert taken(database, text, "Industry=label", "Region=label").batch_id is None
    changed = taken(database, text.replace("Steel", "Glass"), "Industry=label")
    assert [(one.field, one.after) for one in changed.changed] == [("labels", "Industry: Glass")]
    assert rows(database, schema.account)[0]["labels"] == {"Industry": "Glass", "Region": "North"}


PERSONS = (
    "Company name,First Name,Last Name,Email,Job Title,Buying Role\n"
    "Acme,Dana,Fox,Dana@Acme.example,CFO,Champion;Decision Maker\n"
    "Acme,,Ruiz,ana@acme.example,,End user\n"
    "Acme,,,eli@acme.example,,Wizard\n"
    "Nobody,Bo,Ek,,,\n"
    "Acme,Al,Li,nonsense,,\n"
)


def test_people_come_in_with_their_parts_and_a_second_run_changes_nothing(database: Database) -> None:
    taken(database, "Account ID,Account Name\n1,Acme\n")
    run, file = ImportRun(database, 1, NOON), File("contacts.csv", PERSONS.encode())
    report = import_facts(run, PEOPLE, file, Options())
    assert [(bad.line, bad.reason.remark) for bad in report.bad] == [
        (5, Remark.ACCOUNT_UNKNOWN), (6, Remark.EMAIL_UNREADABLE),
    ]  # fmt: skip
    assert [(one["name"], one["part"].value, one["title"], one["email"]) for one in rows(database, schema.person)] == [
        ("Dana Fox", "economic_buyer", "CFO", "dana@acme.example"),
        ("Ruiz", "user", None, "ana@acme.example"),
        ("eli@acme.example", "other", None, "eli@acme.example"),
    ]
    assert any(note.remark is Remark.PARTS_UNKNOWN for note in report.notes)
    again = import_facts(run, PEOPLE, file, Options())
    assert (again.created, again.changed, again.unchanged, again.batch_id) == ([], [], 3, None)
    promoted = File("contacts.csv", PERSONS.replace("End user", "Champion").encode())
    assert [(one.field, one.before, one.after) for one in import_facts(run, PEOPLE, promoted, Options()).changed] == [
        ("part", "user", "champion")
    ]
