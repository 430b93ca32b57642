"""The words of a digest's figures: the headline, the bridge as a sum and as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date
from math import floor

from bot.app.digest_lines import MessageLine
from bot.domain.enums import CreditCause, Movement
from bot.domain.labels import label
from bot.domain.portfolio.bridge import Bridge, Step, printed
from bot.domain.portfolio.digest import Digest
from bot.domain.values.money import Money, listed_money, total
from bot.domain.values.text import near_day, short
from bot.features.portfolios.digest_layout import Summary
from bot.features.portfolios.phrases import WeekPhrase
from bot.features.portfolios.shortlist import Shortlist
from bot.features.portfolios.week import BridgeRow, BridgeSum, BridgeTable
from bot.features.portfolios.week_lists import WeekLists, Why
from bot.phrases import say

_ALWAYS = frozenset({CreditCause.RETIRED, Movement.LOST, Movement.MOVED_IN, Movement.MOVED_OUT, Movement.MERGED})
"""The steps that stand above even where they round to 0."""
_NAMED, _NAME = 3, 60
_DOWN = -5
"""Same customers down by so many points is the headline before what broke."""
_CELL = 360
"""The characters of JSON that a reason may take, so that all steps fit one message."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def largest_first(bridges: Sequence[Bridge]) -> list[Bridge]:
    """The bridges, that of the largest ARR by its own figure first."""
    return sorted(bridges, key=lambda of: (-Money(max(of.arr_minor, of.arr_before), of.currency).major, of.currency))


def sum_of(bridge: Bridge) -> BridgeSum:
    """`45% +4 proven −9 expired = 40% …`: steps that round to 0 are left out, but for those that always stand."""
    whole = printed(bridge)
    return BridgeSum(
        f"{whole.start}%",
        tuple((points(moved), label(step)) for step, moved in whole.before if moved or step in _ALWAYS),
        f"{whole.same}%" if whole.after else "",
        tuple((points(moved), label(step)) for step, moved in whole.after if moved or step in _ALWAYS),
        f"{whole.end}%",
        str(Money(bridge.arr_minor, bridge.currency)),
    )


def table_of(
    bridge: Bridge, whys: Mapping[tuple[str, Step], Why], days: tuple[date, date], *, unexplained: bool
) -> BridgeTable:
    """The bridge line by line, each with its reason; `days` are those of the two digests."""
    whole, (since, today) = printed(bridge), days
    start = BridgeRow(near_day(since, today), str(whole.start), customers(bridge.accounts_before), is_figure=True)
    if unexplained:
        start = BridgeRow(near_day(since, today), str(whole.start), "", is_figure=True)
    moved = say(WeekPhrase.ROW_MOVED, points=whole.same - whole.start)
    rows = (
        start,
        *(_row(bridge, line, whys) for line in whole.before),
        BridgeRow(say(WeekPhrase.ROW_SAME), str(whole.same), moved, is_figure=True),
        *(_row(bridge, line, whys) for line in whole.after),
        BridgeRow(near_day(today, today), str(whole.end), customers(bridge.accounts), is_figure=True),
    )
    of = str(Money(bridge.arr_minor, bridge.currency))
    return BridgeTable(bridge.currency, f"{whole.start}%", f"{whole.end}%", of, rows)


def _row(bridge: Bridge, line: tuple[Step, int], whys: Mapping[tuple[str, Step], Why]) -> BridgeRow:
    step, moved = line
    why = whys.get((bridge.currency, step))
    what = label(step)[:1].upper() + label(step)[1:]
    if why is None:
        return BridgeRow(what, points(moved), say(WeekPhrase.WHY_UPGRADE) if step is CreditCause.UPGRADE else "")
    more = why.accounts - len(why.names)
    text = say(WeekPhrase.WHY, names=why.names, more=more, outcomes=why.outcomes, detail=why.detail)
    return BridgeRow(what, points(moved), _in_cell(text))


def _in_cell(text: str) -> str:
    """As much of a reason as a cell has room for, where a character beyond ASCII counts six."""
    limit = len(text)
    while len(json.dumps(short(text, limit))) > _CELL:
        limit = limit * 3 // 4
    return short(text, limit)


def points(moved: int) -> str:
    """`+4`, `−9`, `0`."""
    return "0" if not moved else f"{moved:+d}".replace("-", "−")


def customers(many: int) -> str:
    """`12 customers`."""
    return say(WeekPhrase.ROW_CUSTOMERS, many=many)


def other(bridge: Bridge) -> str:
    """A further currency in a line: `EUR 52% → 54% of 1.4 M EUR`."""
    arr = str(Money(bridge.arr_minor, bridge.currency)) if bridge.accounts else None
    start, end = (f"{floor(share * 100)}%" for share in (bridge.start, bridge.end))
    return say(WeekPhrase.OTHER, currency=bridge.currency, start=start, end=end, arr=arr)


@dataclass(frozen=True, slots=True)
class Told:
    """What a headline is chosen from: the digest, its largest bridge if there is one, the lists, who renewed, whether
    accounts could not be read, and whether other rooms have something to tell in the thread (`extra`) or in the
    message (`named`)."""

    digest: Digest
    main: Bridge | None
    lists: WeekLists
    weekday: int
    renewed: Sequence[MessageLine]
    _: KW_ONLY
    unread: bool
    extra: bool
    named: bool

    @property
    def same_points(self) -> int:
        """How far the same customers' figure moved, in printed points."""
        if self.main is None or self.digest.unexplained:
            return 0
        return floor(self.main.same * 100) - floor(self.main.start * 100)

    @property
    def same_moved(self) -> bool:
        """Whether the same customers' figure moved at all."""
        return self.main is not None and self.main.same != self.main.start


def headline(told: Told) -> str:
    """At most two sentences: the first of lost, renewal long past, same customers down, broken, judged no, renewed,
    same customers up, others, quiet; never a good one before a bad one."""
    digest, lists = told.digest, told.lists
    if not digest.coverage.accounts and not lists.lists["lost"].count:
        return say(WeekPhrase.HEADLINE_PLAIN, kind="empty")
    if digest.first:
        return say(WeekPhrase.HEADLINE_FIRST, weekday=WEEKDAYS[told.weekday])
    if digest.unexplained:
        return say(WeekPhrase.HEADLINE_UPGRADE, weekday=WEEKDAYS[told.weekday])
    bad = _lost(told) or _past(lists.long_past)
    if bad:
        return f"{bad} {_same(told)}" if told.same_points or lists.lists["lost"].count else bad
    if told.same_points <= _DOWN:
        return f"{_same(told)} {_broken(lists)}".strip()
    if bad := _broken(lists) or _judged(lists.newly_no):
        return f"{bad} {_same(told)}" if told.same_points < 0 else bad
    if renewed := _renewed(told.renewed):
        return " ".join([_same(told), renewed] if told.same_points < 0 else [renewed, _same(told)])
    if told.same_moved:
        return _same(told)
    return _others(told) or _plain(told)


def _lost(told: Told) -> str:
    lost = told.lists.lists["lost"]
    if not lost.count:
        return ""
    names = [entry.name for entry in lost.first(_NAMED)]
    return say(
        WeekPhrase.HEADLINE_LOST, names=names, more=lost.count - len(names), arr=lost.arr, raised=_raised(told.main)
    )


def _raised(bridge: Bridge | None) -> int:
    """By how many printed points losing customers has raised the figure; 0 where it has not."""
    if bridge is None:
        return 0
    return max(0, dict(printed(bridge).after).get(Movement.LOST, 0))


def _past(long_past: Shortlist) -> str:
    if not long_past.count:
        return ""
    first = long_past.first(_NAMED)
    names = [entry.name for entry in first]
    return say(WeekPhrase.HEADLINE_PAST, names=names, more=long_past.count - len(names), on=first[0].text)


def _broken(lists: WeekLists) -> str:
    if not lists.broken:
        return ""
    names = list(dict.fromkeys(broken.name for broken in lists.broken))
    shown, first = names[:_NAMED], lists.broken[0]
    return say(
        WeekPhrase.HEADLINE_BROKEN,
        many=lists.broken_count,
        title=first.title,
        names=shown,
        more=len(names) - len(shown),
        how=label(first.how),
    )


def _judged(newly_no: Shortlist) -> str:
    if not newly_no.count:
        return ""
    names = [entry.name for entry in newly_no.first(_NAMED)]
    return say(WeekPhrase.HEADLINE_JUDGED, names=names, more=newly_no.count - len(names))


def _renewed(renewed: Sequence[MessageLine]) -> str:
    if not renewed:
        return ""
    shown, arr = renewed[:_NAMED], listed_money(total(line.arr for line in renewed if line.arr is not None))
    names = [short(line.name, _NAME) for line in shown]
    return say(WeekPhrase.HEADLINE_RENEWED, names=names, more=len(renewed) - len(shown), arr=arr)


def _same(told: Told) -> str:
    return say(WeekPhrase.HEADLINE_SAME, points=told.same_points, moved=told.same_moved)


def _others(told: Told) -> str:
    """What moved beside the proof of the same customers: `2 joined`, `1 retired`."""
    lists = told.lists.lists
    kinds: list[Step] = [CreditCause.TERMS, CreditCause.ADDED, CreditCause.RETIRED, *Movement]
    what = [
        say(WeekPhrase.STEP_COUNT, many=lists[kind.value].count, what=label(kind))
        for kind in kinds
        if lists[kind.value].count
    ]
    return say(WeekPhrase.HEADLINE_OTHERS, what=what) if what else ""


def _plain(told: Told) -> str:
    digest, lists = told.digest, told.lists
    if told.unread:
        return say(WeekPhrase.HEADLINE_PLAIN, kind="unread")
    if not digest.quiet:
        return say(WeekPhrase.HEADLINE_PLAIN, kind="named" if told.named else "risks")
    nothing = not lists.lists["renewals"].count and not lists.lists["no"].count and not told.extra
    return say(WeekPhrase.HEADLINE_PLAIN, kind="nothing" if nothing else "quiet")


def said_before(summary: Summary) -> str:
    """The headline of a digest that an earlier release opened: the figure that it told."""
    share = summary.by_arr[0] if summary.by_arr else None
    if share is None:
        return say(WeekPhrase.BY_COUNT, share=summary.by_count.percent, accounts=summary.accounts)
    return say(WeekPhrase.FIGURE, share=share.percent, arr=share.of, since=None, answered=0)
