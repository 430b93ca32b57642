"""What a digest says of its week, as it is frozen when the digest is opened: plain values that go to JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.features.portfolios.digest_pages import Block, block_from_json


@dataclass(frozen=True, slots=True)
class BridgeSum:
    """The bridge as one sum: `45%`, then steps such as (`+4`, `proven`), the same customers' `31%`, more steps, `34%`
    of `2.2 M USD`. `same` is empty where nothing but the same customers and outcomes moved the figure."""

    start: str
    before: tuple[tuple[str, str], ...]
    same: str
    after: tuple[tuple[str, str], ...]
    end: str
    of: str


@dataclass(frozen=True, slots=True)
class WeekLine:
    """A line of the message: its sign, what stands in bold, and the rest."""

    sign: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class WeekPart:
    """Some lines of the message, under a title if there is one."""

    title: str
    lines: tuple[WeekLine, ...]


@dataclass(frozen=True, slots=True)
class BridgeRow:
    """One row of the bridge's table; the three figures stand in bold."""

    what: str
    points: str
    why: str
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class BridgeTable:
    """The bridge of one currency as a table: how `start` became `end`, in points of `of`."""

    currency: str
    start: str
    end: str
    of: str
    rows: tuple[BridgeRow, ...]


@dataclass(frozen=True, slots=True)
class WeekPage:
    """One message of the thread: a table, or blocks of lines."""

    table: BridgeTable | None
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class ChartWeek:
    """One digest in the chart: its day, and the two shares in whole percent; `renewing` is None in all or in none."""

    label: str
    proven: int
    renewing: int | None


@dataclass(frozen=True, slots=True)
class WeekChart:
    """The proven share week by week, oldest first; `gaps` says that weeks in between are left out."""

    title: str
    weeks: tuple[ChartWeek, ...]
    gaps: bool


@dataclass(frozen=True, slots=True)
class WeekNews:
    """A whole digest. `figure` stands in place of the sum where there is none; `others` are the further currencies.

    `chart` is there in the first digest of a month. `left` counts the lines that no page of the thread has; `unread`
    are the names of accounts that could not be read, `unread_more` counts those that are not named. `private` is what
    the manager alone gets. `customers` are the ids and names of a few that the message names, to be opened from it.
    """

    until: str
    headline: str
    figure: str
    bridge: BridgeSum | None
    others: tuple[str, ...]
    parts: tuple[WeekPart, ...]
    foot: tuple[str, ...]
    pages: tuple[WeekPage, ...]
    left: int
    private: tuple[WeekPart, ...]
    unread: tuple[str, ...] = ()
    unread_more: int = 0
    chart: WeekChart | None = None
    customers: tuple[tuple[int, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The digest as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> WeekNews:
        """The digest of `as_json`."""
        bridge = stored["bridge"]
        return cls(
            stored["until"],
            stored["headline"],
            stored["figure"],
            None if bridge is None else BridgeSum(**{**bridge, **_steps(bridge)}),
            tuple(stored["others"]),
            tuple(_part(part) for part in stored["parts"]),
            tuple(stored["foot"]),
            tuple(_page(page) for page in stored["pages"]),
            stored["left"],
            tuple(_part(part) for part in stored["private"]),
            tuple(stored["unread"]),
            stored["unread_more"],
            _chart(stored.get("chart")),
            tuple((account_id, name) for account_id, name in stored.get("customers", ())),
        )


def _steps(bridge: Mapping[str, Any]) -> dict[str, tuple[tuple[str, str], ...]]:
    return {name: tuple((points, label) for points, label in bridge[name]) for name in ("before", "after")}


def _chart(stored: Mapping[str, Any] | None) -> WeekChart | None:
    if stored is None:
        return None
    return WeekChart(stored["title"], tuple(ChartWeek(**week) for week in stored["weeks"]), stored["gaps"])


def _part(stored: Mapping[str, Any]) -> WeekPart:
    return WeekPart(stored["title"], tuple(WeekLine(**line) for line in stored["lines"]))


def _page(stored: Mapping[str, Any]) -> WeekPage:
    table = stored["table"]
    rows = () if table is None else tuple(BridgeRow(**row) for row in table["rows"])
    return WeekPage(
        None if table is None else BridgeTable(**{**table, "rows": rows}),
        tuple(block_from_json(block) for block in stored["blocks"]),
    )
