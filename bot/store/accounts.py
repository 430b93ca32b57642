"""Reads and writes accounts as rows: by id, by owner, and the words that find them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus, Stage, Tier
from bot.domain.model import Account
from bot.domain.values import slugs
from bot.store import account_spelling, account_terms, bulk, ledger, schema, serving
from bot.store.entities import Entity
from bot.store.ledger import Author
from bot.store.schema import account

_COLUMNS = [schema.account.c[field.name] for field in fields(Account)]
_MERGED = schema.account.alias("merged")
_INTO = (
    select(_MERGED.c.merged_into)
    .where(_MERGED.c.id == bindparam("wanted"), _MERGED.c.workspace_id == bindparam("workspace"))
    .scalar_subquery()
)
STAYS = func.coalesce(_INTO, bindparam("wanted"))
"""The account that the parameter `wanted` of `workspace` means: the one that it was merged into, if it was."""
_IN_WORKSPACE = select(*_COLUMNS).where(
    schema.account.c.id == STAYS, schema.account.c.workspace_id == bindparam("workspace")
)
_STILL_THERE = _IN_WORKSPACE.where(schema.account.c.taken_back_at.is_(None))

_LONGEST_BASE = 72  # room for a number behind it
_DEFAULTS = {"status": AccountStatus.CUSTOMER, "tier": Tier.HIGH_TOUCH, "stage": Stage.SETUP}


def in_workspace(session: Session, workspace_id: int, account_id: int) -> Account | None:
    """The account with this id, or the one that it was merged into; None where this workspace has none."""
    row = session.execute(_IN_WORKSPACE, {"wanted": account_id, "workspace": workspace_id}).one_or_none()
    return None if row is None else Account(*row)


def still_there(session: Session, workspace_id: int, account_id: int) -> Account | None:
    """As `in_workspace`, without an account that an undone import took back."""
    row = session.execute(_STILL_THERE, {"wanted": account_id, "workspace": workspace_id}).one_or_none()
    return None if row is None else Account(*row)


def by_ids(session: Session, workspace_id: int, account_ids: Iterable[int]) -> dict[int, Account]:
    """Those of these accounts that are of this workspace, by their ids, in one query."""
    ours = (account.c.workspace_id == workspace_id) & account.c.id.in_(set(account_ids))
    return {row.id: Account(*row) for row in session.execute(select(*_COLUMNS).where(ours))}


def names(session: Session, workspace_id: int, account_ids: Iterable[int]) -> dict[int, str]:
    """The names of those of these accounts that are of this workspace; nothing else of them is read."""
    table = schema.account
    ours = (table.c.workspace_id == workspace_id) & table.c.id.in_(set(account_ids))
    return {row.id: row.name for row in session.execute(select(table.c.id, table.c.name).where(ours))}


def of_claimed(session: Session, account_ids: Iterable[int]) -> dict[int, Account]:
    """The accounts of rows that the clock has claimed, by their ids, in one query."""
    ours = serving.is_served(session, account.c.workspace_id)
    rows = session.execute(select(*_COLUMNS).where(ours, account.c.id.in_(set(account_ids))))
    return {row.id: Account(*row) for row in rows}


def ids_of(session: Session, workspace_id: int, member_id: int) -> list[int]:
    """The accounts that this member owns or stands in for, customers only."""
    table = schema.account
    is_theirs = (table.c.owner_id == member_id) | (table.c.deputy_id == member_id)
    ours = (table.c.workspace_id == workspace_id) & is_theirs & (table.c.status == "customer")
    return list(session.execute(select(table.c.id).where(ours)).scalars())


def lock_name(session: Session, workspace_id: int, name: str) -> None:
    """Hold a name until the transaction ends, so that of two who add an account of this name one finds the other's.

    SQLite has one writer at a time and needs none.
    """
    if session.get_bind().dialect.name == "postgresql":
        # within: this reads no table
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"account:{workspace_id}:{name}", 0))))


def create(session: Session, by: Author, now: datetime, name: str, **values: Any) -> int:
    """Add an account with a slug of its own, the words it is found by and its stand-in contract; returns its id."""
    slug = free_slug(session, by.workspace_id, name)
    account_id = ledger.add(
        session, by, Entity.ACCOUNT, now, workspace_id=by.workspace_id, slug=slug, name=name, created_at=now, **values
    )
    account_terms.add_stand_ins(session, by, [(account_id, values)], now, are_new=True)
    index_words(session, by.workspace_id, account_id, name)
    return account_id


def create_many(
    session: Session,
    by: Author,
    now: datetime,
    rows: Sequence[Mapping[str, Any]],
    *,
    slugs_taken: Slugs,
    whys: Sequence[str],
) -> list[int]:
    """Add many accounts at once, each as by `create`; every row has a `name`. Returns their ids in order.

    `slugs_taken` are those of the workspace, and gets the new ones. A column that a row leaves out gets its default.
    """
    common = {"workspace_id": by.workspace_id, "created_at": now}
    complete = [{**row, **common, "slug": slugs_taken.free(row["name"])} for row in rows]
    columns = {name for row in complete for name in row}
    defaults = {name: _DEFAULTS.get(name) for name in columns}
    with ledger.together(session):
        ids = ledger.add_many(session, by, Entity.ACCOUNT, now, complete, whys=whys, defaults=defaults)
        account_terms.add_stand_ins(session, by, list(zip(ids, rows, strict=True)), now, whys=whys, are_new=True)
    words = {
        account_id: [word for word in slugs.search_words(row["name"]) if word]
        for account_id, row in zip(ids, rows, strict=True)
    }
    found_by = [
        {"workspace_id": by.workspace_id, "account_id": account_id, "word": word, "is_alias": False}
        for account_id, some in words.items()
        for word in some
    ]
    bulk.insert_all(session, schema.account_word, found_by)
    spelt = {
        account_id: [*row["slug"].split("-"), *(part for word in words[account_id] for part in word.split("-"))]
        for account_id, row in zip(ids, complete, strict=True)
    }
    account_spelling.index_new(session, by.workspace_id, spelt)
    return ids


class Slugs:
    """The slugs of a workspace, in memory, for many new accounts at once."""

    def __init__(self, session: Session, workspace_id: int) -> None:
        table = schema.account
        statement = select(table.c.slug).where(table.c.workspace_id == workspace_id)
        self._taken = set(session.execute(statement).scalars())
        self._next: dict[str, int] = {}

    def free(self, name: str) -> str:
        """A slug for `name` that no account has yet; it is taken from now on."""
        base = slugs.slug(name)[:_LONGEST_BASE] or "account"
        slug = base
        while slug in self._taken:
            number = self._next[base] = self._next.get(base, 1) + 1
            slug = f"{base}-{number}"
        self._taken.add(slug)
        return slug


def rename(session: Session, by: Author, of: Account, name: str, now: datetime) -> None:
    """Give an account another name, and a slug of it; the old name and slug keep finding it."""
    if name == of.name:
        return
    values: dict[str, Any] = {"name": name}
    if slugs.slug(name) != slugs.slug(of.name):
        values["slug"] = free_slug(session, of.workspace_id, name)
    ledger.change(session, by, Entity.ACCOUNT, of.id, now, **values)
    old = {slugs.slug(of.name), of.slug} if "slug" in values else set[str]()
    also_called(session, of.workspace_id, of.id, name, old)


def also_called(session: Session, workspace_id: int, account_id: int, name: str, old: Iterable[str]) -> None:
    """Have an account be found by its name, by the aliases that it has, and by these old names."""
    aliases = {*aliases_of(session, workspace_id, account_id), *old} - {""}
    index_words(session, workspace_id, account_id, name, tuple(sorted(aliases)))


def aliases_of(session: Session, workspace_id: int, account_id: int) -> list[str]:
    """The other names by which an account is found, as slugs."""
    table = schema.account_word
    theirs = (table.c.workspace_id == workspace_id) & (table.c.account_id == account_id) & table.c.is_alias
    return list(session.execute(select(table.c.word).where(theirs).order_by(table.c.word)).scalars())


def aliases_of_workspace(session: Session, workspace_id: int) -> list[tuple[int, str]]:
    """The other names by which accounts are found, as (account, slug)."""
    table = schema.account_word
    theirs = (table.c.workspace_id == workspace_id) & table.c.is_alias
    return [
        (row.account_id, row.word) for row in session.execute(select(table.c.account_id, table.c.word).where(theirs))
    ]


def slug_of(name: str) -> str:
    """The slug that a name has by itself, as searches and aliases write it."""
    return slugs.slug(name)


def free_slug(session: Session, workspace_id: int, name: str) -> str:
    """A slug for `name` that no account of the workspace has yet."""
    base = slugs.slug(name)[:_LONGEST_BASE] or "account"
    table = schema.account
    used_slugs = set(
        session.execute(
            select(table.c.slug).where(
                table.c.workspace_id == workspace_id, table.c.slug >= base, table.c.slug < base + "\U0010ffff"
            )
        ).scalars()
    )
    if base not in used_slugs:
        return base
    return next(slug for number in range(2, len(used_slugs) + 3) if (slug := f"{base}-{number}") not in used_slugs)


def index_words(
    session: Session, workspace_id: int, account_id: int, name: str, aliases: tuple[str, ...] | None = None
) -> None:
    """Replace the words of an account's name, and its aliases if any are given, and the letters it is spelt with."""
    table = schema.account_word
    stale = delete(table).where(table.c.workspace_id == workspace_id, table.c.account_id == account_id)
    session.execute(stale if aliases is not None else stale.where(~table.c.is_alias))
    rows = [
        {"workspace_id": workspace_id, "account_id": account_id, "word": word, "is_alias": alias}
        for alias, words in ((False, slugs.search_words(name)), (True, [slugs.slug(a) for a in aliases or ()]))
        for word in words
        if word
    ]
    if rows:
        session.execute(insert(table), rows)
    account_spelling.index(session, workspace_id, account_id)
