"""What the list of accounts shows: as rows, as a table, by owner, and the form that narrows it down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.app.readable import Unread
from bot.domain.enums import RenewalCall, Stage, Tier
from bot.features.portfolios.list_choice import ListChoice
from bot.store.account_list import Covered, Show, Sort


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One customer of a list. `squares` has a word for each outcome, proven ones first, and is empty above ten.

    `when` says when they renew, `note` what is worst, `coverage` how much is proven, all in words. `arr` is empty where
    it is unknown. `owner` is None where nobody owns the account, and empty where all rows have the same one.
    """

    account_id: int
    name: str
    arr: str
    when: str
    squares: tuple[str, ...]
    outcomes: int
    proven: int
    coverage: str
    call: RenewalCall | None
    note: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class OwnerStep:
    """An open step of an owner; `due` in words, empty without a day."""

    account: str
    text: str
    due: str
    late: bool


@dataclass(frozen=True, slots=True)
class OwnerMonth:
    """What an owner did in 30 days, and the steps that are theirs: for them, and for who manages them.

    `moved` counts customers at whom something moved, `evidence` the pieces that they recorded; `answered` of `asked`
    meetings. `steps` are the first of `open_steps`.
    """

    days: int
    moved: int
    evidence: int
    asked: int
    answered: int
    open_steps: int
    late_steps: int
    steps: tuple[OwnerStep, ...]


@dataclass(frozen=True, slots=True)
class ListHead:
    """The line above a list: shares such as `34% of 2.2 M USD`, of how many customers, how many need attention, and
    what narrows the list down."""

    title: str
    shares: tuple[str, ...]
    customers: int
    needing: int
    narrowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountListView:
    """One page of a list: the rows from `first` on, of `shown` in all.

    Risks that are `unclaimed`, `lost_channels` and `month` are for who manages the portfolio, or owns the accounts.
    `shows` and `sorts` are what the menus offer, each with what its option carries.
    """

    choice: ListChoice
    head: ListHead
    rows: tuple[AccountRow, ...]
    first: int
    shown: int
    next_page: int
    unclaimed: int
    lost_channels: tuple[str, ...]
    month: OwnerMonth | None
    shows: tuple[tuple[Show, str], ...]
    sorts: tuple[tuple[Sort, str], ...]
    has_portfolio: bool
    unread: Unread | None = None


@dataclass(frozen=True, slots=True)
class TableRow:
    """One customer of the table; `renews` is an ISO day, so that the column sorts."""

    name: str
    coverage: int | None
    arr: float | None
    arr_text: str
    renews: str
    owner: str
    needs: str


@dataclass(frozen=True, slots=True)
class AccountTableView:
    """The same list as a table: the rows from `first` on, of `shown` in all. `choice` is the list that it came from,
    `exports` what its file has."""

    choice: ListChoice
    exports: str
    title: str
    caption: str
    rows: tuple[TableRow, ...]
    first: int
    shown: int


@dataclass(frozen=True, slots=True)
class OwnerLine:
    """The customers of one owner; `value` is the list that shows them, None for nobody's."""

    name: str | None
    customers: int
    needing: int
    shares: tuple[str, ...]
    value: str | None


@dataclass(frozen=True, slots=True)
class OwnerListView:
    """Who owns the customers, the owner of most that need attention first; `more` owners are not shown."""

    choice: ListChoice
    title: str
    lines: tuple[OwnerLine, ...]
    more: int


@dataclass(frozen=True, slots=True)
class ListFilterView:
    """The form that narrows a list down; `metadata` is the list, and where its message can be answered."""

    metadata: str
    owner: str | None
    stage: Stage | None
    tier: Tier | None
    days: int | None
    covered: Covered | None
    text: str
    stages: tuple[Stage, ...]
    windows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TrendLine:
    """The proven share of the ARR in one currency, week by week, oldest first, in whole percent."""

    currency: str
    weeks: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class CoverageTrendView:
    """How the proven share of a portfolio moved, digest by digest; `since` is the first day, None without a digest."""

    title: str
    lines: tuple[TrendLine, ...]
    since: date | None
    value: str


@dataclass(frozen=True, slots=True)
class ListFile:
    """An exported list: a file's name and content, how many rows it has, and whether rows were left out."""

    name: str
    content: bytes
    rows: int
    is_cut: bool


@dataclass(frozen=True, slots=True)
class NoPortfolioView:
    """That no portfolio is set up yet; who `can_set_up` gets the button for it."""

    can_set_up: bool


@dataclass(frozen=True, slots=True)
class WhichPortfolioView:
    """That no portfolio is called so: the nearest by id and name, and the word of the command that was meant."""

    typed: str
    hits: tuple[tuple[int, str], ...]
    near: str | None


@dataclass(frozen=True, slots=True)
class ListExportedView:
    """That a list was sent as a file of so many rows; `is_cut` says that it has no more room."""

    name: str
    rows: int
    is_cut: bool
