"""Backing up while others write."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.store import ledger, schema
from bot.store.admin.backup import backup
from bot.store.admin.table_copy import CannotCopy
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.ledger import Author
from tests.support.databases import Databases
from tests.support.factory import NOON


@pytest.fixture
def databases(sqlite_template: Path, tmp_path: Path) -> Databases:
    """SQLite alone: PostgreSQL brings a tool of its own."""
    return Databases("sqlite", tmp_path, None, sqlite_template, [])


def add_account(database: Database, number: int) -> None:
    with database.begin() as session:
        ledger.add(
            session, Author(1, None, "test"), Entity.ACCOUNT, NOON,
            workspace_id=1, slug=f"a{number}", name=f"Account {number} " + "x" * 4000, created_at=NOON,
        )  # fmt: skip


def test_a_backup_is_one_moment_while_others_write(database: Database, tmp_path: Path) -> None:
    for number in range(50):
        add_account(database, number)
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        while not stop.is_set():
            written.append(50 + len(written))
            add_account(database, written[-1])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for turn in range(5):
            copy = tmp_path / f"copy{turn}.sqlite3"
            assert backup(database, copy) == copy.stat().st_size
            with closing(sqlite3.connect(copy)) as found:
                accounts, history, newest = found.execute(
                    "SELECT count(*), (SELECT count(*) FROM history), max(id) FROM account"
                ).fetchone()
            assert accounts == history == newest >= 50
    finally:
        stop.set()
        writer.join()
    assert written
    assert list(tmp_path.glob("*.part")) == []


def test_a_backup_is_used_as_it_is(database: Database, tmp_path: Path) -> None:
    add_account(database, 1)
    heard: list[tuple[int, int]] = []
    backup(database, tmp_path / "copy.sqlite3", lambda *at: heard.append(at))
    assert heard[-1][0] == heard[-1][1] > 0
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.sqlite3"]
    restored = Database(f"sqlite:///{tmp_path / 'copy.sqlite3'}")
    add_account(restored, 2)
    with restored.reading() as session:
        assert session.execute(select(func.count()).select_from(schema.account)).scalar_one() == 2
    restored.dispose()


def test_a_backup_never_replaces_a_file(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "copy.sqlite3"
    file.write_text("precious")
    with pytest.raises(CannotCopy):
        backup(database, file)
    assert file.read_text() == "precious"
