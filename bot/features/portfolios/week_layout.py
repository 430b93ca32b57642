"""Puts a week into the digest's message and its thread: headline, bridge, lists, and what the manager alone gets.

The message is at most some twelve lines on a desktop; the thread has the bridge as a table and every list in full, on
pages that keep well below Slack's limits, however many accounts there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from bot.app.digest_lines import DigestLines, MessageLine, OwnerLine
from bot.domain.labels import label
from bot.domain.portfolio.bridge import Bridge
from bot.domain.portfolio.digest import RENEWALS, Digest
from bot.domain.values.days import add_days
from bot.domain.values.money import listed_money, total
from bot.domain.values.text import full_day, near_day, percent, short
from bot.features.portfolios.digest_pages import Block, DigestLine, names_only, paged
from bot.features.portfolios.phrases import PortfolioPhrase, WeekPhrase
from bot.features.portfolios.shortlist import Shortlist
from bot.features.portfolios.week import BridgeTable, WeekChart, WeekLine, WeekNews, WeekPage, WeekPart
from bot.features.portfolios.week_lists import MOVES, OUTCOMES, Broken, WeekLists
from bot.features.portfolios.week_words import Told, headline, largest_first, other, sum_of, table_of
from bot.phrases import phrase, say

_NAMED = 3
_NAME = 60
_RENEWALS = 5
_BUTTONS = 2
_URGENCY = ("high", "medium", "")
_OTHERS = 4
_TABLES = 8
_SILENCES = 500
_MONTH = 31


@dataclass(frozen=True, slots=True)
class Known:
    """What the words need beside the digest: the days of this and of the last one, its weekday, the names of members,
    who has taken risks, the names of accounts, and the lines of other rooms: `extra`, and `checks` of what they do when
    the digest is opened. `unread` are accounts left out, `chart` is that of a month's first digest."""

    today: date
    since: date | None
    weekday: int
    names: Mapping[int, str]
    holders: Callable[[Sequence[int]], Mapping[tuple[int, str], int]]
    account_names: Callable[[Sequence[int]], Mapping[int, str]]
    extra: DigestLines
    checks: DigestLines = field(default_factory=DigestLines, kw_only=True)
    unread: tuple[str, ...] = ()
    unread_more: int = 0
    chart: WeekChart | None = None


def week_news(digest: Digest, lists: WeekLists, known: Known) -> WeekNews:
    """The whole digest in words."""
    bridges = largest_first(digest.bridges)
    main = sum_of(bridges[0]) if bridges and not digest.quiet and not digest.unexplained else None
    main = main if main is not None and (main.before or main.after) else None
    told = Told(
        digest,
        bridges[0] if bridges else None,
        lists,
        known.weekday,
        known.extra.renewed,
        unread=bool(known.unread),
        extra=bool(known.extra.thread or known.checks.thread),
        named=bool(known.extra.message),
    )
    broken = _with_holders(lists.broken, known)
    pages, left = paged(_quiet_blocks(lists, known) if digest.quiet else _blocks(lists, broken, digest, known))
    return WeekNews(
        full_day(known.today),
        headline(told),
        "" if main is not None else _figure(digest, bridges, known),
        main,
        tuple(_others(digest, bridges[1:])),
        tuple(part for part in _parts(lists, broken, known.extra) if part.lines),
        tuple(_foot(digest, lists, known, bool(pages or main))),
        (*_tables(digest, lists, bridges, known), *(WeekPage(None, page) for page in pages)),
        0 if digest.quiet else left + lists.hidden,
        tuple(_private(digest, known)),
        known.unread,
        known.unread_more,
        known.chart,
        tuple(_customers(lists, broken)),
    )


def _figure(digest: Digest, bridges: Sequence[Bridge], known: Known) -> str:
    """The figure where there is no sum: of a first digest, a quiet week, or one whose steps are not told apart."""
    shares = digest.coverage.by_arr
    if not shares:
        by_count = digest.by_count.ratio
        return "" if by_count is None else _by_count(digest)
    asked = sum(person.asked for person in digest.people)
    return say(
        WeekPhrase.FIGURE,
        share=percent(_exact(bridges[0].end) if bridges else digest.by_arr[0].ratio),
        arr=str(shares[0].arr),
        since=near_day(known.since, known.today) if known.since and not digest.unexplained else None,
        answered=0 if digest.silent else asked,
    )


def _exact(share: Fraction) -> Decimal:
    """The bridge's figure, so that a quiet week prints what the sum of the week before ended with."""
    return Decimal(share.numerator) / share.denominator


def _by_count(digest: Digest) -> str:
    return say(WeekPhrase.BY_COUNT, share=percent(digest.by_count.ratio), accounts=digest.coverage.accounts)


def _others(digest: Digest, bridges: Sequence[Bridge]) -> Iterator[str]:
    """A line for every further currency; those beyond a few by their names, and what has no ARR at all."""
    if bridges:
        yield from (other(bridge) for bridge in bridges[:_OTHERS])
        further = [bridge.currency for bridge in bridges[_OTHERS:]]
    else:
        rest = list(zip(digest.by_arr, digest.coverage.by_arr, strict=True))[1:]
        for change, share in rest[:_OTHERS]:
            currency, end = share.arr.currency, percent(change.ratio)
            yield say(WeekPhrase.OTHER, currency=currency, start=None, end=end, arr=str(share.arr))
        further = [share.arr.currency for _, share in rest[_OTHERS:]]
    if further:
        yield say(WeekPhrase.FURTHER, currencies=further)
    if digest.coverage.unknown_arr and digest.coverage.by_arr:
        yield say(WeekPhrase.UNKNOWN_ARR, many=digest.coverage.unknown_arr)


def _parts(lists: WeekLists, broken: Sequence[tuple[Broken, str | None]], extra: DigestLines) -> Iterator[WeekPart]:
    """What stands in the message below the bridge."""
    of = lists.lists
    lost, no = ([_named("high", kind, of[kind])] if of[kind].count else [] for kind in ("lost", "no"))
    yield WeekPart("", (*lost, *(_of_room(title, lines) for title, lines in extra.message), *no))
    shown = of["renewals"].first(_RENEWALS)
    renewals = [WeekLine(entry.sign, entry.name, entry.text) for entry in shown]
    if left := of["renewals"].count - len(shown):
        rest = say(WeekPhrase.MORE, many=left, arr=of["renewals"].arr_after(shown))
        renewals.append(WeekLine("", "", rest))
    yield WeekPart(_title("renewals", 0), tuple(renewals))
    moved = [_named("proven", "proven", of["proven"])] if of["proven"].count else []
    if broken:
        texts = [say(WeekPhrase.NAMED, name=one.name, text=_short_broken(one, who)) for one, who in broken[:_NAMED]]
        moved.append(_line("broken", "broken", texts, (lists.broken_count - len(texts), "")))
    yield WeekPart("", tuple(moved))
    rest_kinds = [kind for kind in (*OUTCOMES, *MOVES) if of[kind].count]
    yield WeekPart("", tuple(_named("", kind, of[kind]) for kind in rest_kinds))


def _customers(lists: WeekLists, broken: Sequence[tuple[Broken, str | None]]) -> list[tuple[int, str]]:
    """Whose card most readers want next: what broke, then the renewals that the message has, the worst first."""
    renewals = sorted(lists.lists["renewals"].first(_RENEWALS), key=lambda entry: _URGENCY.index(entry.sign))
    named = [(one.account_id, one.name) for one, _ in broken[:_NAMED]]
    named += [(entry.account_id, entry.name) for entry in renewals]
    return list(dict(named).items())[:_BUTTONS]


def _short_broken(broken: Broken, who: str | None) -> str:
    return say(WeekPhrase.BROKEN, title=broken.title, how=label(broken.how), who=who)


def _named(sign: str, kind: str, entries: Shortlist) -> WeekLine:
    """`Lost:` and the first few accounts, and how many more."""
    shown = entries.first(_NAMED)
    texts = [say(WeekPhrase.NAMED, name=entry.name, text=entry.text) for entry in shown]
    return _line(sign, kind, texts, (entries.count - len(shown), entries.arr_after(shown)))


def _of_room(title: str, lines: Sequence[MessageLine]) -> WeekLine:
    """What another room says in the message: `Renewed:` and the first few accounts, and how many more."""
    texts = [say(WeekPhrase.NAMED, name=short(line.name, _NAME), text=line.text) for line in lines[:_NAMED]]
    rest = lines[_NAMED:]
    arr = listed_money(total(line.arr for line in rest if line.arr is not None))
    more = [say(WeekPhrase.MORE, many=len(rest), arr=arr)] if rest else []
    return WeekLine("", say(WeekPhrase.LABEL, title=title), " · ".join([*texts, *more]))


def _line(sign: str, kind: str, texts: Sequence[str], rest: tuple[int, str]) -> WeekLine:
    many, arr = rest
    more = [say(WeekPhrase.MORE, many=many, arr=arr)] if many else []
    return WeekLine(sign, say(WeekPhrase.LABEL, title=_title(kind, 0)), " · ".join([*texts, *more]))


def _title(kind: str, many: int) -> str:
    return say(WeekPhrase.TITLE, kind=kind, many=many, days=RENEWALS.days)


def _foot(digest: Digest, lists: WeekLists, known: Known, has_thread: bool) -> Iterator[str]:
    """The grey line, in parts."""
    if digest.quiet:
        last = add_days(known.today, _MONTH).toordinal()
        many = sum(count for day, count in digest.runs_out.items() if known.today.toordinal() < day < last)
        until = near_day(add_days(known.today, _MONTH), known.today)
        yield say(WeekPhrase.FOOT_QUIET, nth=digest.figures.quiet_weeks, many=many, until=until)
    yield from known.checks.foot
    silent = sum(person.silent for person in digest.people)
    if silent:
        yield say(WeekPhrase.FOOT_MEETINGS, silent=silent, asked=sum(person.asked for person in digest.people))
    if many := lists.lists["theatre"].count:
        yield say(WeekPhrase.FOOT_THEATRE, many=many)
    if many := lists.layout.forgotten:
        yield say(WeekPhrase.FOOT_FORGOTTEN, many=many)
    yield from known.extra.foot
    if known.chart is not None and known.chart.gaps:
        yield say(WeekPhrase.FOOT_CHART)
    if has_thread:
        yield say(WeekPhrase.FOOT_THREAD)


def _tables(digest: Digest, lists: WeekLists, bridges: Sequence[Bridge], known: Known) -> Iterator[WeekPage]:
    """The bridge of each currency as a table, a page each: Slack takes one table a message."""
    if known.since is None or digest.quiet:
        return
    days = known.since, known.today
    for bridge in bridges[:_TABLES]:
        table: BridgeTable = table_of(bridge, lists.whys, days, unexplained=digest.unexplained)
        yield WeekPage(table, ())
    if more := bridges[_TABLES:]:
        yield WeekPage(None, (Block("", tuple(DigestLine("", "", (), 0, other(bridge)) for bridge in more)),))


def _blocks(
    lists: WeekLists, broken: Sequence[tuple[Broken, str | None]], digest: Digest, known: Known
) -> Iterator[Block]:
    """Every list in full."""
    of = lists.lists
    for kind in ("lost", "no", "renewals"):
        yield from _block(kind, of[kind])
    if broken:
        lines = tuple(_thread_line(one.name, _broken_in_full(one, who)) for one, who in broken)
        yield Block(_title("broken", lists.broken_count), lines)
    for kind in ("proven", *OUTCOMES, *MOVES):
        yield from _block(kind, of[kind])
    yield from _silences(digest, known)
    yield from _block("theatre", of["theatre"])
    yield from _extra(known)
    yield from lists.layout.behind()


def _quiet_blocks(lists: WeekLists, known: Known) -> Iterator[Block]:
    """Of a quiet week, only what its message had no room for, and the lists of other rooms."""
    for kind, room in (("no", _NAMED), ("renewals", _RENEWALS)):
        if lists.lists[kind].count > room:
            yield from _block(kind, lists.lists[kind])
    yield from _extra(known)


def _broken_in_full(broken: Broken, who: str | None) -> str:
    return say(WeekPhrase.BROKEN_IN_FULL, stands=broken.stands, who=who)


def _block(kind: str, entries: Shortlist) -> Iterator[Block]:
    if entries.count:
        lines = tuple(_thread_line(entry.name, entry.in_full or entry.text, entry.sign) for entry in entries.all())
        yield Block(_title(kind, entries.count), lines)


def _thread_line(name: str, text: str, sign: str = "") -> DigestLine:
    return DigestLine(sign or "named", "", (name,), 0, text)


def _silences(digest: Digest, known: Known) -> Iterator[Block]:
    """The accounts whose meetings passed without an answer; never who was asked."""
    if not digest.silences:
        return
    shown = digest.silences[:_SILENCES]
    names = known.account_names([silence.account_id for silence in shown])
    lines = [say(WeekPhrase.SILENCE, name=names.get(silence.account_id, ""), many=silence.silent) for silence in shown]
    silent = sum(person.silent for person in digest.people)
    title = say(WeekPhrase.SILENCES, silent=silent, asked=sum(person.asked for person in digest.people))
    yield Block(title, tuple(names_only(lines)))


def _extra(known: Known) -> Iterator[Block]:
    """What other rooms add to the thread."""
    for title, lines in (*known.checks.thread, *known.extra.thread):
        yield Block(title, tuple(_thread_line(name, text) for name, text in lines))


def _private(digest: Digest, known: Known) -> Iterator[WeekPart]:
    """What the manager alone reads: how each owner answered, and what other rooms count of them."""
    lines = [OwnerLine(person.member_id, phrase(person.fact)) for person in digest.people]
    for title, owner_lines in ((_title("owners", 0), lines), *known.extra.of_owners):
        if owner_lines:
            somebody = say(PortfolioPhrase.SOMEBODY)
            named = [WeekLine("", known.names.get(line.member_id, somebody), line.text) for line in owner_lines]
            yield WeekPart(title, tuple(named))


def _with_holders(broken: Sequence[Broken], known: Known) -> list[tuple[Broken, str | None]]:
    """What broke, each with the name of who has taken its risk."""
    account_ids = sorted({one.account_id for one in broken})
    taken = known.holders(account_ids) if account_ids else {}
    holders = [taken.get((one.account_id, f"outcome:{one.outcome_id}")) for one in broken]
    return [
        (one, known.names.get(holder) if holder is not None else None)
        for one, holder in zip(broken, holders, strict=True)
    ]
