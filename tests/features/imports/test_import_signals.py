"""Importing readings and events: raw rows, versions instead of overwriting, and their undoing."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.cli.import_report import as_json
from bot.features.imports import passes, undo, wording
from bot.features.imports.remarks import Remark
from bot.features.imports.report import Report
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts, import_events, import_readings
from bot.store import accounts, schema, signals
from bot.store.engine import Database
from bot.store.ledger import Author
from tests.support.factory import NOON

DATA = Path(__file__).parents[2] / "data"
SCENARIOS = DATA / "facts" / "health-scenarios"
ACCOUNTS = b"Account ID,Name\n1,Acme\n2,Bolt\n"
READINGS = (
    "account_id,source,metric,period_start,period_days,value,unit\n"
    "1,product,weekly_active_users,2026-02-02,7,40,users\n"
    "1,product,weekly_active_users,2026-02-09,7,0,users\n"
    "2,helpdesk,tickets_opened,2026-02-09,7,3,tickets\n"
)
EVENTS = (
    "account_id,kind,at,subject,text,source\n"
    "1,sponsor_left,2026-02-10,economic buyer,Dana moved on,crm\n"
    "1,invoice_overdue,2026-02-11T09:30:00+01:00,INV-7,,billing\n"
)


@pytest.fixture
def book(database: Database) -> Database:
    """A ledger with two accounts."""
    import_accounts(ImportRun(database, 1, NOON), File("accounts.csv", ACCOUNTS), Options())
    return database


def run(database: Database, now: datetime = NOON, *, dry_run: bool = False) -> ImportRun:
    return ImportRun(database, 1, now, dry_run, all_rows=True)


def readings(database: Database, text: str, now: datetime = NOON, **how: Any) -> Report:
    options = Options(**how.pop("options", {}))
    return import_readings(run(database, now, **how), File("signals.csv", text.encode()), options)


def events(database: Database, text: str, now: datetime = NOON, **how: Any) -> Report:
    return import_events(run(database, now, **how), File("events.csv", text.encode()), Options())


def rows(database: Database, table: Any) -> list[dict[str, Any]]:
    with database.reading() as session:
        return [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]


def latest(database: Database) -> dict[str, Decimal]:
    """The figures of Acme that count, by metric."""
    with database.reading() as session:
        account = accounts.in_workspace(session, 1, 1)
        assert account is not None
        return {metric.metric: metric.value for metric in signals.metrics_of(session, account)}


def test_rows_are_kept_as_they_come_with_when_they_came(book: Database) -> None:
    report = readings(book, READINGS)
    assert (len(report.created), report.bad) == (3, [])
    first, zero, _ = rows(book, schema.reading)
    assert (first["account_id"], first["source"], first["metric"]) == (1, "product", "weekly_active_users")
    assert (first["period_start"], first["period_days"]) == (date(2026, 2, 2), 7)
    assert (first["value"], first["unit"], zero["value"]) == (Decimal(40), "users", Decimal(0))
    assert (first["observed_at"], first["received_at"], first["batch_id"]) == (None, NOON, report.batch_id)


def test_a_second_run_changes_nothing_and_a_dry_run_writes_nothing(book: Database) -> None:
    assert len(readings(book, READINGS, dry_run=True).created) == 3 and rows(book, schema.reading) == []
    assert len(events(book, EVENTS, dry_run=True).created) == 2 and rows(book, schema.event) == []
    readings(book, READINGS)
    events(book, EVENTS)
    tables = (schema.reading, schema.event, schema.import_batch, schema.history)
    before = [rows(book, table) for table in tables]
    later = NOON + timedelta(days=1)
    assert readings(book, READINGS, later).unchanged == 3 and events(book, EVENTS, later).unchanged == 2
    assert [rows(book, table) for table in tables] == before


def test_a_later_value_is_a_new_version_and_the_first_file_again_is_nothing_new(book: Database) -> None:
    readings(book, READINGS)
    report = readings(book, READINGS.replace(",40,", ",46,"), NOON + timedelta(days=1))
    assert (report.created, report.changed_rows, report.unchanged) == ([], 1, 2)
    (change,) = report.changed
    assert (change.name, change.before, change.after) == (
        "Acme: weekly_active_users, 2026-02-02",
        "40 users",
        "46 users",
    )
    versions = [(row["version"], row["value"]) for row in rows(book, schema.reading) if row["period_start"].day == 2]
    assert versions == [(1, Decimal(40)), (2, Decimal(46))]
    assert readings(book, READINGS, NOON + timedelta(days=2)).unchanged == 3
    assert len(rows(book, schema.reading)) == 4


def test_a_source_that_corrects_back_says_when_it_looked(book: Database) -> None:
    head = "account_id,metric,week_starting,value,observed_at\n"
    for value, at in ((40, "2026-02-10"), (46, "2026-02-12"), (40, "2026-02-14")):
        readings(book, f"{head}1,users,2026-02-02,{value},{at}\n")
    assert [row["value"] for row in rows(book, schema.reading)] == [Decimal(40), Decimal(46), Decimal(40)]
    assert latest(book) == {"users": Decimal(40)}
    # An older look that comes late is kept, and does not count.
    readings(book, f"{head}1,users,2026-02-02,44,2026-02-11\n")
    assert len(rows(book, schema.reading)) == 4 and latest(book) == {"users": Decimal(40)}
    # A new look at the same figure is nothing new.
    assert readings(book, f"{head}1,users,2026-02-02,40,2026-02-20\n").unchanged == 1


def test_looks_of_one_period_in_one_file_are_versions_in_order(book: Database) -> None:
    report = readings(
        book,
        "account_id,metric,week_starting,value,observed_at\n"
        "1,users,2026-02-02,40,2026-02-10\n1,users,2026-02-02,46,2026-02-12\n",
    )
    assert report.bad == [] and latest(book) == {"users": Decimal(46)}


def test_the_length_of_a_period_comes_from_its_column_else_from_the_header(book: Database) -> None:
    for header, cell, length in (
        ("Week Starting", "2026-02-02", 7),
        ("Month", "2026-02", 28),
        ("Day", "2026-02-02", 1),
    ):
        readings(book, f"Account ID,Metric,{header},Value\n1,{header},{cell},5\n")
        assert rows(book, schema.reading)[-1]["period_days"] == length
    readings(book, "Account ID,Metric,Date,Value\n1,other,2026-02-02,5\n")
    assert rows(book, schema.reading)[-1]["period_days"] == 0


def test_other_languages_percentages_months_by_name_and_totals(book: Database) -> None:
    report = readings(
        book,
        "Firma;Kennzahl;Woche;Wert;Einheit;Quelle\nAcme;Aktive Nutzer;02.02.2026;1.234,5;Nutzer;Produkt\n"
        "Acme;Umsatz;09.02.2026;-12,5;;ERP\nSumme;;;1.222;;\n",
    )
    assert report.bad == [] and [line.line for line in report.left_out] == [4]
    readings(book, "Account,Metric,Month,Value\nAcme,Adoption,Feb 2026,62%\n")
    assert [(row["value"], row["period_start"], row["period_days"]) for row in rows(book, schema.reading)] == [
        (Decimal("1234.5"), date(2026, 2, 2), 7), (Decimal("-12.5"), date(2026, 2, 9), 7),
        (Decimal(62), date(2026, 2, 1), 28),
    ]  # fmt: skip


def test_sources_are_told_apart_and_one_without_a_name_can_be_given_one(book: Database) -> None:
    text = "account_id,metric,week_starting,value\n1,users,2026-02-02,40\n"
    readings(book, text)
    readings(book, text, options={"source": "warehouse"})
    assert [row["source"] for row in rows(book, schema.reading)] == ["file", "warehouse"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,users,2026-02-02,", "value is empty"),
        ("1,users,,5", "period_start is empty"),
        ("1,,2026-02-02,5", "metric is empty"),
        (",users,2026-02-02,5", "is empty; say which account"),
        ("9,users,2026-02-02,5", "account_id: 9 is no account here; import the accounts first"),
        ("1,users,2026-02-02,many", "value: many is not a number"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(book: Database, row: str, reason: str) -> None:
    report = readings(book, f"account_id,metric,period_start,value\n{row}\n2,users,2026-02-02,5\n")
    assert [bad.line for bad in report.bad] == [2] and reason in wording.reason(report.bad[0])
    assert len(rows(book, schema.reading)) == 1


def test_ids_of_another_system_are_joined_by_name_only_when_none_is_known(book: Database) -> None:
    head = "Customer ID,Company,Metric,Week,Value\n"
    report = readings(book, f"{head}U-1,Acme,users,2026-02-02,5\nU-2,Bolt,users,2026-02-02,6\n")
    (note,) = [wording.sentence(note) for note in report.notes if note.remark is Remark.ACCOUNTS_BY_NAME]
    assert note == (
        "2 rows are joined to accounts by their name, because no id of “Customer ID” is known here: “U-1” is “Acme”."
    )
    report = readings(book, f"{head}1,Acme,users,2026-03-02,5\nU-2,Bolt,users,2026-03-02,6\n")
    assert [bad.line for bad in report.bad] == [3]


def test_it_is_said_that_they_count_for_nothing_yet(book: Database) -> None:
    report = readings(book, READINGS)
    (note,) = [wording.sentence(note) for note in report.notes]
    assert note == "2 metrics are kept and count for nothing yet: “weekly_active_users” and “tickets_opened”."


def test_the_json_has_the_keys_of_every_import(book: Database) -> None:
    content = json.loads(as_json(readings(book, READINGS, dry_run=True)))
    assert list(content) == ["rows", "left_out", "warnings", "encoding", "columns"]
    assert content["rows"][0] == {
        "line": 2, "account": "Acme", "metric": "weekly_active_users", "value": 40, "unit": "users",
        "period_start": "2026-02-02", "period_days": 7, "source": "product",
    }  # fmt: skip
    content = json.loads(as_json(events(book, EVENTS, dry_run=True)))
    assert content["rows"][1] == {
        "line": 3, "account": "Acme", "kind": "invoice_overdue", "at": "2026-02-11T08:30:00+00:00", "subject": "INV-7",
        "text": None, "source": "billing", "external_id": None,
    }  # fmt: skip


def test_events_have_a_day_or_a_moment(book: Database) -> None:
    events(book, EVENTS)
    left, overdue = rows(book, schema.event)
    assert (left["at"], left["whole_day"], left["subject"]) == (
        datetime(2026, 2, 10, tzinfo=UTC),
        True,
        "economic buyer",
    )
    assert (overdue["at"], overdue["whole_day"]) == (datetime(2026, 2, 11, 8, 30, tzinfo=UTC), False)


def test_moments_weeks_and_months_are_read_as_tables_write_them(book: Database) -> None:
    report = events(
        book,
        "Account,Kind,At\nAcme,a,13/01/2027 9:05 PM\nAcme,b,13/01/2027 12:30 AM\nAcme,c,05/01/2027 14:00 +02:00\n"
        "Acme,d,13.01.2027 14.30\nAcme,e,13/01/2027 25:00\nAcme,f,13/01/2027 10:00 CET\n",
    )
    assert [row.values["at"].isoformat()[:16] for row in report.preview.rows] == [
        "2027-01-13T21:05", "2027-01-13T00:30", "2027-01-05T12:00", "2027-01-13T14:30", "2027-01-13T00:00",
        "2027-01-13T00:00",
    ]  # fmt: skip
    figures = readings(book, "Account,Metric,Period,Value\nAcme,m,2027-W02,1\nAcme,m,02/2027,2\nAcme,m,2027-W60,3\n")
    kept = [(row.values["period_start"].isoformat(), row.values["period_days"]) for row in figures.preview.rows]
    assert kept == [("2027-01-11", 7), ("2027-02-01", 28)]
    assert [bad.line for bad in figures.bad] == [4]


def test_an_event_with_an_id_that_changes_is_a_new_version(book: Database) -> None:
    head = "Ticket ID,Account ID,Type,Created At,Subject\n"
    events(book, f"{head}T-1,1,ticket,2026-02-10,Slow\n")
    report = events(book, f"{head}T-1,1,ticket,2026-02-10,Very slow\n")
    assert report.changed_rows == 1 and [row["version"] for row in rows(book, schema.event)] == [1, 2]
    with book.reading() as session:
        account = accounts.in_workspace(session, 1, 1)
        assert account is not None
        told, count = signals.events_of(session, account, 5)
    assert ([event.subject for event in told], count) == (["Very slow"], 1)


def test_undo_takes_readings_and_events_back_and_they_can_come_again(book: Database) -> None:
    first, second = readings(book, READINGS), events(book, EVENTS)
    for report, count in ((first, 3), (second, 2)):
        with book.begin() as session:
            done = undo.undo(session, Author(1, None, "import"), report.batch_id or 0, NOON)
        assert done.signals == count
    assert latest(book) == {}
    assert len(readings(book, READINGS).created) == 3 and len(events(book, EVENTS).created) == 2
    assert latest(book)["weekly_active_users"] == Decimal(0)


def test_undoing_a_correction_lets_the_value_before_count_again(book: Database) -> None:
    readings(book, READINGS)
    report = readings(book, READINGS.replace(",0,", ",9,"))
    assert latest(book)["weekly_active_users"] == Decimal(9)
    with book.begin() as session:
        undo.undo(session, Author(1, None, "import"), report.batch_id or 0, NOON)
    assert latest(book)["weekly_active_users"] == Decimal(0)


def test_accounts_with_readings_stay_when_their_import_is_undone(book: Database) -> None:
    readings(book, READINGS.rpartition("2,helpdesk")[0])
    with book.begin() as session:
        done = undo.undo(session, Author(1, None, "import"), 1, NOON)
    assert [(stay.name, wording.sentence(stay.why)) for stay in done.stays] == [
        ("Acme", "import 2 wrote here later; undo that one first")
    ]


def test_batches_of_one_file_see_each_other(book: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "BATCH", 2)
    shown: list[tuple[int, int]] = []
    text = "account_id,metric,week_starting,value\n" + "".join(
        f"{1 + number % 2},m{number},2026-02-02,{number}\n" for number in range(7)
    )
    importing = ImportRun(book, 1, NOON, progress=lambda done, total: shown.append((done, total)))
    assert len(import_readings(importing, File("s.csv", text.encode()), Options()).created) == 7
    assert shown == [(2, 7), (4, 7), (6, 7), (7, 7)]
    assert readings(book, text).unchanged == 7


@pytest.mark.slow
def test_the_signals_of_the_crm_book_as_they_come(database: Database) -> None:
    crm = DATA / "crm-book"
    import_accounts(ImportRun(database, 1, NOON), File("a.csv", (crm / "accounts.csv").read_bytes()), Options())
    text = (crm / "signals.csv").read_text("utf-8")
    report = readings(database, text)
    assert (len(report.created), report.bad, report.left_out) == (40_887, [], [])
    assert {row["period_days"] for row in rows(database, schema.reading)} == {7}
    assert readings(database, text).unchanged == 40_887


@pytest.mark.slow
def test_the_health_scenarios_as_they_come_and_again(database: Database) -> None:
    def file(name: str) -> File:
        return File(name, (SCENARIOS / name).read_bytes())

    import_accounts(ImportRun(database, 1, NOON), file("accounts.csv"), Options())
    done = [
        import_readings(run(database), file("signals.csv"), Options()),
        import_readings(run(database), file("signals-redelivered.csv"), Options()),
        import_events(run(database), file("events.csv"), Options()),
    ]
    assert [(len(report.created), report.changed_rows, report.bad) for report in done] == [
        (4938, 0, []), (0, 12, []), (63, 0, []),
    ]  # fmt: skip
    again = [
        import_readings(run(database), file("signals.csv"), Options()),
        import_readings(run(database), file("signals-redelivered.csv"), Options()),
        import_events(run(database), file("events.csv"), Options()),
    ]
    assert [(report.created, report.changed_rows) for report in again] == [([], 0)] * 3
