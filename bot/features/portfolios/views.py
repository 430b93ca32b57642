"""What setup, digest and overview of a portfolio show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.app.readable import Unread
from bot.domain.enums import Stage, Tier
from bot.domain.portfolio.week_spread import Rhythm
from bot.features.portfolios.digest_layout import Summary
from bot.features.portfolios.digest_pages import Block
from bot.features.portfolios.week import WeekNews, WeekPage, WeekPart
from bot.features.renewals.views import CallLine, RenewalHead


@dataclass(frozen=True, slots=True)
class DigestView:
    """The weekly message: `since` is the moment of the digest that it is compared with.

    `lost_channel` is the portfolio's channel (a Slack id) where Slack refuses it, so that the digest comes by direct
    message.
    """

    portfolio_id: int
    portfolio: str
    since: datetime | None
    news: WeekNews
    lost_channel: str | None = None


@dataclass(frozen=True, slots=True)
class DigestEmptyView:
    """What an admin is told once: a portfolio without a customer has no digest.

    It could take in `adoptable` customers, who belong to none.
    """

    portfolio_id: int
    portfolio: str
    adoptable: int


@dataclass(frozen=True, slots=True)
class DigestRestView:
    """One page of the thread below a digest, `number` of `pages`; `left` lines fit on none."""

    portfolio_id: int
    portfolio: str
    number: int
    pages: int
    page: WeekPage
    left: int


@dataclass(frozen=True, slots=True)
class DigestPrivateView:
    """What the manager alone reads beside a digest: how each owner answered, and what else is counted of them."""

    portfolio_id: int
    portfolio: str
    until: str
    parts: tuple[WeekPart, ...]


@dataclass(frozen=True, slots=True)
class PortfolioSetupView:
    """The form for a new portfolio, or for the one with `portfolio_id`.

    `guests` read the chosen channel, as Slack ids and names: the form asks whether they may.
    """

    portfolio_id: int | None
    name: str
    channel: str | None
    manager: str | None
    weekday: int
    weekdays: tuple[str, ...]
    time: str
    tz: str
    bands: str
    loads: str
    seen: int
    guests: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PortfolioSavedView:
    """What was set up; `unassigned` customers could still be taken in, and `without_series` have no meetings."""

    portfolio_id: int
    name: str
    created: bool
    channel: str | None
    manager: str | None
    weekday: str
    time: str
    tz: str
    next_digest_at: datetime
    accounts: int
    unassigned: int
    without_series: int = 0


@dataclass(frozen=True, slots=True)
class LoopChannelsView:
    """The form that says where a portfolio's Product and go-to-market loops are posted."""

    portfolio_id: int
    name: str
    product: str | None
    go_to_market: str | None
    seen: int


@dataclass(frozen=True, slots=True)
class WithoutBand:
    """A currency that has no band, and the customers who pay in it and whose tier nobody has set."""

    currency: str
    accounts: int


@dataclass(frozen=True, slots=True)
class CurrencyBandView:
    """The form for the band of a further currency; `main` are the bands of the portfolio as they are typed."""

    portfolio_id: int
    portfolio: str
    currency: str
    accounts: int
    main: str
    bands: str
    loads: str
    seen: int


@dataclass(frozen=True, slots=True)
class CurrencyBandSavedView:
    """The band of a currency as it stands now; empty `bands` say that it has none any more."""

    portfolio: str
    currency: str
    bands: str
    loads: str
    accounts: int


@dataclass(frozen=True, slots=True)
class DefaultSeriesView:
    """The form for a portfolio's default series: a rhythm or `none` by tier, and between which hours meetings begin.

    `without` customers have no series.
    """

    portfolio_id: int
    portfolio: str
    without: int
    high_touch: str
    low_touch: str
    tech_touch: str
    begins: str
    ends: str
    seen: int


@dataclass(frozen=True, slots=True)
class TierSeriesLine:
    """How many series of one tier would begin, and how often they meet."""

    tier: Tier
    rhythm: Rhythm
    count: int


@dataclass(frozen=True, slots=True)
class HolderLine:
    """Who gets how many new series, at most `a_day` of them on one weekday; `name` is None for nobody."""

    name: str | None
    series: int
    a_day: int


@dataclass(frozen=True, slots=True)
class SeriesPreviewView:
    """What one confirmation begins: `count` series, `ended` of them for customers who had one once.

    `left` customers wait for another confirmation; `not_met` are in tiers that are not met.
    """

    portfolio_id: int
    portfolio: str
    count: int
    left: int
    not_met: int
    ended: int
    tiers: tuple[TierSeriesLine, ...]
    holders: tuple[HolderLine, ...]
    more_holders: int
    begins: str
    ends: str
    from_day: date
    seen: int


@dataclass(frozen=True, slots=True)
class SeriesBegunView:
    """What was begun together by the act `act`; `untouched` of the `count` series can still be taken back.

    `left` customers of the portfolio have no series.
    """

    portfolio_id: int
    portfolio: str
    act: int
    count: int
    untouched: int
    left: int


@dataclass(frozen=True, slots=True)
class AdoptedView:
    """How many customers a portfolio took in, and how many still belong to none that it could take.

    `without_series` of all its customers have no meetings.
    """

    portfolio_id: int
    name: str
    adopted: int
    left: int
    without_series: int = 0


@dataclass(frozen=True, slots=True)
class PortfolioPart:
    """One portfolio, or one owner's accounts (`portfolio_id` is None then).

    `since` is the digest that changes are counted from; `unclaimed` counts the announced risks that nobody has taken.
    `unread` are accounts that are in no figure and no line.
    """

    key: str
    portfolio_id: int | None
    name: str
    channel: str | None
    lost_channels: tuple[str, ...]
    manager: str | None
    next_digest_at: datetime | None
    since: datetime | None
    unclaimed: int
    can_manage: bool
    summary: Summary
    unread: Unread | None = None


@dataclass(frozen=True, slots=True)
class PortfolioView:
    """What `/portfolio` shows: one part, or several that are short."""

    parts: tuple[PortfolioPart, ...]


@dataclass(frozen=True, slots=True)
class PortfolioPageView:
    """Every account in danger, the load of each owner, who answers: page `number` of `pages`.

    The first page also asks about `without_band`; only who `can_manage` sets a band.
    """

    key: str
    name: str
    number: int
    pages: int
    blocks: tuple[Block, ...]
    left: int
    portfolio_id: int | None = None
    can_manage: bool = False
    without_band: tuple[WithoutBand, ...] = ()


@dataclass(frozen=True, slots=True)
class StageLine:
    """The customers in one stage: `arr` are amounts, each currency apart; `entered` and `left` are of this quarter."""

    stage: Stage
    customers: int
    arr: tuple[str, ...]
    unknown_arr: int
    entered: int
    left: int


@dataclass(frozen=True, slots=True)
class StalledLine:
    """A customer who is longer in a stage than nine in ten were, who took at most `p90` days."""

    account_id: int
    name: str
    stage: Stage
    days: int
    median: int
    p90: int
    stays: int


@dataclass(frozen=True, slots=True)
class StagesView:
    """Where customers stand by stage, and what moved since `quarter_began`.

    `stalled` are the first few of `stalled_in_all`; `too_few` are the stages in which nothing is usual yet. `unread`
    are accounts that are not counted.
    """

    key: str
    name: str
    customers: int
    lines: tuple[StageLine, ...]
    quarter_began: date
    forward: int
    back: int
    joined: int
    unmoved: int
    stalled: tuple[StalledLine, ...]
    stalled_in_all: int
    too_few: tuple[Stage, ...]
    median: int | None
    p90: int | None
    timed: int
    with_care: bool
    none_yet: int
    unknown: int
    unread: Unread | None = None


@dataclass(frozen=True, slots=True)
class StalledPageView:
    """Stalled customers, the longest first: page `number` of `pages`."""

    key: str
    name: str
    number: int
    pages: int
    stalled: tuple[StalledLine, ...]


@dataclass(frozen=True, slots=True)
class OwnerActsLine:
    """What an owner did in 90 days that leaves less to be answered for, in words, beside what is usual."""

    owner_id: int
    owner: str
    acts: str


@dataclass(frozen=True, slots=True)
class RenewalRow:
    """One renewal of a list; `sign` is high, medium or empty. `due`, `notice` and the day of the call are in words."""

    head: RenewalHead
    call: CallLine | None
    past: bool
    sign: str
    due: str
    notice: str
    called: str


@dataclass(frozen=True, slots=True)
class CallSum:
    """The ARR of some renewals in words, each currency apart, of how many customers, and of how many it is unknown."""

    title: str
    arr: str
    many: int
    unknown: int


@dataclass(frozen=True, slots=True)
class RenewalsView:
    """`/portfolio renewals`: sums by call, what is past and open, the first rows by day, and how many more there are.

    `windows` are the numbers of days that one can choose. `losses` is how many were recorded with a reason. `listed` is
    the list of customers that has all of them.
    """

    key: str
    portfolio: str
    days: int
    windows: tuple[int, ...]
    sums: tuple[CallSum, ...]
    past: CallSum | None
    rows: tuple[RenewalRow, ...]
    more: int
    losses: int
    listed: str
