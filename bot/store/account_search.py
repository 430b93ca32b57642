"""Finds an account by what somebody typed: slug, alias, prefix, words, then closest spelling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, select, union_all
from sqlalchemy.orm import Session

from bot.domain.values import slugs
from bot.store.schema import account, account_word

_SHOWN = 8
_NEAREST = 3
_LOOKED_AT = 12
_CLOSE_ENOUGH = 80.0
_CLEARLY_CLOSER = 6.0
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Hit:
    id: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`hit` when it is clear which account is meant; else `choices`, or the `nearest` spellings of no match.

    `guessed` says that the spelling was not exact, so that a reader can see which account was taken.
    """

    hit: Hit | None = None
    choices: tuple[Hit, ...] = ()
    nearest: tuple[Hit, ...] = ()
    guessed: bool = False


def find(session: Session, workspace_id: int, typed: str) -> SearchResult:
    """The account that `typed` means in this workspace."""
    key = slugs.slug(typed)
    if not key:
        return SearchResult()
    for look in (_exact, _beginning, _words):
        matches = look(session, workspace_id, key)
        if len(matches) == 1:
            return SearchResult(hit=matches[0])
        if matches:
            return SearchResult(choices=tuple(matches[:_SHOWN]))
    return _closest(session, workspace_id, key)


def _hits(session: Session, statement: Select[Any]) -> list[Hit]:
    return [Hit(*row) for row in session.execute(statement)]


def _accounts(workspace_id: int) -> Select[Any]:
    return (
        select(account.c.id, account.c.slug, account.c.name)
        .where(account.c.workspace_id == workspace_id)
        .order_by(account.c.status, account.c.slug)
    )


_HIT = (account.c.id, account.c.slug, account.c.name)
# Built once, because every command asks it; two branches, as each has an index of its own.
_BY_SLUG_OR_ALIAS = union_all(
    select(*_HIT).where(account.c.workspace_id == bindparam("workspace"), account.c.slug == bindparam("key")),
    select(*_HIT)
    .join(account_word, account_word.c.account_id == account.c.id)
    .where(
        account_word.c.workspace_id == bindparam("workspace"),
        account_word.c.word == bindparam("key"),
        account_word.c.is_alias,
    ),
)


def _exact(session: Session, workspace_id: int, key: str) -> list[Hit]:
    matches = [Hit(*row) for row in session.execute(_BY_SLUG_OR_ALIAS, {"workspace": workspace_id, "key": key})]
    by_slug = [hit for hit in matches if hit.slug == key]
    return by_slug[:1] or sorted(matches, key=lambda hit: hit.slug)


def _beginning(session: Session, workspace_id: int, key: str) -> list[Hit]:
    return _hits(session, _accounts(workspace_id).where(_starts(account.c.slug, key)).limit(_SHOWN))


def _words(session: Session, workspace_id: int, key: str) -> list[Hit]:
    with_word = (
        select(account_word.c.account_id).where(
            account_word.c.workspace_id == workspace_id, _starts(account_word.c.word, word)
        )
        for word in key.split("-")
    )
    conditions = [account.c.id.in_(subquery) for subquery in with_word]
    return _hits(session, _accounts(workspace_id).where(*conditions).limit(_SHOWN))


def _starts(column: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    return and_(column >= prefix, column < prefix + _LAST)


def _closest(session: Session, workspace_id: int, key: str) -> SearchResult:
    """The nearest spellings, of the whole name or of one word of it; the nearest itself when nothing else is near."""
    from rapidfuzz import fuzz, process  # a megabyte that most bots seldom need

    account_by_id = {account.id: account for account in _hits(session, _accounts(workspace_id))}
    accounts = account_by_id.values()
    spellings = {(account.id, word): word for account in accounts for word in (account.slug, *account.slug.split("-"))}
    scores: dict[int, float] = {}
    for _, score, (account_id, _) in process.extract(key, spellings, scorer=fuzz.ratio, limit=_LOOKED_AT):
        scores[account_id] = max(score, scores.get(account_id, 0.0))
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked:
        return SearchResult()
    (best_id, best), runner_up = ranked[0], ranked[1][1] if len(ranked) > 1 else 0.0
    if best >= _CLOSE_ENOUGH and best - runner_up >= _CLEARLY_CLOSER:
        return SearchResult(hit=account_by_id[best_id], guessed=True)
    return SearchResult(nearest=tuple(account_by_id[account_id] for account_id, _ in ranked[:_NEAREST]))
