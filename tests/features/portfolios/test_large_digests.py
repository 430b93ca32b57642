"""The digest of a large portfolio: no long transaction, no list of all its accounts, and still once."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from sqlalchemy import event, select, update

from bot.features.portfolios import account_summaries, digest
from bot.features.portfolios import queries as portfolio_queries
from bot.store import schema
from bot.store.engine import Database, Use
from bot.store.schema.outbox import outbox
from tests.bench.digest import look
from tests.bench.filling import NOW, fill
from tests.support.databases import Databases

BATCH = 20
ACCOUNTS = 5 * BATCH


@pytest.fixture
def empty(databases: Databases) -> Iterator[Database]:
    """A migrated database without a workspace."""
    database = Database(databases.fresh())
    yield database
    database.dispose()


@pytest.fixture
def large(empty: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A portfolio of five batches, none of whose accounts has a summary; its digest is due."""
    monkeypatch.setattr(account_summaries, "BATCH", BATCH)
    monkeypatch.setattr(digest, "BATCH", BATCH)
    return filled(empty, ACCOUNTS)


def filled(database: Database, accounts: int, outcomes: int = 3) -> Database:
    fill(database, accounts, outcomes=outcomes)
    with database.begin() as session:
        session.execute(update(schema.portfolio).values(next_digest_at=NOW))
    return database


def open_one(database: Database) -> bool:
    with database.begin() as session:
        return digest.open_due_digest(session, NOW)


def digests(database: Database) -> int:
    with database.reading() as session:
        return len(session.execute(select(outbox.c.key).where(outbox.c.kind == "digest")).all())


@contextmanager
def rows_written(database: Database) -> Iterator[list[int]]:
    """The rows that the block's statements insert or update, a number a statement."""
    rows: list[int] = []

    def keep(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if statement.startswith(("INSERT", "UPDATE")):
            rows.append(len(parameters) if isinstance(parameters, list) else 1)

    event.listen(database.engine, "before_cursor_execute", keep)
    yield rows
    event.remove(database.engine, "before_cursor_execute", keep)


def test_a_cold_digest_is_opened_after_its_summaries_were_kept_in_short_transactions(large: Database) -> None:
    transactions = 0
    while digests(large) == 0:
        with rows_written(large) as rows:
            assert open_one(large)
        transactions += 1
        assert sum(rows) <= 2 * BATCH
    assert transactions == ACCOUNTS // BATCH
    assert not open_one(large)


def test_a_cold_digest_says_what_a_warm_one_says(large: Database, databases: Databases) -> None:
    warm = filled(Database(databases.fresh()), ACCOUNTS)
    look(warm, ACCOUNTS)
    said = []
    for database in (large, warm):
        while open_one(database):
            pass
        with database.reading() as session:
            said.append(portfolio_queries.latest(session, 1, [1])[1].figures)
    warm.dispose()
    assert said[0] == said[1]


def test_a_digest_is_worked_out_before_anything_is_written(large: Database) -> None:
    """On SQLite nobody else could write meanwhile; on PostgreSQL a portfolio would be locked."""
    look(large, ACCOUNTS)
    sent: list[str] = []
    for use, engine in large.engines.items():
        event.listen(engine, "before_cursor_execute", lambda *_args, use=use: sent.append(use))
    assert open_one(large)
    writing = sent.index(Use.BACKGROUND)
    assert sent[:writing].count(Use.COMPOSING) > 5
    assert Use.COMPOSING not in sent[writing:]
    assert digests(large) == 1


def test_two_replicas_open_one_cold_digest(large: Database) -> None:
    def work() -> None:
        while open_one(large):
            pass

    replicas = [Thread(target=work) for _ in range(2)]
    for replica in replicas:
        replica.start()
    for replica in replicas:
        replica.join()
    while open_one(large):
        pass
    assert digests(large) == 1


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_accounts_that_somebody_writes_just_now_are_left_for_later(large: Database) -> None:
    due = schema.account_due
    with large.begin() as somebody:
        somebody.execute(select(due.c.account_id).with_for_update()).all()
        assert not open_one(large)
    assert open_one(large)


def test_a_summary_that_holds_no_longer_than_now_does_not_keep_the_digest_waiting(
    large: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_summaries, "good_until", lambda assessment: assessment.now)
    assert open_one(large)
    assert digests(large) == 1


@pytest.mark.slow
def test_memory_hardly_grows_with_the_portfolio(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_summaries, "BATCH", 100)
    monkeypatch.setattr(digest, "BATCH", 100)

    def peak(accounts: int) -> int:
        database = filled(Database(databases.fresh()), accounts, 1)
        gc.collect()
        tracemalloc.start()
        try:
            while open_one(database):
                gc.collect()  # when the collector runs by itself depends on what ran before in this process
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            database.dispose()

    peak(250)  # imports, templates and statements, compiled for whole batches and parts, are not of the portfolio
    grown = peak(600) - peak(200)
    assert grown / 400 < 2_000, "bytes an account; one that is held with its evidence takes ten thousand"
