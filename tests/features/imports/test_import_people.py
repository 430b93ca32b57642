"""People with several parts in a file, and days in files that can hardly be meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.features.imports import undo
from bot.features.imports.fact_rows import OUTCOMES, PEOPLE, PROMISES
from bot.features.imports.merge_policy import SURFACE
from bot.features.imports.remarks import Remark
from bot.features.imports.report import Report
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts, import_facts
from bot.store import schema
from bot.store.engine import Database
from bot.store.ledger import Author
from tests.support.factory import NOON


def taken(database: Database, text: str) -> Report:
    return import_accounts(ImportRun(database, 1, NOON), File("book.csv", text.encode()), Options())


def rows(database: Database, table: Any) -> list[dict[str, Any]]:
    with database.reading() as session:
        return [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]


def test_people_of_contact_exports_in_other_dialects(database: Database) -> None:
    taken(database, "Account ID,Account Name\n1,Acme\n2,Beta\n")

    def people(text: str) -> list[tuple[Any, ...]]:
        file = File("contacts.csv", text.encode())
        report = import_facts(ImportRun(database, 1, NOON, dry_run=True, all_rows=True), PEOPLE, file, Options())
        assert report.bad == []
        return [tuple(row.values.get(name) for name in ("account", "name", "email")) for row in report.preview.rows]

    german = 'Kunde;Ansprechpartner;E-Mail;Rolle\nAcme;"Weiß, Jürgen";mailto:juergen@acme.example;Champion\n'
    assert people(german) == [("Acme", "Jürgen Weiß", "juergen@acme.example")]
    # The record is the person's; the company is in a column of its own.
    hubspot = "Record ID,First Name,Last Name,Email,Associated Company\n901,Ann,Lee,ann@beta.example,Beta\n"
    assert people(hubspot) == [("Beta", "Ann Lee", "ann@beta.example")]


def test_people_come_in_with_several_parts_and_changed_ones_are_dated(database: Database) -> None:
    taken(database, "Account ID,Account Name\n1,Acme\n")
    run = ImportRun(database, 1, NOON)

    def people(role: str, when: datetime = NOON) -> Report:
        text = f'Account,Contact Name,Role\nAcme,Dana Fox,"{role}"\n'
        return import_facts(replace(run, now=when), PEOPLE, File("contacts.csv", text.encode()), Options())

    def dana() -> tuple[str, list[str], dict[str, date], dict[str, date]]:
        (row,) = rows(database, schema.person)
        others = [part.value for part in row["other_parts"]]
        return row["part"].value, others, dict(row["gained_parts"]), dict(row["dropped_parts"])

    people("Champion; CFO; Business User")
    assert dana() == ("champion", ["user", "finance"], {}, {})
    assert people("CFO, End user, Champion").unchanged == 1
    later = NOON + timedelta(days=40)
    report = people("CFO;Decision maker", later)
    assert dana() == (
        "economic_buyer",
        ["finance"],
        {"economic_buyer": later.date()},
        {"champion": later.date(), "user": later.date()},
    )
    assert [(one.field, one.before, one.after) for one in report.changed] == [
        ("part", "champion", "economic_buyer"),
        ("other parts", "user, finance", "finance"),
    ]
    assert report.batch_id is not None
    with database.begin() as session:
        undo.undo(session, Author(1, None, SURFACE), report.batch_id, later)
    assert dana() == ("champion", ["user", "finance"], {}, {})


@pytest.mark.parametrize(
    ("kind", "text", "remarks"),
    [
        ("accounts", "Account Name,Start Date,Renewal Date\nAcme,2026-05-01,2026-04-01\n", [Remark.DATES_REVERSED]),
        ("accounts", "Account Name,Renewal Date\nAcme,2020-04-01\n", [Remark.DATES_PASSED]),
        ("accounts", "Account Name,Status,Renewal Date\nAcme,Churned,2020-04-01\n", []),
        ("promises", "Account,Promise,Promised on,Due date\nAcme,SSO,2099-01-31,2099-03-15\n", [Remark.DATES_AHEAD]),
        ("promises", "Account,Promise,Promised on,Due\nAcme,SSO,2025-03-31,2025-03-15\n", [Remark.DATES_REVERSED]),
        ("outcomes", "Account,Outcome,Baseline date,Due\nAcme,Faster,2025-03-31,2025-03-15\n", [Remark.DATES_REVERSED]),
    ],
)  # fmt: skip
def test_days_that_can_hardly_be_meant_are_pointed_out_and_taken(
    database: Database, kind: str, text: str, remarks: list[Remark]
) -> None:
    taken(database, "Account Name\nAcme\n")
    run, file = ImportRun(database, 1, NOON), File("facts.csv", text.encode())
    facts = {"promises": PROMISES, "outcomes": OUTCOMES}
    report = (
        import_accounts(run, file, Options()) if kind == "accounts" else import_facts(run, facts[kind], file, Options())
    )
    assert report.bad == []
    doubtful = {Remark.DATES_AHEAD, Remark.DATES_PASSED, Remark.DATES_REVERSED}
    assert [note.remark for note in report.notes if note.remark in doubtful] == remarks
