"""The lines of a digest's thread: accounts grouped by what is wrong with them, and pages that Slack takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.values.text import short
from bot.features.portfolios.phrases import PortfolioPhrase
from bot.phrases import say

TEXT = 220
MOST_LINES = 2_000
"""More lines than fit on all pages of a thread."""
_NAMES_A_LINE = 25
_BLOCK_COST = 2_000
_PAGE_COST = 8_000
_PAGES = 8
MOST_NAMES = _PAGES * _PAGE_COST // 4
"""More names than fit on all pages of a thread."""


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One line. `mark` says which sign stands before it; `names` lead, `more` counts those left out.

    Marks: high, medium, low (an account in danger), broken, proven, renewal, silent, theatre, forgotten.
    """

    mark: str
    label: str
    names: tuple[str, ...]
    more: int
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines of the thread under a title; a title that goes on has none."""

    title: str
    lines: tuple[DigestLine, ...]


def block_from_json(stored: Mapping[str, Any]) -> Block:
    """The block that was stored as plain values."""
    lines = (DigestLine(**{**line, "names": tuple(line["names"])}) for line in stored["lines"])
    return Block(stored["title"], tuple(lines))


@dataclass(slots=True)
class Group:
    """The accounts with the same facts; `alone` is the text of the first of them, for when there is no other."""

    mark: str
    facts: tuple[str, ...]
    alone: str
    accounts: int = 0
    names: list[str] = field(default_factory=list)


class Groups:
    """Accounts in danger by their mark and facts, in the order in which the groups appear.

    Of the first `most` groups up to `most_names` names are held; of the others only how many accounts they have.
    """

    def __init__(self, most: int, most_names: int) -> None:
        self._most, self._most_names = most, most_names
        self._groups: dict[tuple[str, tuple[str, ...]], Group] = {}
        self._further: dict[int, int] = {}

    @property
    def groups(self) -> list[Group]:
        """The groups that are held."""
        return list(self._groups.values())

    def add(self, mark: str, facts: tuple[str, ...], name: str, alone: Callable[[], str]) -> None:
        """Take in one account; `alone` words it, and is called only for the first account of a group."""
        key = (mark, facts)
        group = self._groups.get(key)
        if group is None:
            if len(self._groups) >= self._most:
                self._further[hash(key)] = self._further.get(hash(key), 0) + 1
                return
            group = self._groups[key] = Group(mark, facts, alone())
        group.accounts += 1
        if len(group.names) < self._most_names:
            group.names.append(name)

    def lines(self) -> Iterator[DigestLine]:
        """The lines of the groups that are held: accounts with exactly the same facts share theirs."""
        for group in self._groups.values():
            if group.accounts == 1:
                yield DigestLine(group.mark, "", tuple(group.names), 0, group.alone)
                continue
            what = say(PortfolioPhrase.COUNTED, what=row_of(group.facts), many=group.accounts)
            yield DigestLine(group.mark, what, (), 0, "")
            yield from names_only(group.names)

    @property
    def hidden(self) -> int:
        """How many lines the accounts take that `lines` does not have."""
        further = sum(1 if accounts == 1 else 1 + _lines_of(accounts) for accounts in self._further.values())
        return further + sum(_lines_of(group.accounts) - _lines_of(len(group.names)) for group in self.groups)


def row_of(facts: Sequence[str]) -> str:
    """Facts on one line."""
    return "; ".join(short(fact, TEXT) for fact in facts)


def names_only(names: Sequence[str]) -> Iterator[DigestLine]:
    """Lines of nothing but names."""
    for start in range(0, len(names), _NAMES_A_LINE):
        yield DigestLine("", "", tuple(names[start : start + _NAMES_A_LINE]), 0, "")


def _lines_of(names: int) -> int:
    return -(-names // _NAMES_A_LINE)


def paged(blocks: Iterable[Block]) -> tuple[tuple[tuple[Block, ...], ...], int]:
    """The blocks on pages that Slack takes, and how many lines do not fit on the last of them."""
    pages: list[list[Block]] = []
    room, left = 0, 0
    for block in blocks:
        title = block.title
        for piece in _pieces(block.lines):
            cost = sum(map(_cost, piece))
            if cost > room:
                pages.append([])
                room = _PAGE_COST
            room -= cost
            if len(pages) > _PAGES:
                left += len(piece)
                continue
            pages[-1].append(Block(title, tuple(piece)))
            title = ""
    return tuple(tuple(page) for page in pages[:_PAGES]), left


def _pieces(lines: Iterable[DigestLine]) -> Iterator[list[DigestLine]]:
    """The lines in pieces that each fit one section."""
    piece: list[DigestLine] = []
    room = _BLOCK_COST
    for line in lines:
        cost = _cost(line)
        if piece and cost > room:
            yield piece
            piece, room = [], _BLOCK_COST
        piece.append(line)
        room -= cost
    if piece:
        yield piece


def _cost(line: DigestLine) -> int:
    """The characters that a line takes in JSON, where one beyond ASCII counts six."""
    return len(json.dumps([line.label, *line.names, line.text])) + 30
