"""What a list of accounts was asked to show, as its buttons and menus carry it. Parsed and never trusted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from bot.domain.enums import Stage, Tier
from bot.store.account_list import NOT_NARROWED, Covered, Narrowed, Show, Sort

WINDOWS = (30, 60, 90, 120, 180, 365)
LONGEST_TEXT = 40
_PARTS = 10
_LARGEST_ID = 2**63 - 1
_MOST_PAGES = 10_000
_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class ListChoice:
    """`key` says whose accounts: a portfolio by its id, an owner by their Slack id, or `mine`; `page` counts from 0."""

    key: str
    show: Show = Show.NEEDS
    sort: Sort = Sort.WORST
    page: int = 0
    narrowed: Narrowed = NOT_NARROWED

    @property
    def value(self) -> str:
        """The choice in at most 150 characters, as an option carries it; `read` reads it."""
        by = self.narrowed
        words = (
            self.key,
            self.show,
            self.sort,
            self.page,
            by.owner_id,
            by.stage,
            by.tier,
            by.days,
            by.covered,
            by.text,
        )
        return "|".join("" if word is None else str(word) for word in words)

    @property
    def portfolio_id(self) -> int | None:
        """The portfolio that the list is of, if it is one's."""
        return _whole(self.key, _LARGEST_ID)

    def with_page(self, page: int) -> ListChoice:
        """The same list on another page."""
        return replace(self, page=page)

    def with_show(self, show: Show) -> ListChoice:
        """Another list, from its first page on."""
        return replace(self, show=show, page=0)

    def with_sort(self, sort: Sort) -> ListChoice:
        """The same list in another order, from its first page on."""
        return replace(self, sort=sort, page=0)

    @classmethod
    def read(cls, value: str) -> ListChoice:
        """The choice that a button carries; what cannot be read narrows nothing."""
        parts = value.split("|", _PARTS - 1)
        key, show, sort, page, owner, stage, tier, days, covered, text = [*parts, *[""] * (_PARTS - len(parts))]
        narrowed = Narrowed(
            _whole(owner, _LARGEST_ID),
            _word(Stage, stage),
            _word(Tier, tier),
            _whole(days, WINDOWS[-1]),
            _word(Covered, covered),
            text.strip()[:LONGEST_TEXT].strip(),
        )
        shown, sorted_by = _word(Show, show) or Show.NEEDS, _word(Sort, sort) or Sort.WORST
        return cls(key, shown, sorted_by, _whole(page, _MOST_PAGES) or 0, narrowed)


def _whole(text: str, most: int) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= most else None


def _word(words: type[_Word], text: str) -> _Word | None:
    return words(text) if text in list(words) else None
