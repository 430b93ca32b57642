"""Writers of a SQLite file take turns: found by `make chaos`, where the clock's jobs kept the sender out."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.store import schema
from bot.store.engine import Database
from tests.support.databases import add_workspace

BUSY_SECONDS = 0.02


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    shutil.copyfile(sqlite_template, tmp_path / "turns.db")
    made = Database(f"sqlite:///{tmp_path / 'turns.db'}")
    yield made
    made.dispose()


def test_writers_that_never_rest_keep_nobody_out(file: Database) -> None:
    done = threading.Event()

    def never_rests() -> None:
        while not done.is_set():
            with file.begin() as session:
                session.execute(select(schema.workspace)).all()
                done.wait(BUSY_SECONDS)

    jobs = [threading.Thread(target=never_rests) for _ in range(3)]
    for job in jobs:
        job.start()
    longest = 0.0
    for number in range(12):
        started = time.monotonic()
        add_workspace(file, f"T{number}")
        longest = max(longest, time.monotonic() - started)
    done.set()
    for job in jobs:
        job.join()
    assert longest < 1


def test_a_transaction_that_fails_gives_its_turn_back(file: Database) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            fail(file)
    with file.session() as session:
        session.execute(select(schema.workspace)).all()  # left without a commit
    started = time.monotonic()
    assert add_workspace(file, "T1")
    assert time.monotonic() - started < 5


def fail(file: Database) -> None:
    with file.begin() as session:
        session.execute(select(schema.workspace)).all()
        raise ZeroDivisionError
