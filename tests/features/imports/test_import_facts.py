"""Importing what was promised and what success means, into accounts that are there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from bot.app.actor import UserError
from bot.domain.enums import Direction, OutcomeKind, Part, PromiseState
from bot.domain.proof.terms import standing_of
from bot.features.imports.fact_rows import OUTCOMES, PROMISES, FactKind
from bot.features.imports.merge_policy import SURFACE
from bot.features.imports.remarks import Remark
from bot.features.imports.report import Report
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts, import_facts
from bot.features.imports.undo import undo
from bot.store import ledger, proof_state, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.ledger import Author
from tests.support.factory import NOON
from tests.support.refusals import says

ACCOUNTS = b"Account ID,Name\n1,Acme\n2,Bolt\n"


@pytest.fixture
def book(database: Database) -> Database:
    """A ledger with two accounts."""
    import_accounts(ImportRun(database, 1, NOON), File("accounts.csv", ACCOUNTS), Options())
    return database


def taken(
    database: Database, kind: FactKind, text: str, *mapping: str, dry_run: bool = False, **options: Any
) -> Report:
    file = File("facts.csv", text.encode(), mapping)
    return import_facts(ImportRun(database, 1, NOON, dry_run), kind, file, Options(**options))


def rows(database: Database, name: str) -> list[dict[str, Any]]:
    table = schema.metadata.tables[name]
    with database.reading() as session:
        return [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]


PROMISED = (
    "Account,Promise,Promised on,Promised by,Promised to,Due date,Status\n"
    "Acme,SSO before go-live,1/31/2026,Ravi (sales),Dana Fox,3/15/2026,Open\n"
    "Acme,Half the manual work,1/31/2026,,Dana Fox,,Fulfilled\n"
    "BOLT,A named engineer,2/1/2026,,,,\n"
)


def test_promises_come_in_with_whom_they_were_made_to(book: Database) -> None:
    report = taken(book, PROMISES, PROMISED)
    assert report.bad == []
    assert [name for _, name in report.created] == [
        "Acme: SSO before go-live", "Acme: Half the manual work", "BOLT: A named engineer",
    ]  # fmt: skip
    sso, half, engineer = rows(book, "promise")
    assert (sso["promised_on"], sso["due_on"], sso["promised_by"]) == (
        date(2026, 1, 31),
        date(2026, 3, 15),
        "Ravi (sales)",
    )
    assert (sso["state"], half["state"], engineer["state"]) == (PromiseState.OPEN, PromiseState.KEPT, PromiseState.OPEN)
    (dana,) = rows(book, "person")
    assert (dana["name"], dana["part"], dana["account_id"]) == ("Dana Fox", Part.OTHER, 1)
    assert sso["promised_to"] == half["promised_to"] == dana["id"]
    assert (engineer["account_id"], engineer["promised_to"]) == (2, None)


def test_again_changes_nothing_and_a_change_is_told(book: Database) -> None:
    taken(book, PROMISES, PROMISED)
    before = {name: rows(book, name) for name in ("promise", "person", "history")}
    assert taken(book, PROMISES, PROMISED).unchanged == 3
    assert {name: rows(book, name) for name in before} == before
    report = taken(book, PROMISES, PROMISED.replace("3/15/2026", "4/15/2026").replace("Dana Fox,,F", "Eli Ray,,F"))
    assert [(one.name, one.field, one.before, one.after) for one in report.changed] == [
        ("SSO before go-live", "due date", "2026-03-15", "2026-04-15"),
        ("Half the manual work", "promised to", "Dana Fox", "Eli Ray"),
    ]
    assert rows(book, "promise")[1]["promised_to"] == 2
    assert rows(book, "history")[-1]["why"] == "facts.csv, line 3"


def test_a_promise_that_was_settled_here_stays_settled(book: Database) -> None:
    taken(book, PROMISES, PROMISED)
    with book.begin() as session:
        ledger.change(session, Author(1, None, "button"), Entity.PROMISE, 1, NOON, state=PromiseState.BROKEN)
    report = taken(book, PROMISES, PROMISED)
    assert [(one.field, one.before, one.after) for one in report.kept] == [("state", "broken", "open")]
    assert rows(book, "promise")[0]["state"] is PromiseState.BROKEN


AGREED = (
    "Account ID,Account,Outcome,Metric,Direction,Baseline,Target,Due,Agreed by,Agreed on,Agreement link\n"
    "1,Acme,Faster close,Days,down,12,{target},6/30/2026,Dana Fox,1/31/2026,https://acme.example/{page}\n"
)


def terms(book: Database) -> tuple[list[dict[str, Any]], bool]:
    """The versions of the one outcome, and whether the newest counts as agreed."""
    with book.begin() as session:
        versions = proof_state.load(session, 1, 1).terms
    return rows(book, "terms"), standing_of(versions, NOON.date()).holds


def test_an_import_brings_the_agreement_and_its_changes_are_versions_like_any_other(book: Database) -> None:
    taken(book, OUTCOMES, AGREED.format(target=4, page="minutes"))
    (first,), holds = terms(book)
    (dana,) = rows(book, "person")
    assert holds and (first["agreed_by"], first["agreed_on"]) == (dana["id"], date(2026, 1, 31))
    easier = taken(book, OUTCOMES, AGREED.format(target=6, page="minutes"))
    versions, holds = terms(book)
    assert [version["target"] for version in versions] == [4, 6] and not holds
    with book.begin() as session:
        undo(session, Author(1, None, SURFACE), easier.batch_id or 0, NOON)
    versions, holds = terms(book)
    assert [version["target"] for version in versions] == [4, 6, 4] and holds
    assert rows(book, "outcome")[0]["baseline_agreed_by"] == dana["id"]


def test_an_imported_outcome_is_taken_back_with_its_terms(book: Database) -> None:
    report = taken(book, OUTCOMES, AGREED.format(target=4, page="minutes"))
    with book.begin() as session:
        done = undo(session, Author(1, None, SURFACE), report.batch_id or 0, NOON)
        assert proof_state.load(session, 1, 1).outcomes == ()
    assert done.stays == []


def test_a_link_that_nobody_can_open_is_named(book: Database) -> None:
    report = taken(book, OUTCOMES, AGREED.format(target=4, page="x").replace("https://acme.example/x", "the minutes"))
    assert [bad.reason.remark for bad in report.bad] == [Remark.LINK_UNREADABLE]


def test_outcomes_are_numbers_or_statements(book: Database) -> None:
    report = taken(
        book,
        OUTCOMES,
        "Account ID,Account,Outcome,Metric,Unit,Direction,Baseline,Baseline date,Baseline agreed by,Target,Min,Max,"
        "Due,Outcome owner,Shelf life,Promised value,Currency,Risk\n"
        '1,Acme,Faster close,Days,days,,12.5,1/31/2026,Dana Fox,4,,,6/30/2026,Dana Fox,120,"40,000",EUR,Audit slips\n'
        "1,Acme,Margin holds,Margin,%,hold,-2%,,,,-3,5%,,,,,,\n"
        "2,,Legal signs without us,,,,,,,,,,,Wim,,,,\n",
    )  # fmt: skip
    assert report.bad == []
    faster, margin, legal = rows(book, "outcome")
    assert (faster["kind"], faster["direction"]) == (OutcomeKind.NUMERIC, Direction.DOWN)
    assert (faster["baseline"], faster["target"]) == (Decimal("12.5"), Decimal(4))
    assert (faster["promised_minor"], faster["currency"], faster["shelf_life_days"]) == (4_000_000, "EUR", 120)
    assert (margin["baseline"], margin["band_low"], margin["band_high"]) == (Decimal(-2), Decimal(-3), Decimal(5))
    assert (legal["kind"], legal["direction"], legal["account_id"]) == (OutcomeKind.STATEMENT, None, 2)
    dana, wim = rows(book, "person")
    assert (dana["part"], wim["part"]) == (Part.OUTCOME_OWNER, Part.OUTCOME_OWNER)
    assert faster["owner_person_id"] == faster["baseline_agreed_by"] == dana["id"]
    assert legal["owner_person_id"] == wim["id"]


def test_a_bare_title_does_not_turn_a_number_into_a_statement(book: Database) -> None:
    taken(book, OUTCOMES, "Account,Outcome,Metric,Direction\nAcme,Faster close,Days,down\n")
    assert taken(book, OUTCOMES, "Account,Outcome\nAcme,FASTER  close\n").unchanged == 1
    assert rows(book, "outcome")[0]["kind"] is OutcomeKind.NUMERIC


def test_bad_facts_say_where_and_why(book: Database) -> None:
    report = taken(
        book,
        OUTCOMES,
        "Account,Outcome,Metric,Direction,Baseline,Target,Shelf life\n"
        "Nobody,A,,,,,\n"
        ",B,,,,,\n"
        "Acme,,,,,,\n"
        "Acme,C,Days,,,,\n"
        "Acme,D,Days,sideways,,,\n"
        "Acme,E,Days,up,many,,\n"
        "Acme,F,,,,,0.5\n"
        "Acme,G,,,,,\n"
        "Acme,G,,,,,\n",
    )  # fmt: skip
    assert [(bad.line, bad.column) for bad in report.bad] == [
        (2, "Account"), (3, "Account"), (4, "Outcome"), (5, "Direction"), (6, "Direction"), (7, "Baseline"),
        (8, "Shelf life"), (10, "Outcome"),
    ]  # fmt: skip
    assert [row["title"] for row in rows(book, "outcome")] == ["G"]
    assert report.bad[0].reason.remark is Remark.ACCOUNT_UNKNOWN


def test_a_dry_run_writes_no_fact_and_no_person(book: Database) -> None:
    report = taken(book, PROMISES, PROMISED, dry_run=True)
    assert len(report.created) == 3
    assert rows(book, "promise") == rows(book, "person") == []


def test_a_file_that_names_no_account_is_refused(book: Database) -> None:
    with pytest.raises(UserError, check=says("which account")):
        taken(book, PROMISES, "Promise\nSSO\n")
    assert taken(book, PROMISES, "Promise,Kunde\nSSO,Acme\n", "Kunde=account").bad == []
