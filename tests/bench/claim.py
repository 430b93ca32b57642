"""Opening 500 due prompts among a thousand cadences and among a million: only what is due may cost anything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from itertools import count

from sqlalchemy import text

from bot.features.meetings import prompts
from bot.store.engine import Database
from tests.bench.filling import NOW, fill
from tests.bench.measuring import Spent, middle, spent
from tests.bench.registry import Figure, Run, compared

DUE = 500
_SMALL = 1_000
_numbers = count(1)


def claim(run: Run) -> Iterable[Figure]:
    """From "500 are due" to "500 prompts with their messages are committed", on both databases."""
    large = run.size(1_000_000, 100_000)
    for dialect in ("sqlite", "postgresql"):
        databases = {size: _filled(run, dialect, size) for size in (_SMALL, large)}
        took: dict[int, list[Spent]] = {size: [] for size in databases}
        for number in range(run.size(8, 5)):
            for size in sorted(databases, reverse=bool(number % 2)):
                make_due(databases[size], size)
                took[size].append(spent(partial(open_all, databases[size]), databases[size]))
        small, big = (middle(took[size][1:]) for size in (_SMALL, large))
        against = f"the same among {_SMALL:,} cadences; here among {large:,}"
        yield compared(f"claim_500_{dialect}", big.cpu * 1e3, small.cpu * 1e3, "ms CPU", against, most=2.5)
        for database in databases.values():
            database.dispose()


def _filled(run: Run, dialect: str, accounts: int) -> Database:
    database = run.fresh(dialect)
    fill(database, accounts, cadences=True)
    return database


def make_due(database: Database, cadences: int, due: int = DUE) -> None:
    """Let `due` cadences that lie all over the table be due now; each for a meeting that it has not had yet."""
    number = next(_numbers)
    meeting = NOW + timedelta(hours=20, seconds=number)
    stride = cadences // due
    statement = text("UPDATE cadence SET next_prompt_at = :due, next_meeting_at = :meeting WHERE id % :stride = :turn")
    values = {"due": NOW - timedelta(minutes=1), "meeting": meeting, "stride": stride, "turn": number % stride}
    if database.dialect == "sqlite":
        values |= {name: f"{values[name]:%Y-%m-%d %H:%M:%S.%f}" for name in ("due", "meeting")}
    with database.engine.begin() as connection:
        connection.execute(statement, values)


def open_all(database: Database) -> None:
    """Open everything that is due, a batch a transaction."""
    while True:
        with database.begin() as session:
            if not prompts.open_due_prompts(session, NOW):
                return
