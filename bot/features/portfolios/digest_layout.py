"""Puts a portfolio's digest into lines: what stands before the fold, and what follows in the thread.

The head is the name, one line of coverage and at most `HEAD_LINES` more: accounts in danger, worst first, those with
the same fact on one line; then one line each for what broke, what was proven, renewals, silence, theatre and forgotten
promises. The thread has everything that the head only counts, on pages that keep well below Slack's limits, however
many accounts there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from bot.domain.model import Account
from bot.domain.portfolio.digest import CoverageChange, Digest, Trouble
from bot.domain.portfolio.digest import Line as DigestFact
from bot.domain.values.text import day, percent, plural, short
from bot.features.portfolios.account_summaries import AccountSummaries
from bot.phrases import phrase

HEAD_LINES = 10
_NAMED = 3
_NAMES_A_LINE = 25
_NAME = 48
_TEXT = 220
_BLOCK_COST = 2_000
_PAGE_COST = 8_000
_PAGES = 8


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


@dataclass(frozen=True, slots=True)
class Share:
    """How much of something is proven: `41%` of `2.6 M EUR`, `change` such as `+3 points` or empty."""

    percent: str
    of: str
    change: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A portfolio, or an owner's accounts, in lines. `pages` is the thread; `left` counts the lines it leaves out.

    `first` says that there is no earlier digest to compare with.
    """

    accounts: int
    outcomes: int
    proven: int
    by_arr: tuple[Share, ...]
    by_count: Share
    unknown_arr: int
    in_danger: int
    first: bool
    unchanged: bool
    head: tuple[DigestLine, ...]
    pages: tuple[tuple[Block, ...], ...]
    left: int

    def as_json(self) -> dict[str, Any]:
        """The summary as plain values, to be kept with the digest."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Summary:
        """The summary of `as_json`."""
        shares = tuple(Share(**share) for share in stored["by_arr"])
        pages = tuple(
            tuple(Block(block["title"], _lines(block["lines"])) for block in page) for page in stored["pages"]
        )
        plain = {name: stored[name] for name in ("accounts", "outcomes", "proven", "unknown_arr", "in_danger", "left")}
        flags = {name: stored[name] for name in ("first", "unchanged")}
        return cls(
            by_arr=shares,
            by_count=Share(**stored["by_count"]),
            head=_lines(stored["head"]),
            pages=pages,
            **plain,
            **flags,
        )


def summarise(
    digest: Digest, summaries: AccountSummaries, room: int = HEAD_LINES, more: Sequence[Block] = ()
) -> Summary:
    """The lines of a digest; `of` is what it was composed of, and `room` the lines before the fold.

    `more` follows everything else on the pages.
    """
    lookup = _Lookup.of(summaries)
    news = [*_news(digest, lookup)]
    all_danger_lines = _dangers(digest, lookup)
    danger_lines = _fitted(all_danger_lines, max(2, room - len(news)))
    every_fact_shown = danger_lines == all_danger_lines and all(
        len(_distinct_facts(trouble)) == 1 for trouble in digest.worst
    )
    nothing_left_out = every_fact_shown and not any(line.more for line in all_danger_lines)
    pages, left = _paged(
        [*([] if nothing_left_out else _all_dangers(digest, lookup)), *_all_news(digest, lookup), *more]
    )
    coverage = digest.coverage
    shares = zip(digest.by_arr, coverage.by_arr, strict=True)
    return Summary(
        accounts=coverage.accounts,
        outcomes=coverage.outcomes,
        proven=coverage.proven,
        by_arr=tuple(_share(change, str(share.arr)) for change, share in shares),
        by_count=_share(digest.by_count, ""),
        unknown_arr=coverage.unknown_arr,
        in_danger=len(digest.worst),
        first=digest.first,
        unchanged=digest.nothing_changed,
        head=(*danger_lines, *news),
        pages=pages,
        left=left,
    )


@dataclass(frozen=True, slots=True)
class _Lookup:
    """What the digest does not hold itself: marks and owners by account, names of members by id."""

    marks: dict[int, str]
    owners: dict[int, str]
    members: Mapping[int, str]

    @classmethod
    def of(cls, summaries: AccountSummaries) -> _Lookup:
        """The lookup for these accounts."""
        marks = {
            summary.account.id: summary.dangers[0].severity.name.lower()
            for summary in summaries.accounts
            if summary.dangers
        }
        owners = {
            summary.account.id: summaries.names.get(summary.account.owner_id or 0, "") for summary in summaries.accounts
        }
        return cls(marks, owners, summaries.names)

    def fact(self, trouble: Trouble, facts: Sequence[str]) -> str:
        """What is wrong with one account, how much more there is, and who owns it."""
        more = len(_distinct_facts(trouble)) - len(facts)
        text = _row(facts) + (f" (and {more} more)" if more else "")
        owner = self.owners[trouble.account.id]
        return f"{text} · {short(owner, _NAME)}" if owner and owner not in text else text


def _distinct_facts(trouble: Trouble) -> tuple[str, ...]:
    """The facts, without one that repeats another: `Renews on 3 May: nobody has written …`; renewals have own lines."""
    facts = [phrase(fact) for fact in trouble.facts]
    folded = [fact.casefold() for fact in facts]
    pairs = zip(facts, folded, strict=True)
    return tuple(fact for fact, low in pairs if not any(other in low != other for other in folded))


def _row(facts: Sequence[str]) -> str:
    return "; ".join(short(fact, _TEXT) for fact in facts)


def _name(account: Account) -> str:
    return short(account.name, _NAME)


def _dangers(digest: Digest, lookup: _Lookup) -> list[DigestLine]:
    """Accounts in danger by their worst fact, one line for those that share it, worst first."""
    groups: dict[tuple[str, str], list[Trouble]] = {}
    for trouble in digest.worst:
        groups.setdefault((lookup.marks[trouble.account.id], _distinct_facts(trouble)[0]), []).append(trouble)
    lines = []
    for (mark, fact), troubles in groups.items():
        names = tuple(_name(trouble.account) for trouble in troubles[:_NAMED])
        text = lookup.fact(troubles[0], [fact]) if len(troubles) == 1 else short(fact, _TEXT)
        lines.append(DigestLine(mark, "", names, len(troubles) - len(names), text))
    return lines


def _fitted(lines: list[DigestLine], room: int) -> list[DigestLine]:
    """At most `room` lines; the last one says how many accounts are left out."""
    if len(lines) <= room:
        return lines
    left = sum(len(line.names) + line.more for line in lines[room - 1 :])
    return [*lines[: room - 1], DigestLine("more", "", (), 0, f"and {plural(left, 'more account')} in danger")]


def _news(digest: Digest, lookup: _Lookup) -> Iterator[DigestLine]:
    """One line for each kind of news that there is."""
    renewals = _renewals(digest)
    silent = [short(lookup.members.get(person.member_id, "somebody"), _NAME) for person in digest.silent]
    kinds = (
        ("broken", "Newly broken", _distinct(digest.newly_broken)),
        ("proven", "Newly proven", _distinct(digest.newly_proven)),
        ("renewal", "Renewals within 120 days, unproven", renewals),
        ("silent", "Silent before meetings", silent),
        ("theatre", "Theatre", _distinct(digest.theatre)),
        ("forgotten", "Forgotten promises", _distinct(digest.forgotten)),
    )
    for mark, label, names in kinds:
        if names:
            yield DigestLine(mark, f"{label} ({len(names):,})", tuple(names[:_NAMED]), max(0, len(names) - _NAMED), "")


def _distinct(facts: Iterable[DigestFact]) -> list[str]:
    return list({line.account.id: _name(line.account) for line in facts}.values())


def _renewals(digest: Digest) -> list[str]:
    """Each account that renews unproven with its day, the soonest first."""
    accounts = sorted((line.account for line in digest.renewals), key=lambda account: account.renewal_date or date.max)
    return [f"{_name(account)}, {day(account.renewal_date)}" for account in accounts if account.renewal_date]


def _all_dangers(digest: Digest, lookup: _Lookup) -> list[Block]:
    """Every account in danger with all its facts; those with exactly the same share their lines."""
    groups: dict[tuple[str, tuple[str, ...]], list[Trouble]] = {}
    for trouble in digest.worst:
        key = (lookup.marks[trouble.account.id], _distinct_facts(trouble))
        groups.setdefault(key, []).append(trouble)
    lines: list[DigestLine] = []
    for (mark, facts), troubles in groups.items():
        if len(troubles) == 1:
            lines.append(DigestLine(mark, "", (_name(troubles[0].account),), 0, lookup.fact(troubles[0], facts)))
            continue
        lines.append(DigestLine(mark, f"{_row(facts)} ({len(troubles):,})", (), 0, ""))
        lines += _names_only([_name(trouble.account) for trouble in troubles])
    return [Block("Every account in danger, worst first", tuple(lines))]


def _all_news(digest: Digest, lookup: _Lookup) -> Iterator[Block]:
    for title, mark, facts in (
        ("Newly broken", "broken", digest.newly_broken),
        ("Newly proven", "proven", digest.newly_proven),
        ("Theatre", "theatre", digest.theatre),
        ("Promises that nobody mentions", "forgotten", digest.forgotten),
    ):
        if facts:
            lines = (DigestLine(mark, "", (_name(line.account),), 0, short(phrase(line.fact), _TEXT)) for line in facts)
            yield Block(title, tuple(lines))
    if len(digest.renewals) > _NAMED:
        yield Block("Renewals within 120 days, unproven", tuple(_names_only(_renewals(digest))))
    if digest.silent:
        people = (
            DigestLine(
                "silent", "", (short(lookup.members.get(person.member_id, "somebody"), _NAME),), 0, phrase(person.fact)
            )
            for person in digest.silent
        )
        yield Block("Silent before meetings", tuple(people))


def _names_only(names: Sequence[str]) -> Iterator[DigestLine]:
    for start in range(0, len(names), _NAMES_A_LINE):
        yield DigestLine("", "", tuple(names[start : start + _NAMES_A_LINE]), 0, "")


def _paged(blocks: Iterable[Block]) -> tuple[tuple[tuple[Block, ...], ...], int]:
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


def _share(change: CoverageChange, of: str) -> Share:
    return Share(percent(change.ratio), of, _points(change.change))


def _points(change: Decimal | None) -> str:
    """`+3 points`, cut towards zero; empty when nothing is known or less than a point has moved."""
    points = 0 if change is None else int((change * 100).to_integral_value(rounding=ROUND_DOWN))
    return f"{points:+d} {'point' if abs(points) == 1 else 'points'}".replace("-", "−") if points else ""


def _lines(stored: Iterable[Mapping[str, Any]]) -> tuple[DigestLine, ...]:
    return tuple(DigestLine(**{**line, "names": tuple(line["names"])}) for line in stored)
