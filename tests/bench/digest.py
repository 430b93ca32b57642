"""The weekly digest of portfolios of a thousand, ten thousand and a hundred thousand accounts, ten outcomes each.

It is opened by the use case that the clock calls, to its last row in the outbox. The clock has looked at every account
since it last changed, and kept its summary, as is usual; a cold digest works everything out from the evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select, update

from bot.app.assessments import assess_now
from bot.domain.portfolio.book import SCALE, Book
from bot.features.portfolios import account_summaries
from bot.features.portfolios import digest as portfolio_digest
from bot.store import proof_state, schema
from bot.store.engine import Database
from bot.store.types import as_json
from tests.bench.filling import NOW, fill
from tests.bench.measuring import Spent, spent
from tests.bench.processes import Program
from tests.bench.registry import Figure, Run, bounded, compared
from tests.support.statements import statements

_OUTCOMES = 10
_COLD_SECONDS = 900.0
"""Longer than a hundred thousand accounts take on a slow machine."""
_AT_ONCE = 200


def digest(run: Run) -> Iterable[Figure]:
    """Seconds and queries by size, on SQLite, where all of the work is in one thread; and the largest on PostgreSQL."""
    sizes = (1_000, 10_000) if run.quick else (1_000, 10_000, 100_000)
    before: tuple[int, Spent] | None = None
    queries: set[int] = set()
    for accounts in sizes:
        database = _filled(run, "sqlite", accounts)
        took, asked = _third(database)
        queries.add(asked)
        at_most = 1.0 if accounts == 10_000 else None
        what = f"no baseline; {accounts:,} accounts, {accounts * _OUTCOMES:,} outcomes"
        yield bounded(f"digest_{accounts}", took.cpu, "s CPU", what, most=at_most)
        if before is not None:
            smaller, less = before
            each, was = took.cpu / accounts * 1e6, less.cpu / smaller * 1e6
            against = f"the same with {smaller:,} accounts"
            yield compared(f"digest_each_of_{accounts}", each, was, "µs CPU an account", against, most=1.5)
        before = accounts, took
        database.dispose()
    spread = float(max(queries) - min(queries))
    against = f"{min(queries)} queries at {sizes[0]:,} accounts; more at {sizes[-1]:,}"
    yield bounded("digest_queries_growth", spread, "queries", against, most=0)
    database = _filled(run, "postgresql", 10_000)
    took, _ = _third(database)
    database.dispose()
    what = "no baseline; the server's share is in it; 10,000 accounts, 100,000 outcomes"
    yield bounded("digest_10000_postgresql", took.cpu, "s CPU", what, most=1.0)
    for dialect, accounts in (("sqlite", sizes[-1]), ("postgresql", run.size(20_000, 5_000))):
        yield from _cold(run, dialect, accounts)


def _filled(run: Run, dialect: str, accounts: int) -> Database:
    database = run.fresh(dialect)
    fill(database, accounts, outcomes=_OUTCOMES)
    look(database, accounts)
    return database


def look(database: Database, accounts: int) -> None:
    """Keep every account's brief, as the clock's look does, without following its dangers as risks."""
    for start in range(1, accounts + 1, _AT_ONCE):
        with database.begin() as session:
            states = proof_state.load_many(session, [1], range(start, start + _AT_ONCE))
            account_summaries.keep(session, [assess_now(state, NOW) for state in states])


def _third(database: Database) -> tuple[Spent, int]:
    """The best of three digests, each compared with the same one of last week, and how many queries one takes."""
    _open_last_week(database)
    _open(database)
    with statements(database) as sent:
        took = [spent(lambda: _open(database), database) for _ in range(3)]
    asked = sum("outbox" not in statement for statement in sent)
    return Spent(min(one.wall for one in took), min(one.cpu for one in took)), asked // 3


def _open(database: Database) -> None:
    """Open the digest that is due, to the last row in the outbox, and take it back."""
    with database.session() as session:
        assert portfolio_digest.open_due_digest(session, NOW)
        session.rollback()


def _open_last_week(database: Database) -> None:
    """Last week every twentieth outcome that has credit now had none, so that there is something to tell."""
    last_week = NOW - timedelta(days=7)
    portfolio, opened = schema.portfolio, schema.digest
    with database.begin() as session:
        session.execute(update(portfolio).values(next_digest_at=last_week))
    with database.begin() as session:
        assert portfolio_digest.open_due_digest(session, last_week)
    with database.begin() as session:
        figures = as_json(session.execute(select(opened.c.figures)).scalar_one())
        figures["kept"]["book"] = _with_less(Book.from_json(figures["kept"]["book"])).as_json()
        session.execute(update(opened).values(figures=figures))
        session.execute(update(portfolio).values(next_digest_at=NOW))


def _with_less(book: Book) -> Book:
    less, number = Book(), 0
    for row in book.rows():
        credited: dict[int, tuple[Decimal, int]] = {}
        for outcome_id, mark in book.marks_of(row).items():
            if mark.credit:
                number += 1
                if number % 20:
                    credited[outcome_id] = Decimal(mark.credit) / SCALE, mark.proof
        states = "".join(mark.state for mark in book.marks_of(row).values())
        less.add(row.account_id, (row.arr_minor, row.currency), row.outcomes, states, credited)
    return less


def _cold(run: Run, dialect: str, accounts: int) -> Iterator[Figure]:
    """The first digest of accounts that nobody has looked at, in a process of its own."""
    database = run.fresh(dialect)
    fill(database, accounts, outcomes=_OUTCOMES)
    with database.begin() as session:
        session.execute(update(schema.portfolio).values(next_digest_at=NOW))
    url = database.url.render_as_string(hide_password=False)
    log, patience = run.directory / "cold.log", _COLD_SECONDS
    with Program(("-m", "tests.bench.cold", url), {}, "ready", log, patience) as program:
        took = program.result()
    database.dispose()
    name, what = f"digest_cold_{accounts}_{dialect}", f"no baseline; {accounts:,} accounts without a summary"
    yield bounded(name, took["cpu"], "s CPU", f"{what}; of our process alone")
    yield bounded(f"{name}_longest_write", took["longest"], "s", f"{what}; the longest transaction", most=1)
    yield bounded(f"{name}_memory", took["peak"] / 1e6, "MB", f"{what}; the most held, imports included", most=300)
