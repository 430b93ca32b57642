"""The whole ledger out and back in without loss, on both databases and from one to the other."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, text

from bot.app.actor import UserError
from bot.cli import errors
from bot.features.exports.ledger_export import export, restore
from bot.outbox.queue import claim, put
from bot.outbox.types import Outgoing
from bot.store import account_search, ledger, schema
from bot.store.admin import table_copy
from bot.store.admin.migrations import head, upgrade
from bot.store.admin.table_copy import EVERYTHING, LEDGER, CannotCopy
from bot.store.engine import Database, db_now
from bot.store.entities import Entity
from bot.store.ledger import Author
from tests.support.databases import Databases, Postgres
from tests.support.factory import BOT, NOON, add_workspace
from tests.support.ledgers import build
from tests.support.refusals import says

FEW = settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each example makes databases: shrinking would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def exported(database: Database) -> bytes:
    out = io.BytesIO()
    export(database, out, NOON)
    return out.getvalue()


def contents(database: Database, tables: tuple[Any, ...] = LEDGER) -> dict[str, list[dict[str, Any]]]:
    with database.snapshot() as session:
        return {table.name: [row for batch in table_copy.stream(session, table) for row in batch] for table in tables}


@pytest.mark.slow
@given(data=st.data())
@FEW
def test_a_ledger_survives_its_export(databases: Databases, data: st.DataObject) -> None:
    source, target = Database(databases.fresh()), Database(databases.fresh())
    add_workspace(source)
    build(source, data.draw)
    written = exported(source)
    restored = restore(target, io.BytesIO(written))
    assert restored["history"] > 2
    assert contents(target) == contents(source)
    assert exported(target) == written
    for database in (source, target):
        database.dispose()


@pytest.fixture
def both(databases: Databases, postgres: Postgres, sqlite_template: Any, tmp_path: Any) -> tuple[Databases, Databases]:
    """Makers of databases of one dialect and of the other."""
    if databases.dialect == "postgresql":
        return databases, Databases("sqlite", tmp_path, None, sqlite_template, [])
    return databases, Databases("postgresql", tmp_path, postgres, None, [])


@given(data=st.data())
@FEW
def test_moving_to_the_other_database_and_back_loses_nothing(
    both: tuple[Databases, Databases], data: st.DataObject
) -> None:
    here, there = both
    first, second, third = Database(here.fresh()), Database(there.fresh()), Database(here.fresh())
    workspace_id = add_workspace(first)
    build(first, data.draw)
    fill_outbox(first, workspace_id)
    for database in (second, third):
        messages_as_copied(database)
    moved = table_copy.move(first, second)
    table_copy.move(second, third)
    assert contents(third, EVERYTHING) == contents(second, EVERYTHING) == contents(first, EVERYTHING)
    assert moved["outbox"] == 3
    for database in (first, second, third):
        database.dispose()
    there.clean()


def messages_as_copied(database: Database) -> None:
    """Leave members as they are written: databases of tests give everybody one message for each meeting."""
    if database.dialect == "sqlite":
        with database.begin() as session:
            session.execute(text("DROP TRIGGER one_message_each"))


def fill_outbox(database: Database, workspace_id: int) -> None:
    with database.begin() as session:
        message = Outgoing(key="a", workspace_id=workspace_id, kind="risk", channel="C1", due_at=NOON, args={"id": 1})
        for row in (message, replace(message, key="b", thread_key="a"), replace(message, key="c")):
            put(session, row, NOON)
        claim(session, NOON, limit=1, lease_seconds=0, owner="gone")


@pytest.fixture
def small(database: Database) -> Database:
    """A ledger with one account and its history."""
    with database.begin() as session:
        by = Author(1, None, "test")
        ledger.add(session, by, Entity.ACCOUNT, NOON, workspace_id=1, slug="acme", name="Ácme", created_at=NOON)
    return database


def test_the_format_is_what_the_documentation_says(small: Database) -> None:
    first, *rest = [json.loads(line) for line in exported(small).splitlines()]
    assert first["proofline"] == 1
    assert first["schema"] == head()
    assert first["exported_at"] == "2026-03-02T12:00:00+00:00"
    assert {name: count for name, count in first["rows"].items() if count} == {
        "workspace": 1, "account": 1, "account_due": 1, "history": 1,
    }  # fmt: skip
    account = next(row for row in rest if row["table"] == "account")
    assert (account["id"], account["name"], account["tier"], account["arr_minor"]) == (1, "Ácme", "high_touch", None)
    assert len(rest) == 4


def test_a_misspelt_name_is_found_after_a_restore(small: Database, databases: Databases) -> None:
    target = Database(databases.fresh())
    restore(target, io.BytesIO(exported(small)))
    with target.reading() as session:
        found = account_search.find(session, 1, "acmee")
    target.dispose()
    assert found.hit is not None and found.guessed


def test_new_rows_take_new_ids_after_a_restore(small: Database, databases: Databases) -> None:
    target = Database(databases.fresh())
    restore(target, io.BytesIO(exported(small)))
    with target.begin() as session:
        by = Author(1, None, "test")
        added = ledger.add(session, by, Entity.ACCOUNT, NOON, workspace_id=1, slug="b", name="B", created_at=NOON)
    assert added == 2
    target.dispose()


def test_delivery_is_not_exported(small: Database) -> None:
    fill_outbox(small, 1)
    tables = {json.loads(line).get("table") for line in exported(small).splitlines()}
    assert tables.isdisjoint({"outbox", "channel_gate", "workspace_gate"})


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda lines: lines[:-1], "not whole: it promises 1 rows of history and has 0|promises 1 rows of"),
        (lambda lines: [*lines, lines[-1]], "does not fit|not whole"),
        (lambda lines: lines[1:], "is no export"),
        (lambda lines: [], "is not a JSON object|is no export"),
        (lambda lines: [lines[0], b"{half", *lines[1:]], "Line 2 is not a JSON object"),
        (lambda lines: [lines[0], b'{"table": "wishes"}'], "Line 2 names no table"),
        (lambda lines: [lines[0], b'{"table": "account", "colour": 1}'], "does not know: colour"),
        (lambda lines: [lines[0], b'{"table": "account", "tier": "gold"}'], "cannot be read"),
        (lambda lines: [lines[0].replace(b'"schema": "', b'"schema": "9'), *lines[1:]], "newer Proofline"),
    ],
)
def test_a_spoilt_export_is_refused_and_leaves_nothing(
    small: Database, databases: Databases, spoil: Any, sentence: str
) -> None:
    target = Database(databases.fresh())
    with pytest.raises((UserError, CannotCopy)) as refused:
        restore(target, spoil(exported(small).splitlines()))
    assert re.search(sentence, errors.sentence(refused.value) or "")
    assert all(rows == [] for rows in contents(target).values())
    target.dispose()


def test_a_ledger_with_rows_is_never_restored_over(small: Database) -> None:
    with pytest.raises(CannotCopy, check=says("empty database")):
        restore(small, io.BytesIO(exported(small)))


def test_an_older_export_leaves_newer_columns_to_their_defaults(small: Database, databases: Databases) -> None:
    target = Database(databases.fresh())
    lines = [json.loads(line) for line in exported(small).splitlines()]
    for row in lines:
        if row.get("table") == "account":
            del row["tier"], row["first_win"]
    restore(target, [json.dumps(row).encode() for row in lines])
    assert contents(target) == contents(small)
    target.dispose()


def test_an_export_is_one_moment_while_others_write(small: Database) -> None:
    class Meddling(io.BytesIO):
        def write(self, line: Any) -> int:
            if self.tell() == 0:
                with small.begin() as session:
                    by = Author(1, None, "test")
                    ledger.add(session, by, Entity.ACCOUNT, NOON, workspace_id=1, slug="b", name="B", created_at=NOON)
            return super().write(line)

    out = Meddling()
    counts = export(small, out, NOON)
    assert (
        counts["account"]
        == sum(json.loads(line).get("table") == "account" for line in out.getvalue().splitlines())
        == 1
    )


def test_an_unmigrated_database_says_what_to_do(databases: Databases) -> None:
    bare = Database(databases.empty())
    with pytest.raises(UserError, check=says("bot migrate")):
        export(bare, io.BytesIO(), NOON)
    with pytest.raises(CannotCopy, check=says("bot migrate")):
        table_copy.move(bare, Database(databases.empty()))
    bare.dispose()


def test_a_move_wants_an_empty_target_and_an_idle_source(small: Database, databases: Databases) -> None:
    full = Database(databases.fresh())
    add_workspace(full)
    with pytest.raises(CannotCopy, check=says("rows in workspace already")):
        table_copy.move(small, full)
    with small.begin() as session:
        put(session, Outgoing(key="a", workspace_id=1, kind="risk", channel="C1", due_at=NOON), NOON)
        claim(session, NOON, limit=1, lease_seconds=60, owner="replica-1")
    target = Database(databases.empty())
    with pytest.raises(CannotCopy, check=says("replica-1 is sending")):
        table_copy.move(small, target)
    assert contents(target, EVERYTHING) == {table.name: [] for table in EVERYTHING}
    for database in (full, target):
        database.dispose()


@pytest.mark.slow
def test_a_long_ledger_streams(database: Database, databases: Databases) -> None:
    with database.begin() as session:
        rows = [{"workspace_id": 1, "slug": f"a{n}", "name": f"A{n}", "created_at": NOON} for n in range(2500)]
        session.execute(insert(schema.account), rows)
    heard: list[tuple[int, int]] = []
    out = io.BytesIO()
    export(database, out, NOON, lambda *at: heard.append(at))
    assert [at for at in heard if at[0] > 1] == [(1001, 2501), (2001, 2501), (2501, 2501)]
    target = Database(databases.fresh())
    restored = restore(target, io.BytesIO(out.getvalue()))
    assert restored["account"] == 2500
    upgrade(target)
    with target.reading() as session:
        assert session.execute(select(func.count()).select_from(schema.account)).scalar_one() == 2500
    target.dispose()


def test_outcomes_of_an_older_export_count_as_agreed_for_90_days(small: Database, databases: Databases) -> None:
    with small.begin() as session:
        ana = ledger.add(session, BOT, Entity.PERSON, NOON, account_id=1, name="Ana Ruiz", part="champion")
        for title, kind, by in (("A", "numeric", ana), ("B", "numeric", None), ("C", "statement", None)):
            values: dict[str, Any] = {"title": title, "kind": kind, "baseline_agreed_by": by, "retired_on": NOON.date()}
            ledger.add(session, BOT, Entity.OUTCOME, NOON, account_id=1, **values)
    lines = [json.loads(line) for line in exported(small).splitlines()]
    begins = lines.pop(0)
    del begins["rows"]["terms"]
    begins["schema"] = "0015"
    lines = [row for row in lines if row["table"] != "terms"]
    target = Database(databases.fresh())
    restore(target, [json.dumps(row).encode() for row in (begins, *lines)])
    with target.begin() as session:
        terms = schema.terms.c
        rows = session.execute(select(terms.title, terms.version, terms.agreed_by, terms.assumed_until)).all()
        retired = session.execute(select(schema.outcome.c.retire_agreed_on)).scalars().all()
        until = db_now(session).date() + timedelta(days=90)
    assert [tuple(row) for row in rows] == [("A", 1, ana, until), ("B", 1, None, None), ("C", 1, None, until)]
    assert retired == [NOON.date()] * 3
    target.dispose()
