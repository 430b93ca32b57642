"""What an import wrote can be taken back, as long as nobody changed it since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.accounts import account_of
from bot.app.actor import Actor, UserError
from bot.domain.enums import AccountStatus
from bot.features.accounts import history as account_history
from bot.features.imports import undo as import_undo
from bot.features.imports.fact_rows import OUTCOMES, PEOPLE, PROMISES, FactKind
from bot.features.imports.merge_policy import SURFACE
from bot.features.imports.report import Report, UndoReport
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts, import_facts
from bot.features.imports.wording import sentence
from bot.store import account_search, ledger, members, proof_state, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.ledger import Author
from tests.support import factory
from tests.support.cast import MAYA
from tests.support.factory import NOON
from tests.support.refusals import worded

LATER = NOON + timedelta(hours=1)
HEADER = "Account ID,Account Name,Owner,ARR,Currency,Portfolio\n"
BOOK = HEADER + "1,Acme,Ines,100,EUR,North\n2,Bolt,Ines,50,USD,North\n"
PERSONS = "Account,Name,Role\nAcme,Dana Fox,Champion\nBolt,Eli Ruiz,User\n"
GOALS = (
    "Account,Outcome,Metric,Unit,Baseline,Target,Owner\n"
    "Acme,Faster close,days,days,10,5,Dana Fox\nBolt,Less work,h,h,9,3,Uma Vale\n"
)
SAID = "Account,Promise,Promised to\nAcme,SSO by June,Dana Fox\n"


def taken(database: Database, text: str, name: str = "book.csv") -> Report:
    return import_accounts(ImportRun(database, 1, NOON), File(name, text.encode()), Options())


def facts(database: Database, kind: FactKind, text: str) -> Report:
    return import_facts(ImportRun(database, 1, NOON), kind, File("facts.csv", text.encode()), Options())


def undone(database: Database, report: Report, workspace_id: int = 1) -> UndoReport:
    assert report.batch_id is not None
    with database.begin() as session:
        return import_undo.undo(session, Author(workspace_id, None, SURFACE), report.batch_id, LATER)


def rows(database: Database, table: Any, *names: str) -> list[tuple[Any, ...]]:
    """The values of the rows that were not taken back, in order."""
    with database.reading() as session:
        statement = select(*(table.c[name] for name in names)).where(table.c.taken_back_at.is_(None))
        return [tuple(row) for row in session.execute(statement.order_by(table.c.id))]


def stays(report: UndoReport) -> list[tuple[str, str | None, str]]:
    return [(stay.name, stay.field, sentence(stay.why)) for stay in report.stays]


@pytest.fixture
def maya(database: Database) -> Actor:
    with database.begin() as session:
        return Actor(members.remember(session, 1, MAYA.user()), "modal")


def account_id(database: Database, name: str) -> int:
    with database.reading() as session:
        return account_id_in(session, name)


def account_id_in(session: Session, name: str) -> int:
    here = schema.account.c.taken_back_at.is_(None) & (schema.account.c.name == name)
    return int(session.execute(select(schema.account.c.id).where(here)).scalar_one())


def test_accounts_that_an_import_added_are_gone_and_can_be_imported_again(database: Database, maya: Actor) -> None:
    first = taken(database, BOOK)
    acme = account_id(database, "Acme")
    report = undone(database, first)
    assert (report.taken_back[Entity.ACCOUNT], report.taken_back[Entity.PORTFOLIO], report.stays) == (2, 1, [])
    assert rows(database, schema.account, "name") == []
    assert rows(database, schema.portfolio, "name") == []
    with database.begin() as session:
        assert account_search.find(session, 1, "acme") == account_search.SearchResult()
        with pytest.raises(UserError):
            account_of(session, maya, acme)
        sentences = [
            line.after for line in session.execute(select(schema.history).order_by(schema.history.c.id)).all()
            if line.entity == "account" and line.before is not None
        ]  # fmt: skip
        assert all(after["status"] == "former" and after["taken_back_at"] for after in sentences)
        # What was true then is still true of then.
        then = proof_state.load(session, 1, acme, as_of=NOON + timedelta(minutes=1)).account
    assert (then.status, then.external_id, then.slug) == (AccountStatus.CUSTOMER, "1", "acme")
    again = taken(database, BOOK)
    assert len(again.created) == 2 and again.notes == []
    assert rows(database, schema.account, "name", "slug", "external_id") == [
        ("Acme", "acme", "1"),
        ("Bolt", "bolt", "2"),
    ]
    assert rows(database, schema.portfolio, "name") == [("North",)]
    assert taken(database, BOOK).batch_id is None


def test_values_that_an_import_changed_are_as_they_were_before(database: Database) -> None:
    taken(database, BOOK)
    second = taken(database, BOOK.replace(",100,EUR", ",120,USD").replace("Bolt", "Bolt Works"))
    assert rows(database, schema.account, "name", "arr_minor", "currency") == [
        ("Acme", 12_000, "USD"), ("Bolt Works", 5_000, "USD"),
    ]  # fmt: skip
    report = undone(database, second)
    assert (report.restored, report.stays) == (2, [])
    assert rows(database, schema.account, "name", "arr_minor", "currency") == [
        ("Acme", 10_000, "EUR"), ("Bolt", 5_000, "USD"),
    ]  # fmt: skip
    with database.reading() as session:
        assert account_search.find(session, 1, "works").hit is None
    # Both files can be imported again, as if the second had never been.
    assert taken(database, BOOK).batch_id is None
    assert len(taken(database, BOOK.replace(",100,EUR", ",120,USD")).changed) == 1


@pytest.mark.parametrize(
    ("kind", "text", "table"),
    [(PEOPLE, PERSONS, schema.person), (OUTCOMES, GOALS, schema.outcome), (PROMISES, SAID, schema.promise)],
    ids=lambda value: getattr(value, "name", None),
)
def test_every_kind_of_fact_is_taken_back(database: Database, kind: FactKind, text: str, table: Any) -> None:
    taken(database, BOOK)
    before = rows(database, table, kind.key)
    first = facts(database, kind, text)
    assert len(rows(database, table, kind.key)) > len(before)
    report = undone(database, first)
    assert (report.stays, report.taken_back[kind.entity]) == ([], len(first.created))
    assert rows(database, table, kind.key) == before
    assert rows(database, schema.person, "name") == []
    with database.reading() as session:
        state = proof_state.load(session, 1, account_id(database, "Acme"))
        then = proof_state.load(session, 1, account_id(database, "Acme"), as_of=NOON + timedelta(minutes=1))
    assert (state.people, state.outcomes, state.promises) == ((), (), ())
    assert then.people or then.outcomes or then.promises
    again = facts(database, kind, text)
    assert [name for _, name in again.created] == [name for _, name in first.created]
    assert facts(database, kind, text).batch_id is None


def test_an_outcome_that_a_digest_may_have_told_of_is_retired_and_counts_until_it_is_agreed(
    database: Database, maya: Actor
) -> None:
    """By who may review the account it is agreed at once; the command line and the account's own team agree to nothing.

    Within a week, and before any digest, it goes without a word (`test_every_kind_of_fact_is_taken_back`).
    """
    taken(database, BOOK)
    facts(database, PEOPLE, PERSONS)
    owned = Author(1, maya.member.id, SURFACE)
    with database.begin() as session:
        boss = members.remember(session, 1, members.SlackUser("U0BOSS", "Bea Boss", None, "UTC", is_admin=True))
        ledger.change(session, owned, Entity.ACCOUNT, account_id_in(session, "Bolt"), NOON, owner_id=boss.id)
    imported = facts(database, OUTCOMES, GOALS)
    assert imported.batch_id is not None
    with database.begin() as session:
        [portfolio_id] = session.execute(select(schema.portfolio.c.id)).scalars()
        told = {"portfolio_id": portfolio_id, "due_at": NOON + timedelta(minutes=30), "figures": {}}
        session.execute(schema.digest.insert().values(**told))
        report = import_undo.undo(session, Author(1, boss.id, SURFACE), imported.batch_id, LATER)
    outcome = schema.outcome
    names = ("title", "retired_by", "retire_agreed_by")
    assert rows(database, outcome, *names) == [("Faster close", boss.id, boss.id), ("Less work", boss.id, None)]
    said = {name: why for name, _, why in stays(report) if name in ("Faster close", "Less work")}
    assert "retired instead" in said["Faster close"] and "until the account's manager agrees" in said["Less work"]


def test_what_somebody_changed_since_stays_and_is_named_and_holds_up_nothing_else(
    database: Database, maya: Actor
) -> None:
    taken(database, BOOK)
    second = taken(database, BOOK.replace(",100,EUR", ",120,USD").replace(",50,USD", ",70,USD"))
    with database.begin() as session:
        factory.restate(session, account_id(database, "Acme"), NOON, by=maya.author, arr_minor=99_00)
    report = undone(database, second)
    assert stays(report) == [("Acme", "ARR", "Maya Lindqvist has written here since, on 2 Mar 2026")]
    assert rows(database, schema.account, "arr_minor", "currency") == [(99_00, "USD"), (50_00, "USD")]


def test_an_account_that_somebody_worked_on_stays_whole(database: Database, maya: Actor) -> None:
    first = taken(database, BOOK)
    people = facts(database, PEOPLE, PERSONS.replace("Acme", "Bolt"))
    with database.begin() as session:
        factory.tickets(session, account_id(database, "Acme"), None, NOON)  # the bot's own writing holds nothing up
    report = undone(database, first)
    assert stays(report) == [
        ("Bolt", None, f"import {people.batch_id} wrote here later; undo that one first"),
        ("North", None, "another row names it (account)"),
    ]
    assert rows(database, schema.account, "name") == [("Bolt",)]
    with pytest.raises(UserError) as refused:
        undone(database, first)
    undone_already = f"Import {first.batch_id} (book.csv) was undone already, on 2 Mar 2026"
    assert worded(refused.value) == f"{undone_already}: import the file again to have it again."


def test_a_person_whom_a_kept_outcome_names_stays(database: Database, maya: Actor) -> None:
    taken(database, BOOK)
    goals = facts(database, OUTCOMES, GOALS)
    with database.begin() as session:
        outcome = session.execute(select(schema.outcome.c.id).order_by(schema.outcome.c.id)).scalars().all()[0]
        ledger.change(session, maya.author, Entity.OUTCOME, outcome, NOON, title="Much faster close")
    report = undone(database, goals)
    assert [(name, why.partition(",")[0]) for name, _, why in stays(report)] == [
        ("Much faster close", "Maya Lindqvist has written here since"), ("Dana Fox", "another row names it (outcome)"),
    ]  # fmt: skip
    assert rows(database, schema.person, "name") == [("Dana Fox",)]


def test_later_imports_are_undone_first_and_then_this_one(database: Database) -> None:
    first, people = taken(database, BOOK), facts(database, PEOPLE, PERSONS)
    undone(database, people)
    assert undone(database, first).stays == []
    assert rows(database, schema.account, "name") == []


def test_a_value_that_the_bot_moved_on_stays(database: Database) -> None:
    taken(database, "Account ID,Account Name\n,Acme\n")
    numbered = taken(database, "Account ID,Account Name\n7,Acme\n")
    with database.begin() as session:
        ledger.change(session, factory.BOT, Entity.ACCOUNT, account_id(database, "Acme"), NOON, external_id="8")
    assert stays(undone(database, numbered)) == [("Acme", "external id", "it has changed since")]


def test_what_the_database_refuses_holds_up_nothing_else(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEADER + "".join(f"{n},Account {n},Ines,1,EUR,North\n" for n in range(5))
    first = taken(database, text)
    monkeypatch.setattr(import_undo, "_removed", lambda entity, row, now: {"taken_back_at": now, **broken(entity, row)})

    def broken(entity: Entity, row: Any) -> dict[str, Any]:
        return {"owner_id": 99_999} if entity is Entity.ACCOUNT and row["name"] == "Account 3" else {}

    report = undone(database, first)
    assert stays(report)[0] == ("Account 3", None, "the database refuses it")
    assert rows(database, schema.account, "name") == [("Account 3",)]


def test_an_import_of_another_workspace_is_not_there(database: Database) -> None:
    other = factory.add_workspace(database, "T2")
    first = taken(database, BOOK)
    with pytest.raises(UserError) as refused:
        undone(database, first, workspace_id=other)
    assert (
        worded(refused.value)
        == f"There is no import {first.batch_id} here: nothing was imported yet, so import a file first."
    )
    assert len(rows(database, schema.account, "name")) == 2


def test_the_history_says_that_it_was_undone(database: Database, maya: Actor) -> None:
    taken(database, BOOK)
    people = facts(database, PEOPLE, PERSONS)
    undone(database, people)
    with database.reading() as session:
        view = account_history.history(session, maya, account_id(database, "Acme"), None, LATER)
    assert [(line.what, line.why) for line in view.lines][:2] == [
        ("took back “Dana Fox”, with the import that added it", "facts.csv, undone"),
        ("added Dana Fox, champion", "facts.csv, line 2"),
    ]


def test_the_last_totals_are_those_of_an_import_that_stands(database: Database) -> None:
    taken(database, BOOK)
    undone(database, taken(database, BOOK.replace(",100,", ",300,")))
    preview = import_accounts(ImportRun(database, 1, NOON, dry_run=True), File("b.csv", BOOK.encode()), Options())
    assert preview.preview.last is not None and str(preview.preview.last.arr[0]) == "100 EUR"


def test_a_large_undo_goes_in_parts(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_undo, "BATCH", 10)
    first = taken(database, HEADER + "".join(f"{n},Account {n},Ines,1,EUR,P{n % 3}\n" for n in range(35)))
    report = undone(database, first)
    assert (report.taken_back[Entity.ACCOUNT], report.taken_back[Entity.PORTFOLIO], report.stays) == (35, 3, [])
