"""Keeps the letters by which a misspelt account is found: those of its handle, the words of its name, and its aliases.

They follow from other rows, so exports leave them out and a restore makes them anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.orm import Session

from bot.domain.values import slugs
from bot.store.schema import account, account_spelling, account_word

_AT_ONCE = 1_000
_COPY = "COPY account_spelling (workspace_id, letters, account_id) FROM STDIN"
_SPELT = (account.c.id, account.c.workspace_id, account.c.slug)
_INSERT = "INSERT INTO account_spelling (workspace_id, letters, account_id) VALUES (?, ?, ?)"


def index(session: Session, workspace_id: int, account_id: int) -> None:
    """Replace the letters of one account by those of what it is called now."""
    ours = (account_spelling.c.workspace_id == workspace_id) & (account_spelling.c.account_id == account_id)
    session.execute(delete(account_spelling).where(ours))
    row = select(*_SPELT).where(account.c.workspace_id == workspace_id, account.c.id == account_id)
    _add(session, session.execute(row).all())


def index_new(session: Session, workspace_id: int, words: Mapping[int, Sequence[str]]) -> None:
    """Write the letters of many accounts that are new, by the words of their slugs and names."""
    rows = (
        (workspace_id, letters, account_id) for account_id, some in words.items() for letters in slugs.letters(some)
    )
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        cursor: Any = connection.connection.cursor()
        with cursor, cursor.copy(_COPY) as copy:  # much quicker than INSERT
            for row in rows:
                copy.write_row(row)
        return
    values = sorted(rows)  # in the order of the key, which is how SQLite keeps them
    if values:
        connection.exec_driver_sql(_INSERT, values)


def index_all(session: Session) -> None:
    """Write the letters of all accounts into a database that has none."""
    last = 0
    while True:
        # all workspaces: a restore takes in whatever was exported
        page = select(*_SPELT).where(account.c.id > last).order_by(account.c.id).limit(_AT_ONCE)
        rows = session.execute(page).all()
        if not rows:
            return
        _add(session, rows)
        last = rows[-1].id


def _add(session: Session, accounts: Sequence[Row[int, int, str]]) -> None:
    words: dict[int, list[str]] = {row.id: row.slug.split("-") for row in accounts}
    # within: the accounts were reached by their workspace, or are all that there are
    theirs = select(account_word.c.account_id, account_word.c.word).where(account_word.c.account_id.in_(words))
    for account_id, word in session.execute(theirs):
        words[account_id] += word.split("-")
    rows = [
        {"workspace_id": row.workspace_id, "letters": letters, "account_id": row.id}
        for row in accounts
        for letters in slugs.letters(words[row.id])
    ]
    if rows:
        session.execute(insert(account_spelling), rows)
