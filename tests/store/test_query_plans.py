"""What runs again and again reads no table from one end to the other: not the jobs of the clock, not the sender."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, update

from bot.outbox import queue
from bot.rooms import with_pruning
from bot.store import references, schema
from bot.store.engine import Database
from tests.support.two_workspaces import NOW, fill

LATER = NOW + timedelta(days=40)
GROWING = {table.name for table in schema.metadata.sorted_tables} - {"workspace", "member", "portfolio", "set_aside"}
"""All tables but those that stay small."""


@pytest.fixture
def due(database: Database) -> Database:
    """A workspace in which every job of the clock finds something to do."""
    with database.begin() as session:
        fill(session, 1, "Ours")
        soon = {"next_prompt_at": NOW, "next_meeting_at": NOW + timedelta(hours=2), "active": True}
        session.execute(update(schema.cadence).values(soon))
        session.execute(update(schema.portfolio).values(next_digest_at=NOW))
    return database


@contextmanager
def explained(database: Database) -> Iterator[list[str]]:
    """The steps of SQLite's plans for all statements of the block that read a growing table from end to end.

    An index that holds only the rows that are due may be read whole.
    """
    scans: list[str] = []

    def explain(connection: object, cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            return
        steps = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()  # type: ignore[attr-defined]
        for step in (str(step[-1]) for step in steps):
            words = step.split()
            if words[0] == "SCAN" and words[1] in GROWING and "INDEX ix_" not in step:
                scans.append(f"{step} in {statement}")

    engines = set(database.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", explain)
    yield scans
    for engine in engines:
        event.remove(engine, "before_cursor_execute", explain)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # PostgreSQL scans what is small, whatever its indexes
@pytest.mark.parametrize("job", with_pruning(timedelta(days=31)), ids=lambda job: job.name)
def test_no_job_reads_a_whole_table(due: Database, job: object) -> None:
    with explained(due) as scans, due.begin() as session:
        job.do_one(session, LATER)  # type: ignore[attr-defined]
    assert scans == []


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_sender_reads_no_whole_table(due: Database) -> None:
    with due.begin() as session:
        for job in with_pruning(timedelta(days=31)):
            job.do_one(session, NOW)
    with explained(due) as scans, due.begin() as session:
        batch = queue.claim(session, LATER, limit=10, lease_seconds=60, owner="ours")
        assert batch.rows
        queue.rest(session, LATER, batch.at)
    assert scans == []


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_where_a_reference_stands_is_looked_up_by_the_reference(due: Database) -> None:
    """A card asks for it, so it must not walk through the accounts of the workspace."""
    steps: list[str] = []

    def explain(connection: object, cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[attr-defined]
        steps.extend(str(step[-1]) for step in plan.fetchall())

    with due.reading() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", explain)
        references.where_they_stand(session, 1, {"one", "two"})
    assert [step for step in steps if "ix_evidence_reference_key" in step]
    assert not [step for step in steps if "account" in step and "PRIMARY KEY" not in step and "evidence" not in step]
