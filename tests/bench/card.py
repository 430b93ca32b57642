"""The card of one account among a thousand and among a hundred thousand: what a reader waits for must not grow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from bot.app import accounts as app_accounts
from bot.app.actor import Actor
from bot.features.accounts import card as account_card
from bot.store import members
from bot.store.engine import Database
from tests.bench.filling import NOW, OWNER, fill
from tests.bench.measuring import Side, in_turns, statements_of
from tests.bench.registry import Figure, Run, bounded, compared

_SMALL = 1_000
_OUTCOMES = 3


def card(run: Run) -> Iterable[Figure]:
    """Find an account by its name, load and assess it; and find one that is spelt wrong."""
    large = run.size(100_000, 10_000)
    for dialect in ("sqlite", "postgresql"):
        databases = {accounts: _filled(run, dialect, accounts) for accounts in (_SMALL, large)}
        sides = {str(size): Side(_ask(database, size), database) for size, database in databases.items()}
        took = in_turns(sides, run.size(15, 7))
        small, big = took[str(_SMALL)], took[str(large)]
        against = f"the same among {_SMALL:,} accounts; here among {large:,}"
        ours, theirs = big.cpu * 1e3 / _MANY, small.cpu * 1e3 / _MANY
        yield compared(f"card_{dialect}", ours, theirs, "ms CPU", against, most=1.3)
        misspelt = in_turns({"it": Side(partial(_find, databases[large], "custmer 1234"))}, 9)["it"]
        what = f"no baseline; among {large:,} accounts"
        yield bounded(f"find_misspelt_{dialect}", misspelt.wall * 1e3, "ms", what, most=50)
        asked = statements_of(databases[large], partial(_show, databases[large], "customer 77"))
        yield bounded(f"card_statements_{dialect}", asked, "statements", "no baseline", most=6)
        for database in databases.values():
            database.dispose()


_MANY = 40


def _filled(run: Run, dialect: str, accounts: int) -> Database:
    database = run.fresh(dialect)
    fill(database, accounts, outcomes=_OUTCOMES, spelling=True)
    return database


def _ask(database: Database, accounts: int) -> Callable[[], None]:
    """Cards of accounts that lie all over the ledger, other ones at every call."""
    turn = 0

    def ask() -> None:
        nonlocal turn
        for number in range(_MANY):
            _show(database, f"customer {1 + (turn * _MANY + number) * 7919 % accounts}")
        turn += 1

    return ask


def _show(database: Database, typed: str) -> None:
    actor = _actor(database)
    with database.reading() as session:
        hit = app_accounts.find(session, actor, typed).hit
        assert hit is not None
        account_card.card(session, actor, hit.id, NOW)


def _find(database: Database, typed: str) -> None:
    with database.reading() as session:
        assert app_accounts.find(session, _actor(database), typed).nearest


def _actor(database: Database) -> Actor:
    with database.reading() as session:
        member = members.by_slack_id(session, 1, OWNER)
    assert member is not None
    return Actor(member, "bench")
