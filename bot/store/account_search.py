"""Finds an account by what somebody typed: slug, alias, prefix, words, then closest spelling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, column, func, literal, select, union_all, values
from sqlalchemy.orm import Session

from bot.domain.values import slugs
from bot.store.schema import account, account_spelling, account_word

_SHOWN = 8
_NEAREST = 3
_LOOKED_AT = 12
_CLOSE_ENOUGH = 80.0
_CLEARLY_CLOSER = 6.0
_MOST_LETTERS = 30
_FEW = 2_500
_CANDIDATES = 400
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


def near(session: Session, workspace_id: int, name: str, *, but: int, limit: int = 5) -> list[Hit]:
    """The accounts whose name is near this one, the nearest first, without the account `but`."""
    from rapidfuzz import fuzz  # a megabyte that most bots seldom need

    key = slugs.slug(name)
    scored = [
        (max(fuzz.ratio(key, slugs.slug(hit.name)), fuzz.token_set_ratio(name.casefold(), hit.name.casefold())), hit)
        for hit in _spelt_alike(session, workspace_id, key)
        if hit.id != but
    ]
    close = sorted((pair for pair in scored if pair[0] >= _CLOSE_ENOUGH), key=lambda pair: (-pair[0], pair[1].slug))
    return [hit for _, hit in close[:limit]]


def _hits(session: Session, statement: Select[Any]) -> list[Hit]:
    return [Hit(*row) for row in session.execute(statement)]


def _accounts(workspace_id: int) -> Select[Any]:
    return (
        select(account.c.id, account.c.slug, account.c.name)
        .where(account.c.workspace_id == workspace_id, account.c.taken_back_at.is_(None))
        .order_by(account.c.status, account.c.slug)
    )


_HIT = (account.c.id, account.c.slug, account.c.name)
_NAMESAKE = account.alias("namesake")
# A second account of the same name has the first one's slug and a number: `birch-2`.
_NUMBERED = (_NAMESAKE.c.slug >= bindparam("key", type_=String) + "-") & (
    _NAMESAKE.c.slug < bindparam("key", type_=String) + "-:"
)
_OF_THE_SAME_NAME = (
    select(*(_NAMESAKE.c[column.name] for column in _HIT))
    .join(account, (account.c.workspace_id == _NAMESAKE.c.workspace_id) & (account.c.name == _NAMESAKE.c.name))
    .where(account.c.workspace_id == bindparam("workspace"), account.c.slug == bindparam("key"), _NUMBERED)
    .limit(_SHOWN)
    .subquery()
)
# Built once, because every command asks it; a branch for each index that it can use.
_BY_SLUG_OR_ALIAS = union_all(
    select(*_HIT).where(account.c.workspace_id == bindparam("workspace"), account.c.slug == bindparam("key")),
    select(*_HIT)
    .join(account_word, account_word.c.account_id == account.c.id)
    .where(
        account_word.c.workspace_id == bindparam("workspace"),
        account_word.c.word == bindparam("key"),
        account_word.c.is_alias,
    ),
    select(_OF_THE_SAME_NAME),
)


def _exact(session: Session, workspace_id: int, key: str) -> list[Hit]:
    matches = [Hit(*row) for row in session.execute(_BY_SLUG_OR_ALIAS, {"workspace": workspace_id, "key": key})]
    by_slug = [hit for hit in matches if hit.slug == key]
    if by_slug:
        namesakes = {hit.slug: hit for hit in matches if hit.name == by_slug[0].name and hit.slug != key}
        return [by_slug[0], *(namesakes[slug] for slug in sorted(namesakes))]
    return sorted(matches, key=lambda hit: hit.slug)


def _beginning(session: Session, workspace_id: int, key: str) -> list[Hit]:
    return _hits(session, _accounts(workspace_id).where(_starts(account.c.slug, key)).limit(_SHOWN))


def _with_ids(*ids: Select[int]) -> Select[Any]:
    """The accounts whose id each of these selects, of words that are of one workspace, has."""
    # within: the words hold the workspace; asked for it again, SQLite would go through all accounts of the workspace
    hits = select(*_HIT).where(*(account.c.id.in_(some) for some in ids))
    return hits.order_by(account.c.status, account.c.slug)


def _words(session: Session, workspace_id: int, key: str) -> list[Hit]:
    with_word = (
        select(account_word.c.account_id).where(
            account_word.c.workspace_id == workspace_id, _starts(account_word.c.word, word)
        )
        for word in key.split("-")
    )
    return _hits(session, _with_ids(*with_word).limit(_SHOWN))


def _starts(column: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    return and_(column >= prefix, column < prefix + _LAST)


def _closest(session: Session, workspace_id: int, key: str) -> SearchResult:
    """The nearest spellings, of the whole name or of one word of it; the nearest itself when nothing else is near."""
    from rapidfuzz import fuzz, process  # a megabyte that most bots seldom need

    alike = _spelt_alike(session, workspace_id, key) or _hits(session, _accounts(workspace_id).limit(_CANDIDATES))
    if not alike:
        return SearchResult()
    account_by_id = {hit.id: hit for hit in alike}
    spellings = {(hit.id, word): word for hit in account_by_id.values() for word in (hit.slug, *hit.slug.split("-"))}
    aliases = (
        select(account_word.c.account_id, account_word.c.word)
        .join(account, account.c.id == account_word.c.account_id)
        .where(account.c.workspace_id == workspace_id, account.c.id.in_(account_by_id), account_word.c.is_alias)
    )
    spellings |= {(row.account_id, row.word): row.word for row in session.execute(aliases)}
    scores: dict[int, float] = {}
    for _, score, (account_id, _) in process.extract(key, spellings, scorer=fuzz.ratio, limit=_LOOKED_AT):
        scores[account_id] = max(score, scores.get(account_id, 0.0))
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    (best_id, best), runner_up = ranked[0], ranked[1][1] if len(ranked) > 1 else 0.0
    if best >= _CLOSE_ENOUGH and best - runner_up >= _CLEARLY_CLOSER:
        return SearchResult(hit=account_by_id[best_id], guessed=True)
    return SearchResult(nearest=tuple(account_by_id[account_id] for account_id, _ in ranked[:_NEAREST]))


def _spelt_alike(session: Session, workspace_id: int, key: str) -> list[Hit]:
    """The accounts that have most of the letters of `key` in common with it, by its rarest letters.

    What every second account has tells them not apart and would be a scan: letters are taken, the rarest first, as long
    as they lead to few accounts in all.
    """
    letters = _rarest(session, workspace_id, slugs.letters(key.split("-"))[:_MOST_LETTERS])
    if not letters:
        return []
    spelling = account_spelling.c
    theirs = select(spelling.account_id).where(spelling.workspace_id == workspace_id, spelling.letters.in_(letters))
    few = theirs.limit(_FEW).subquery()
    many = func.count().label("many")
    ranked = select(few.c.account_id, many).group_by(few.c.account_id).order_by(many.desc(), few.c.account_id)
    common = ranked.limit(_CANDIDATES).subquery()
    return _hits(session, _accounts(workspace_id).join(common, common.c.account_id == account.c.id))


def _rarest(session: Session, workspace_id: int, letters: Sequence[str]) -> list[str]:
    """Of these letters the rarest, as long as they have at most `_FEW` accounts together; at least one, if any has an
    account."""
    asked = values(column("letters", String), name="asked").data([(three,) for three in letters]).cte("asked")
    spelling = account_spelling.c
    some = (
        select(literal(1))
        .where(spelling.workspace_id == workspace_id, spelling.letters == asked.c.letters)
        .limit(_FEW + 1)
        .correlate(asked)
        .subquery()
    )
    many = select(func.count()).select_from(some).scalar_subquery()
    rows = sorted((row.many, row.letters) for row in session.execute(select(asked.c.letters, many.label("many"))))
    rarest: list[str] = []
    total = 0
    for accounts, three in rows:
        total += accounts
        if total > _FEW and rarest:
            break
        if accounts:
            rarest.append(three)
    return rarest
