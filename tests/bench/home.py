"""App Home of somebody who owns 20,000 accounts and manages their portfolio, beside that of 200 accounts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from sqlalchemy import update

from bot.app.actor import Actor
from bot.features.home import home as app_home
from bot.features.portfolios import digest
from bot.store import members, schema
from bot.store.engine import Database
from tests.bench.digest import look
from tests.bench.filling import NOW, OWNER, fill
from tests.bench.measuring import Side, in_turns, statements_of
from tests.bench.registry import Figure, Run, bounded, compared

_SMALL = 200
_OUTCOMES = 3


def home(run: Run) -> Iterable[Figure]:
    """The view of its first page: clock time, processor time, and the statements it takes."""
    large = run.size(20_000, 4_000)
    for dialect in ("sqlite", "postgresql"):
        databases = {size: filled(run, dialect, size) for size in (_SMALL, large)}
        sides = {str(size): Side(partial(show, database), database) for size, database in databases.items()}
        took = in_turns(sides, run.size(15, 7))
        small, big = took[str(_SMALL)], took[str(large)]
        against = f"no baseline; {large:,} accounts, owned and managed"
        yield bounded(f"home_{dialect}", big.wall * 1e3, "ms", against, most=300)
        yield compared(
            f"home_cpu_{dialect}", big.cpu * 1e3, small.cpu * 1e3, "ms CPU", f"the same with {_SMALL} accounts"
        )
        asked = {size: statements_of(database, partial(show, database)) for size, database in databases.items()}
        more = f"{asked[_SMALL]} statements with {_SMALL} accounts; more with {large:,}"
        yield bounded(f"home_statements_growth_{dialect}", asked[large] - asked[_SMALL], "statements", more, most=0)
        for database in databases.values():
            database.dispose()


def filled(run: Run, dialect: str, accounts: int) -> Database:
    """A ledger whose accounts all belong to one owner and are assessed; its digest is there."""
    database = run.fresh(dialect)
    fill(database, accounts, outcomes=_OUTCOMES)
    with database.begin() as session:
        session.execute(update(schema.account).values(owner_id=1))
        session.execute(update(schema.portfolio).values(next_digest_at=NOW))
    look(database, accounts)
    with database.begin() as session:
        assert digest.open_due_digest(session, NOW)
    return database


def show(database: Database, at: Database | None = None) -> None:
    """Make the view of the owner's Home."""
    with (at or database).reading() as session:
        member = members.by_slack_id(session, 1, OWNER)
        assert member is not None
        assert app_home.home(session, Actor(member, "bench"), NOW).accounts
