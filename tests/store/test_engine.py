"""The connections of the bot: each use has its own, a reader never writes, and who waits in Slack never waits long."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from sqlalchemy import func, insert, select, text

from bot.store import engine, members, schema
from bot.store.engine import AWAY, Database, Use, WriteRefusedError
from tests.support.databases import Postgres
from tests.support.factory import NOON, add_workspace
from tests.support.statements import statements

WORKSPACES = select(func.count()).select_from(schema.workspace)


@pytest.mark.parametrize("use", [Use.READS, Use.COMPOSING, Use.HEALTH])
def test_a_session_that_reads_refuses_to_write(database: Database, use: Use) -> None:
    new = insert(schema.workspace).values(team_id="T2", name="Other", created_at=NOON)
    for statement in (new, schema.workspace.update().values(name="Other"), schema.workspace.delete()):
        with database.reading(use) as session, pytest.raises(WriteRefusedError):
            session.execute(statement)


def test_a_snapshot_sees_one_moment_while_others_write(database: Database) -> None:
    with database.snapshot() as session:
        before = session.execute(WORKSPACES).scalar_one()
        add_workspace(database, "T2")
        assert session.execute(WORKSPACES).scalar_one() == before
    with database.reading() as session:
        assert session.execute(WORKSPACES).scalar_one() == before + 1


def test_readers_who_take_every_connection_leave_health_and_writers_theirs(database: Database) -> None:
    with ExitStack() as readers:
        for _ in range(2 * engine.PEOPLE_AT_ONCE):
            readers.enter_context(database.reading()).execute(WORKSPACES)
        with database.reading(Use.HEALTH) as session:
            assert session.execute(WORKSPACES).scalar_one() == 1
        add_workspace(database, "T2")
        with database.begin(hurried=True) as session:
            assert session.execute(WORKSPACES).scalar_one() == 2


def test_a_persons_write_gives_up_before_slack_does(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine.HURRIED_SECONDS < 3
    monkeypatch.setattr(engine, "HURRIED_SECONDS", 0.05)
    hurried = Database(database.url)
    lock = select(schema.workspace).with_for_update()
    with database.begin() as patient:
        patient.execute(lock)
        with pytest.raises(AWAY), hurried.begin(hurried=True) as session:
            session.execute(lock)
    with hurried.begin(hurried=True) as session:
        assert session.execute(lock).all()
    hurried.dispose()


def test_a_connection_that_the_server_closed_is_replaced_without_asking_it_first(postgres: Postgres) -> None:
    database = Database(postgres.url(postgres.create()))
    backend = text("SELECT pg_backend_pid()")
    with database.reading() as session:
        closed = session.execute(backend).scalar_one()
    with database.begin() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid, 60000)"), {"pid": closed})
    with statements(database, Use.READS) as sent, database.reading() as session:
        assert session.execute(backend).scalar_one() != closed
    assert len(sent) == 1
    database.dispose()


def test_a_list_of_any_length_is_one_parameter(database: Database) -> None:
    with database.begin() as session:
        session.execute(
            insert(schema.member), [{"workspace_id": 1, "name": f"Member {number}"} for number in range(1, 4)]
        )
    with statements(database, Use.READS) as sent, database.reading() as session:
        named = members.names(session, [1], range(1, 40_001))
        others = members.names(session, [2], range(1, 40_001))
    assert (named, others) == ({number: f"Member {number}" for number in range(1, 4)}, {})
    assert len([statement for statement in sent if not statement.startswith("BEGIN")]) == 2
