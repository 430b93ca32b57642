"""What the answers about retention show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.enums import Tier
from bot.domain.portfolio.proven_before import ProvenBar


@dataclass(frozen=True, slots=True)
class RateLine:
    """The figures of one currency or tier: rates in words, amounts with their currency, and what they are of.

    `low` and `high` are the likely bounds of the share of customers kept. `is_shown` is False under five customers.
    """

    n: int
    kept_customers: int
    is_shown: bool
    is_few: bool
    grr: str
    nrr: str
    logo: str
    start: str
    kept: str
    end_of_cohort: str
    expansion: str
    low: str
    high: str
    tier: Tier | None = None


@dataclass(frozen=True, slots=True)
class UnitCostLine:
    """LTV, CRC and CAC in words, empty where unknown; `missing` are quarters without costs, to the day `until`."""

    ltv: str
    crc: str
    cac: str
    crc_to_cac: str
    missing: tuple[str, ...]
    until: date


@dataclass(frozen=True, slots=True)
class ProvenLine:
    """The bars of who was kept and who left, by what was proven 90 days before; empty under five customers.

    `of` customers were on record then, `unknown` were not; `is_cut` says that only the largest were looked at. Of the
    `left` who left, so many had less than half of it proven, and so many 80% or more.
    """

    bars: tuple[ProvenBar, ...]
    of: int
    unknown: int
    is_cut: bool
    left: int
    left_under_half: int
    left_with_most: int


@dataclass(frozen=True, slots=True)
class StagesMoved:
    """Median days to value of `timed` customers, None under five, and how many moved since the quarter began."""

    time_to_value: int | None
    timed: int
    forward: int
    back: int
    quarter_began: date


@dataclass(frozen=True, slots=True)
class RetentionView:
    """Retention between two days, in one currency; `key` is what its buttons carry.

    `others` are further currencies as (key, name). `too_few` names
    those with fewer than five customers. `customers` paid in any currency at the start, and `customers_kept` of them
    at the end.
    """

    key: str
    name: str
    since: date
    until: date
    currency: str | None
    rates: RateLine | None
    bridge: tuple[tuple[str, str], ...]
    end: str
    tiers: tuple[RateLine, ...]
    proven: ProvenLine
    stages: StagesMoved
    unit_costs: UnitCostLine | None
    remarks: tuple[str, ...]
    more_remarks: int
    unknown: int
    moved: int
    uncontracted: int
    others: tuple[tuple[str, str], ...]
    too_few: tuple[tuple[str, int], ...]
    customers: int
    customers_kept: int
    can_enter: bool


@dataclass(frozen=True, slots=True)
class CohortRow:
    """A start quarter: month 3 as a share of the start, later months of month 3 = 100; None is not old enough."""

    name: str
    n: int
    is_shown: bool
    cells: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class CohortsView:
    """The cohorts of one currency. `lines` are those old enough for the chart: a name, and (label, percent) pairs.

    `net`, `gross` and `start` are month 12 over month 3 and month 3 over the start of the same `n` customers; None
    while nobody is that old, and not shown under five.
    """

    key: str
    name: str
    until: date
    currency: str | None
    n: int
    is_shown: bool
    is_few: bool
    net: str | None
    gross: str | None
    start: str | None
    says_nothing: bool
    bound: int
    months: tuple[int, ...]
    rows: tuple[CohortRow, ...]
    older: int
    all_n: int
    all_cells: tuple[str | None, ...]
    lines: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]


@dataclass(frozen=True, slots=True)
class LostLine:
    """A customer who left: what was lost a year, since when, and what was proven 90 days before; None is not known."""

    account_id: int
    name: str
    arr: str
    left_on: date | None
    proven: str | None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class LostView:
    """Who left between two days, the largest first; `more` are not shown."""

    key: str
    name: str
    since: date
    until: date
    lines: tuple[LostLine, ...]
    more: int


@dataclass(frozen=True, slots=True)
class CostLine:
    """What stands for a quarter and a currency, in words; None where nothing was entered."""

    value: str
    quarter: str
    currency: str
    margin: str | None
    retention: str | None
    acquisition: str | None
    by: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class CostsView:
    """The last quarters, and what was entered for each."""

    lines: tuple[CostLine, ...]


@dataclass(frozen=True, slots=True)
class QuarterCostsView:
    """The form for the costs of a quarter; `value` is the quarter's first day and the currency."""

    value: str
    quarter: str
    currency: str
    margin: str
    retention: str
    acquisition: str
    seen: int
