"""Puts a portfolio's digest into lines: what stands before the fold, and what follows in the thread.

The head is the name, one line of coverage and at most `HEAD_LINES` more: accounts in danger, worst first, those with
the same fact on one line; then one line each for what broke, what was proven, renewals, silence, theatre and forgotten
promises. The thread has everything that the head only counts, on pages that keep well below Slack's limits, however
many accounts there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from bot.domain.account.dangers import RENEWAL_WINDOW
from bot.domain.facts import Fact
from bot.domain.model import Account
from bot.domain.portfolio.comparison import AccountChange
from bot.domain.portfolio.digest import AccountNews, CoverageChange, Digest, Listener
from bot.domain.values.text import percent, short
from bot.features.portfolios.digest_pages import (
    MOST_LINES,
    MOST_NAMES,
    TEXT,
    Block,
    DigestLine,
    Groups,
    block_from_json,
    names_only,
    paged,
    row_of,
)
from bot.features.portfolios.phrases import PortfolioPhrase
from bot.phrases import phrase, say

HEAD_LINES = 10
_NAMED = 3
_NAME = 48


@dataclass(frozen=True, slots=True)
class Share:
    """How much of something is proven: `41%` of `2.6 M EUR`, `change` such as `+3 points` or empty."""

    percent: str
    of: str
    change: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A portfolio, or an owner's accounts, in lines. `pages` is the thread; `left` counts the lines it leaves out.

    `first` says that there is no earlier digest to compare with. `unread` are the names of accounts that could not be
    read and are in no figure, `unread_more` counts those that are not named.
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
    unread: tuple[str, ...] = ()
    unread_more: int = 0

    def as_json(self) -> dict[str, Any]:
        """The summary as plain values, to be kept with the digest."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Summary:
        """The summary of `as_json`."""
        shares = tuple(Share(**share) for share in stored["by_arr"])
        pages = tuple(tuple(block_from_json(block) for block in page) for page in stored["pages"])
        plain = {name: stored[name] for name in ("accounts", "outcomes", "proven", "unknown_arr", "in_danger", "left")}
        flags = {name: stored[name] for name in ("first", "unchanged")}
        return cls(
            by_arr=shares,
            by_count=Share(**stored["by_count"]),
            head=_lines(stored["head"]),
            pages=pages,
            unread=tuple(stored.get("unread", ())),
            unread_more=stored.get("unread_more", 0),
            **plain,
            **flags,
        )


class Layout(Listener):
    """Takes in what a digest says, account by account, and puts it into lines. It holds no more than can be shown.

    `names` are those of owners and of who was asked, by member id; `room` is the number of lines before the fold, 0 if
    only what is behind it is asked for.
    """

    def __init__(self, names: Mapping[int, str], room: int = HEAD_LINES) -> None:
        self._names = names
        self._room = room
        self._in_danger = 0
        self._several_facts = False
        self._head = Groups(HEAD_LINES + 1, _NAMED)
        self._thread = Groups(MOST_LINES, MOST_NAMES)
        self._news = {kind: _News() for kind in ("broken", "proven", "theatre", "forgotten")}
        self._renewals: list[tuple[date, str]] = []

    def account(self, news: AccountNews) -> None:
        """Take in the dangers, theatre and forgotten promises of an account."""
        if not (news.dangers or news.theatre or news.forgotten):
            return
        name = _name(news.account)
        if news.dangers:
            self._danger(news, name)
        self._news["theatre"].add(name, news.theatre)
        self._news["forgotten"].add(name, news.forgotten)
        if self._room and news.renewals and news.account.renewal_date:
            on = news.account.renewal_date
            self._renewals.append((on, say(PortfolioPhrase.RENEWAL, account=name, on=on)))

    def changed(self, change: AccountChange) -> None:
        """Take in what became proven and what broke in an account."""
        name = _name(change.account)
        told = [(outcome, outcome.told.stands) for outcome in change.outcomes if outcome.told is not None]
        self._news["proven"].add(name, [stands for outcome, stands in told if outcome.newly_proven])
        self._news["broken"].add(name, [stands for outcome, stands in told if outcome.broken])

    def summary(self, digest: Digest, more: Sequence[Block] = ()) -> Summary:
        """All lines, when everything was taken in; `more` follows everything else on the pages."""
        self._renewals.sort(key=lambda renewal: renewal[0])
        silent = [(self._member(person.member_id), person.fact) for person in digest.silent]
        news = list(self._news_lines([name for name, _ in silent]))
        danger_lines, whole = self._danger_lines(max(2, self._room - len(news)))
        blocks, hidden = self._blocks(silent, dangers=not whole)
        pages, left = paged([*blocks, *more])
        return self._summary(digest, (*danger_lines, *news), (pages, left + hidden))

    def _summary(
        self, digest: Digest, head: tuple[DigestLine, ...], rest: tuple[tuple[tuple[Block, ...], ...], int]
    ) -> Summary:
        coverage = digest.coverage
        shares = zip(digest.by_arr, coverage.by_arr, strict=True)
        pages, left = rest
        return Summary(
            accounts=coverage.accounts,
            outcomes=coverage.outcomes,
            proven=coverage.proven,
            by_arr=tuple(_share(change, str(share.arr)) for change, share in shares),
            by_count=_share(digest.by_count, ""),
            unknown_arr=coverage.unknown_arr,
            in_danger=self._in_danger,
            first=digest.first,
            unchanged=digest.quiet,
            head=head,
            pages=pages,
            left=left,
        )

    def behind(self) -> list[Block]:
        """What a digest has behind everything else: each account in danger, and promises that nobody mentions."""
        blocks = [Block(say(PortfolioPhrase.IN_DANGER), tuple(self._thread.lines()))] if self._in_danger else []
        if lines := self._news["forgotten"].lines:
            said = tuple(DigestLine("forgotten", "", (name,), 0, fact) for name, fact in lines)
            blocks.append(Block(say(PortfolioPhrase.FORGOTTEN_PROMISES), said))
        return blocks

    @property
    def forgotten(self) -> int:
        """How many accounts have a promise that nobody mentions."""
        return self._news["forgotten"].accounts

    @property
    def hidden(self) -> int:
        """How many lines of `behind` cannot fit on its pages in any case."""
        return self._thread.hidden + self._news["forgotten"].hidden

    def figures(self, digest: Digest) -> Summary:
        """The figures alone, without lines: what Home shows of a digest."""
        return self._summary(digest, (), ((), 0))

    def _danger(self, news: AccountNews, name: str) -> None:
        assert news.severity is not None
        mark, facts = news.severity.name.lower(), _distinct_facts(news.dangers)
        owner = self._names.get(news.account.owner_id or 0, "")
        self._in_danger += 1
        self._several_facts |= len(facts) > 1
        if self._room:
            self._head.add(mark, facts[:1], name, lambda: _alone(facts[:1], len(facts) - 1, owner))
        self._thread.add(mark, facts, name, lambda: _alone(facts, 0, owner))

    def _danger_lines(self, room: int) -> tuple[list[DigestLine], bool]:
        """(at most `room` lines of accounts in danger, whether they say everything); the last one counts the rest."""
        groups = self._head.groups
        lines = [
            DigestLine(
                group.mark,
                "",
                tuple(group.names[:_NAMED]),
                max(0, group.accounts - _NAMED),
                group.alone if group.accounts == 1 else short(group.facts[0], TEXT),
            )
            for group in groups
        ]
        if len(lines) <= room:
            return lines, not self._several_facts and not any(line.more for line in lines)
        left = self._in_danger - sum(group.accounts for group in groups[: room - 1])
        rest = DigestLine("more", "", (), 0, say(PortfolioPhrase.MORE_IN_DANGER, left=left))
        return [*lines[: room - 1], rest], False

    def _news_lines(self, silent: Sequence[str]) -> Iterator[DigestLine]:
        """One line for each kind of news that there is."""
        kinds = (
            ("broken", say(PortfolioPhrase.NEWLY_BROKEN), self._news["broken"].accounts, self._news["broken"].names),
            ("proven", say(PortfolioPhrase.NEWLY_PROVEN), self._news["proven"].accounts, self._news["proven"].names),
            ("renewal", _renewals_heading(), len(self._renewals), self._renewal_names(_NAMED)),
            ("silent", say(PortfolioPhrase.SILENT), len(silent), silent),
            ("theatre", say(PortfolioPhrase.THEATRE), self._news["theatre"].accounts, self._news["theatre"].names),
            (
                "forgotten",
                say(PortfolioPhrase.FORGOTTEN),
                self._news["forgotten"].accounts,
                self._news["forgotten"].names,
            ),
        )
        for mark, heading, many, names in kinds:
            if many:
                label = say(PortfolioPhrase.COUNTED, what=heading, many=many)
                yield DigestLine(mark, label, tuple(names[:_NAMED]), max(0, many - _NAMED), "")

    def _blocks(self, silent: Sequence[tuple[str, Fact]], *, dangers: bool) -> tuple[list[Block], int]:
        """The blocks of the thread, and how many lines of them cannot fit on its pages in any case."""
        hidden = self._thread.hidden if dangers else 0
        blocks = [Block(say(PortfolioPhrase.IN_DANGER), tuple(self._thread.lines()))] if dangers else []
        for title, mark in (
            (say(PortfolioPhrase.NEWLY_BROKEN), "broken"),
            (say(PortfolioPhrase.NEWLY_PROVEN), "proven"),
            (say(PortfolioPhrase.THEATRE), "theatre"),
            (say(PortfolioPhrase.FORGOTTEN_PROMISES), "forgotten"),
        ):
            if lines := self._news[mark].lines:
                blocks.append(Block(title, tuple(DigestLine(mark, "", (name,), 0, fact) for name, fact in lines)))
            hidden += self._news[mark].hidden
        if len(self._renewals) > _NAMED:
            names = self._renewal_names(len(self._renewals))
            blocks.append(Block(_renewals_heading(), tuple(names_only(names))))
        if silent:
            people = (DigestLine("silent", "", (name,), 0, phrase(fact)) for name, fact in silent)
            blocks.append(Block(say(PortfolioPhrase.SILENT), tuple(people)))
        return blocks, hidden

    def _renewal_names(self, many: int) -> list[str]:
        """Each account that renews unproven with its day, the soonest first."""
        return [name for _, name in self._renewals[:many]]

    def _member(self, member_id: int) -> str:
        return short(self._names.get(member_id) or say(PortfolioPhrase.SOMEBODY), _NAME)


class _News:
    """One kind of news: the accounts that it is about, and a line each of what is so."""

    def __init__(self) -> None:
        self.accounts = 0
        self.names: list[str] = []
        self.lines: list[tuple[str, str]] = []
        self.hidden = 0

    def add(self, name: str, facts: Sequence[Fact]) -> None:
        """Take in what is so of one account."""
        if not facts:
            return
        self.accounts += 1
        if len(self.names) < _NAMED:
            self.names.append(name)
        shown = facts[: max(0, MOST_LINES - len(self.lines))]
        self.lines += [(name, short(phrase(fact), TEXT)) for fact in shown]
        self.hidden += len(facts) - len(shown)


def _distinct_facts(facts: Sequence[Fact]) -> tuple[str, ...]:
    """The facts, without one that repeats another: `Renews on 3 May: nobody has written …`; renewals have own lines."""
    phrases = [phrase(fact) for fact in facts]
    if len(phrases) == 1:
        return (phrases[0],)
    folded = [text.casefold() for text in phrases]
    pairs = zip(phrases, folded, strict=True)
    return tuple(text for text, low in pairs if not any(other in low != other for other in folded))


def _alone(facts: Sequence[str], more: int, owner: str) -> str:
    """What is wrong with one account, how much more there is, and who owns it."""
    what = row_of(facts)
    return say(PortfolioPhrase.ALONE, what=what, more=more, owner=short(owner, _NAME) if owner not in what else "")


def _renewals_heading() -> str:
    return say(PortfolioPhrase.RENEWALS, days=RENEWAL_WINDOW.days)


def _name(account: Account) -> str:
    return short(account.name, _NAME)


def _share(change: CoverageChange, of: str) -> Share:
    return Share(percent(change.ratio), of, _points(change.change))


def _points(change: Decimal | None) -> str:
    """`+3 points`, cut towards zero; empty when nothing is known or less than a point has moved."""
    points = 0 if change is None else int((change * 100).to_integral_value(rounding=ROUND_DOWN))
    return say(PortfolioPhrase.POINTS, points=points) if points else ""


def _lines(stored: Iterable[Mapping[str, Any]]) -> tuple[DigestLine, ...]:
    return tuple(DigestLine(**{**line, "names": tuple(line["names"])}) for line in stored)
