"""Writers of a SQLite file take turns: found by `make chaos`, where the clock's jobs kept the sender out."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.store import schema
from bot.store.engine import Database
from bot.store.write_queue import Turnstile
from tests.support.factory import add_workspace
from tests.support.waiting import until


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    shutil.copyfile(sqlite_template, tmp_path / "turns.db")
    made = Database(f"sqlite:///{tmp_path / 'turns.db'}")
    yield made
    made.dispose()


def test_writers_go_first_come_first_served_and_one_that_never_rests_goes_last(file: Database) -> None:
    waiting = [threading.Thread(target=add_workspace, args=(file, f"T{number}")) for number in range(12)]
    with file.begin() as session:
        session.execute(select(schema.workspace)).all()
        for thread in waiting:
            queued = file.turnstile.waiting
            thread.start()
            until(lambda: file.turnstile.waiting > queued)  # noqa: B023 - it is asked before `queued` changes
    add_workspace(file, "never rests")
    for thread in waiting:
        thread.join()
    with file.reading() as session:
        order = session.execute(select(schema.workspace.c.team_id).order_by(schema.workspace.c.id)).scalars()
        assert list(order) == [*(f"T{number}" for number in range(12)), "never rests"]


def test_a_turn_is_handed_to_who_waits_and_not_left_to_who_is_quick() -> None:
    turns = Turnstile()
    assert turns.enter(0)
    got: list[bool] = []
    patient = threading.Thread(target=lambda: got.append(turns.enter(60)))
    patient.start()
    until(lambda: turns.waiting == 1)
    turns.leave()
    assert not turns.enter(0), "the turn was free for a moment"
    patient.join()
    assert got == [True]


def test_a_transaction_that_fails_gives_its_turn_back(file: Database) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            fail(file)
        assert_free(file)
    with file.session() as session:
        session.execute(select(schema.workspace)).all()  # left without a commit
    assert_free(file)
    assert add_workspace(file, "T1")


def fail(file: Database) -> None:
    with file.begin() as session:
        session.execute(select(schema.workspace)).all()
        raise ZeroDivisionError


def assert_free(file: Database) -> None:
    """Somebody who is not ready to wait gets a turn."""
    assert file.turnstile.enter(0)
    file.turnstile.leave()
