"""The command line as a person types it: what it says, where, and its exit code."""

from __future__ import annotations

import json
import logging
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.features.imports import target_workspace
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts
from bot.outbox.queue import put
from bot.outbox.types import Outgoing
from bot.settings import Settings
from bot.store.admin.migrations import head, upgrade
from bot.store.engine import Database
from tests.support.factory import NOON

DATA = Path(__file__).parents[1] / "data"
REPORT = str(DATA / "crm-report.csv")


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


Proofline = Callable[..., Ended]


@pytest.fixture
def proofline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Proofline:
    """Types a command in an empty directory, without settings; the logging that `run` sets up is forgotten again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr(logging.getLogger(), "level", logging.WARNING)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)

    def typed(*words: str) -> Ended:
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        said = capsys.readouterr()
        assert "Traceback" not in said.err + said.out
        return Ended(int(ended.value.code or 0), said.out, said.err)

    return typed


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that the book was imported into, closed, to be copied."""
    file = tmp_path_factory.mktemp("imported") / "proofline.sqlite3"
    database = Database(f"sqlite:///{file}")
    upgrade(database)
    with database.begin() as session:
        workspace_id = target_workspace.find_or_add(session, None, NOON)
    import_accounts(
        ImportRun(database, workspace_id, NOON), File("crm-report.csv", Path(REPORT).read_bytes()), Options()
    )
    database.dispose()
    return file


@pytest.fixture
def book(imported: Path, tmp_path: Path) -> Path:
    """The database of the settings, with the book in it."""
    return Path(shutil.copy(imported, tmp_path / "proofline.sqlite3"))


def test_the_first_import_needs_nothing_but_the_file(proofline: Proofline) -> None:
    first = proofline("import", "accounts", REPORT)
    assert (first.code, first.err) == (0, "")
    assert "Read as: Account ID → external_id" in first.out
    assert "Left alone: Seats, Billing State" in first.out
    assert "New colleagues: Priya Raman, Jonas Weber, Awa Diallo" in first.out
    *_, counts, silent = first.out.splitlines()
    assert counts == "crm-report.csv: 40 added, 0 changed, 0 unchanged, 0 left out."
    assert "customers have no meeting series, so nobody is asked about them: type /portfolio" in silent
    again = proofline("import", "accounts", REPORT)
    assert again.out.splitlines()[-2] == "crm-report.csv: 0 added, 0 changed, 40 unchanged, 0 left out."


def test_a_dry_run_prints_what_would_change(proofline: Proofline, tmp_path: Path) -> None:
    dry = proofline("import", "accounts", REPORT, "--dry-run")
    assert (dry.code, dry.err) == (0, "")
    assert "Would be added" in dry.out
    assert "… and 20 more; --all shows them." in dry.out
    assert "Riverside Clinics" not in dry.out
    assert "Riverside Clinics" in proofline("import", "accounts", REPORT, "--dry-run", "--all").out


def test_a_dry_run_ends_with_how_the_file_was_read(proofline: Proofline, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text(
        "Account Name,ARR (USD),Customer Success Manager: Full Name,Seats\nBirch,12000,Tom,4\nCedar,5,Tom,1\n"
    )
    first = proofline("import", "accounts", str(file), "--dry-run").out
    assert re.search(r"ARR \(USD\)\s+arr\s+a known name without its unit", first)
    assert re.search(r"Seats\s+not used\s+not a name that is known here", first)
    assert re.search(r"2\s+–\s+Birch\s+12,000\s+USD\s+customer\s+–\s+–\s+Tom", first)
    assert re.search(r"this file\s+2\s+12,005 USD", first)
    assert "the last import" not in first
    assert "Note: Amounts without a currency are USD." in first
    proofline("import", "accounts", str(file))
    again = proofline("import", "accounts", str(file), "--dry-run").out
    assert re.search(r"the last import\s+2\s+12,005 USD", again)


def test_a_dry_run_for_scripts_prints_one_object_and_nothing_else(proofline: Proofline, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text(
        "Account ID,Account Name,ARR,Currency,Status,Renewal Date,Owner\n"
        '00123,Birch,12000.50,EUR,Customer,2026-09-30,"Okafor, Tom"\n00124,Cedar,,,Churned,Evergreen,No Owner\n'
        "00125,Elm,five,EUR,,,\nTotal,,12000.50,,,,\n"
    )
    told = proofline("import", "accounts", str(file), "--dry-run", "--json")
    assert (told.code, told.err, told.out.count("\n")) == (0, "", 1)
    found = json.loads(told.out)
    assert found["rows"] == [
        {"line": 2, "external_id": "00123", "name": "Birch", "arr": 12000.5, "currency": "EUR", "status": "customer",
         "contract_start": None, "renewal_date": "2026-09-30", "owner": "Tom Okafor"},
        {"line": 3, "external_id": "00124", "name": "Cedar", "arr": None, "currency": None, "status": "former",
         "contract_start": None, "renewal_date": None, "owner": None},
    ]  # fmt: skip
    assert found["left_out"] == [
        {"line": 4, "text": "00125, Elm, five, EUR", "reason": "ARR: five is not an amount; write it as 8400.00"},
        {"line": 5, "text": "Total, 12000.50", "reason": "is a total of other lines"},
    ]
    assert found["encoding"] == "utf-8"
    assert found["columns"] == {
        "external_id": "Account ID", "name": "Account Name", "arr": "ARR", "currency": "Currency", "status": "Status",
        "renewal_date": "Renewal Date", "owner": "Owner",
    }  # fmt: skip
    assert any("Evergreen" in warning for warning in found["warnings"])
    file.write_text('[{"Account Name": "Birch"}]')
    refused = proofline("import", "accounts", str(file), "--dry-run", "--json")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("This is JSON, although its name ends in .csv: export")


def test_long_lists_are_cut_with_a_count(proofline: Proofline, tmp_path: Path, book: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text("Account Name,Owner\n" + "".join(f"Account {n},Owner {n:03}\n" for n in range(300)))
    told = proofline("import", "accounts", str(file)).out
    assert "Owner 009 and 290 more; --all shows them" in told
    assert "Owner 010" not in told


def test_people_at_the_customer_come_in_with_their_parts(proofline: Proofline, tmp_path: Path, book: Path) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text(
        "Company name,First Name,Last Name,Email,Job Title,Buying Role\nAcme,Dana,Fox,dana@acme.example,CFO,Champion\n"
    )
    done = proofline("import", "people", str(file))
    assert (done.code, done.out.splitlines()[-1]) == (0, "contacts.csv: 1 added, 0 changed, 0 unchanged, 0 left out.")
    with sqlite3.connect(book) as database:
        assert database.execute("SELECT name, part, title, email FROM person").fetchall() == [
            ("Dana Fox", "champion", "CFO", "dana@acme.example")
        ]


def test_a_dry_run_prints_from_what_to_what(proofline: Proofline, tmp_path: Path, book: Path) -> None:
    changed = tmp_path / "changed.csv"
    changed.write_bytes(Path(REPORT).read_bytes().replace(b'"84,900.00"', b'"90,000.00"'))
    told = proofline("import", "accounts", str(changed), "--dry-run").out
    assert re.search(r"3\s+Pacheco, Steele and Williams\s+ARR\s+84,900 USD\s+90,000 USD", told)
    assert told.splitlines()[-1].startswith("Dry run, nothing was written. changed.csv: 0 added, 1 changed")


def test_bad_rows_are_told_with_line_column_and_reason(proofline: Proofline, tmp_path: Path, book: Path) -> None:
    file = tmp_path / "some.csv"
    file.write_text("Account Name,ARR,Currency\nGood,1,EUR\n[red]Bad,lots,EUR\n")
    some = proofline("import", "accounts", str(file))
    assert some.code == 0
    assert re.search(r"3\s+ARR\s+lots\s+is not an amount; write it as 8400.00", some.out)
    file.write_text("Account Name,ARR,Currency\n[red]Bad,lots,EUR\n")
    none = proofline("import", "accounts", str(file))
    assert (none.code, none.err) == (
        1,
        "No row could be taken, so correct what the lines above say and import the file again.\n",
    )


def test_options_reach_the_import(proofline: Proofline, tmp_path: Path, book: Path) -> None:
    file = tmp_path / "some.csv"
    file.write_bytes("Kunde|Wert|Ende|Klasse\nMüller|5|1/2/2026|Gold\n".encode("cp1252"))
    done = proofline(
        "import", "accounts", str(file), "--map", "Kunde=name", "--map", "Wert=arr", "--map", "Ende=renewal_date",
        "--map", "Klasse=tier", "--word", "Gold=high_touch", "--currency", "CHF", "--date-order", "dmy",
        "--delimiter", "pipe", "--encoding", "cp1252", "--portfolio", "DACH",
    )  # fmt: skip
    assert done.code == 0
    assert "New portfolios: DACH" in done.out
    with sqlite3.connect(book) as database:
        values = "name, arr_minor, currency, renewal_date, tier"
        row = database.execute(f"SELECT {values} FROM account ORDER BY id DESC").fetchone()
    assert row == ("Müller", 500, "CHF", "2026-02-01", "high_touch")


def test_promises_and_outcomes_follow_the_accounts(proofline: Proofline, tmp_path: Path, book: Path) -> None:
    promises, outcomes = tmp_path / "promises.csv", tmp_path / "outcomes.csv"
    promises.write_text("Account,Promise,Due\nAcme,SSO before go-live,2026-04-01\nNobody,SSO,\n")
    outcomes.write_text("Account,Outcome,Metric,Baseline,Target\nAcme,Faster close,Days,12,4\nNobody,X,,,\n")
    told = proofline("import", "promises", str(promises)).out
    assert "import the accounts first" in told
    assert told.splitlines()[-1] == "promises.csv: 1 added, 0 changed, 0 unchanged, 1 left out."
    done = proofline("import", "outcomes", str(outcomes))
    assert (done.code, done.out.splitlines()[-1]) == (0, "outcomes.csv: 1 added, 0 changed, 0 unchanged, 1 left out.")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("import", "accounts", "nothing.csv"), 1, "There is no file nothing.csv, so check its name"),
        (("import", "accounts", "."), 1, "is a folder, so name a file in it."),
        (("import", "accounts", REPORT, "--map", "Colour=name"), 1, "There is no column 'Colour': name one of "),
        (("import", "accounts", REPORT, "--workspace", "T1"), 1, "which workspace it is for: none is here yet."),
        (("import", "accounts", REPORT, "--date-order", "american"), 2, "--date-order"),
        (("import", "ledger", REPORT), 1, "Line 1 is not a JSON object."),
        (("export",), 1, "Run `python -m bot migrate` first."),
        (("outbox", "list"), 1, "Run `python -m bot migrate` first."),
        (("backup", "copy.sqlite3"), 1, "There is no database at proofline.sqlite3 yet."),
        (("move",), 1, "Name an empty database in TARGET_DATABASE_URL"),
        (("run",), 1, "SLACK_BOT_TOKEN is not set."),
        (("frobnicate",), 2, "No such command"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    proofline: Proofline, words: tuple[str, ...], code: int, said: str
) -> None:
    ended = proofline(*words)
    assert ended.code == code
    assert said in " ".join(ended.err.split())
    assert ended.out == ""


def test_without_a_workspace_it_is_said_what_to_do(proofline: Proofline) -> None:
    assert proofline("migrate").code == 0
    figures = proofline("retention", "--from", "2025-01-01", "--to", "2026-01-01")
    assert (figures.code, figures.out) == (1, "")
    assert "import your accounts" in figures.err and figures.err.count("\n") == 1
    forgotten = proofline("forget", "colleague", "Dana Fox")
    assert (forgotten.code, forgotten.out) == (1, "")
    assert "check that DATABASE_URL names your database" in forgotten.err


def test_settings_and_databases_that_are_wrong_say_so(proofline: Proofline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")
    assert proofline("export").err.startswith("PORT cannot be read:")
    monkeypatch.delenv("PORT")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hidden@127.0.0.1:1/none")
    refused = proofline("export")
    assert refused.err.startswith("The database cannot be used (")
    assert "hidden" not in refused.err


def test_what_should_not_have_gone_wrong_leaves_a_reference(
    proofline: Proofline, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("the moon is full")

    monkeypatch.setattr("bot.store.admin.migrations.upgrade", breaks)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ended = proofline("migrate")
    found = re.search(r"\(reference ([0-9a-f]{6})\)", ended.err)
    assert ended.code == 1
    assert found is not None
    (details,) = tmp_path.glob(f"proofline-{found[1]}-*.log")
    assert "RuntimeError" in details.read_text() and "in breaks" in details.read_text()
    assert "moon" not in ended.err


def test_migrate_tells_what_it_did(proofline: Proofline) -> None:
    assert proofline("migrate").out == f"Migrated to {head()}.\n"
    assert proofline("migrate").out == f"Nothing to do: the database is at {head()}.\n"


def test_an_older_database_is_not_written_to(proofline: Proofline, book: Path) -> None:
    database = Database(f"sqlite:///{book}")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    database.dispose()
    refused = proofline("import", "accounts", REPORT)
    assert (refused.code, refused.err) == (
        1,
        "The database is not at this version's schema. Run `python -m bot migrate` first.\n",
    )


@pytest.mark.slow
def test_out_and_back_in(proofline: Proofline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, book: Path) -> None:
    assert "40 accounts among them, to book.jsonl." in proofline("export", "book.jsonl").out
    printed = proofline("export").out.splitlines()
    written = (tmp_path / "book.jsonl").read_text().splitlines()
    assert printed[1:] == written[1:]
    assert json.loads(written[0])["rows"]["account"] == 40
    assert proofline("export", "book.jsonl").err == "book.jsonl is there already. Choose a new name.\n"
    monkeypatch.setenv("DATABASE_URL", "sqlite:///second.sqlite3")
    assert "40 accounts among them." in proofline("import", "ledger", "book.jsonl").out
    assert proofline("export").out.splitlines()[1:] == written[1:]
    assert "empty database" in proofline("import", "ledger", "book.jsonl").err


@pytest.mark.slow
def test_a_backup_is_a_database_and_a_move_a_whole_one(
    proofline: Proofline, monkeypatch: pytest.MonkeyPatch, book: Path
) -> None:
    assert "bytes, checked" in proofline("backup", "copy.sqlite3").out
    assert "is there already" in proofline("backup", "copy.sqlite3").err
    monkeypatch.setenv("TARGET_DATABASE_URL", "sqlite:///moved.sqlite3")
    assert "compared them all" in proofline("move").out
    exports = []
    for name in ("proofline", "copy", "moved"):
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{name}.sqlite3")
        exports.append(proofline("export").out.splitlines()[1:])
    assert exports[0] == exports[1] == exports[2]
    assert len(exports[0]) > 40
    monkeypatch.setenv("TARGET_DATABASE_URL", "sqlite:///copy.sqlite3")
    assert "rows in workspace already" in proofline("move").err


@pytest.mark.parametrize("address", ["nonsense", "oracle://somewhere"])
def test_a_move_to_no_database_is_one_sentence(
    proofline: Proofline, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("TARGET_DATABASE_URL", address)
    ended = proofline("move")
    assert ended.code == 1 and "That is no database address." in ended.err and ended.err.count("\n") == 1


@pytest.mark.slow
def test_forgetting_says_first_what_it_would_change(proofline: Proofline, book: Path) -> None:
    with sqlite3.connect(book) as ledger:
        account, slug = ledger.execute("SELECT id, slug FROM account ORDER BY id").fetchone()
        ledger.execute("INSERT INTO person (account_id, name, part) VALUES (?, 'Dana Fox', 'champion')", (account,))
    asked = ("forget", "person", "dana fox", "--account", slug)
    assert "Nothing was changed. Add --yes" in proofline(*asked).out
    assert "Done." in proofline(*asked, "--yes").out
    assert "There is nobody called dana fox." in proofline(*asked, "--yes").err
    assert proofline("forget", "workspace", "T404", "--yes").err.startswith("There is no workspace T404")
    assert "Done." in proofline("forget", "workspace", "pending", "--yes").out
    assert proofline("export").out.count("\n") == 1


def test_postgresql_is_backed_up_with_its_own_tool(proofline: Proofline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:hidden@db:5433/proofline")
    told = proofline("backup", "my copy.dump").err
    assert "pg_dump --format=custom --file='my copy.dump' postgresql://me@db:5433/proofline" in told


def test_the_outbox_is_listed_shown_retried_and_dropped(proofline: Proofline, book: Path) -> None:
    assert proofline("outbox", "list").out == "No such messages.\n"
    database = Database(f"sqlite:///{book}")
    with database.begin() as session:
        for key in ("prompt:1", "prompt:2"):
            put(session, Outgoing(key=key, workspace_id=1, kind="prompt", channel="C1", due_at=NOON), NOON)
    database.dispose()
    shown = proofline("outbox", "list").out
    assert re.search(r"1\s+waiting\s+prompt:1\s+C1\s+2026-03-02 12:00 UTC\s+0", shown)
    assert "1 dropped." in proofline("outbox", "drop", "1", "--why", "they met").out
    assert re.search(r"note\s+dropped by hand: they met", proofline("outbox", "show", "1").out)
    assert "prompt:1" not in proofline("outbox", "list", "--state", "waiting").out
    assert "1 will be sent again." in proofline("outbox", "retry", "1").out
    assert "Nothing is dead." in proofline("outbox", "retry", "--all-dead").out
    assert proofline("outbox", "retry").code == proofline("outbox", "list", "--state", "lost").code == 2
    gone = proofline("outbox", "show", "9")
    assert (gone.code, gone.err) == (1, "There is no message 9 in the outbox. `outbox list` shows what there is.\n")


@pytest.mark.slow
def test_it_starts_quickly_and_as_a_module(tmp_path: Path) -> None:
    """Heavy parts (Slack, the web server, SQLAlchemy) are loaded by the commands that need them."""
    heavy = ("sqlalchemy", "slack_bolt", "starlette", "rich.table", "alembic")
    check = f"import sys, bot.__main__; print([name for name in {heavy} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
    shown = subprocess.run(
        [sys.executable, "-m", "bot", "version"], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert shown.stdout.startswith("Proofline ")


def test_an_import_is_undone_by_the_number_that_its_report_names(proofline: Proofline) -> None:
    done = proofline("import", "accounts", REPORT)
    assert "This is import 1. To take it back: python -m bot import undo 1" in done.out
    tried = proofline("import", "undo", "1", "--dry-run")
    assert tried.out.endswith("Dry run, nothing was written. Import 1 (crm-report.csv) undone: 40 accounts.\n")
    undone = proofline("import", "undo", "1")
    assert (undone.code, undone.out.splitlines()[-1]) == (0, "Import 1 (crm-report.csv) undone: 40 accounts.")
    again = proofline("import", "undo", "1")
    assert (again.code, "was undone already" in again.err) == (1, True)
    unknown = proofline("import", "undo", "7")
    assert unknown.err == "There is no import 7 here, so name one such as 1 (crm-report.csv).\n"
    assert "40 added" in proofline("import", "accounts", REPORT).out
