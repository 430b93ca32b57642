"""What the admin of a fresh workspace sees, and the first words to everybody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SetupSteps:
    """The five steps of a fresh workspace; `steps` says of each whether it is done.

    `portfolio` is the first portfolio, of `portfolios`. Of `customers`, `unowned` have no owner and `silent` no series
    of meetings; `series_of` is the portfolio with most of those. `renewing` are the next renewals with id, name and
    whether an outcome is written down. `owners` and `managers` count those who get a first message, `greet_admin` says
    that nobody has had the first words to an admin.
    """

    steps: tuple[bool, bool, bool, bool, bool]
    portfolio_id: int | None
    portfolio: str | None
    portfolios: int
    channel: str | None
    manager: str | None
    weekday: str
    time: str
    customers: int
    unowned: int
    silent: int
    series_of: int | None
    renewing: tuple[tuple[int, str, bool], ...]
    owners: int
    managers: int
    greet_admin: bool

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(self.steps)

    @property
    def next(self) -> int:
        """The number of the first step that is not done, from 1; 0 when all are."""
        return next((number for number, done in enumerate(self.steps, 1) if not done), 0)

    @property
    def to_write(self) -> int | None:
        """The account whose success is to be written down next."""
        return next((account_id for account_id, _, written in self.renewing if not written), None)


@dataclass(frozen=True, slots=True)
class Greeted:
    """Somebody who gets a first message: an owner of `customers`, or the manager of a portfolio."""

    name: str
    customers: int
    portfolio: str | None


@dataclass(frozen=True, slots=True)
class TellTeamView:
    """Who gets a first message: `people`, and `more`. `unreached` are owners whom Slack does not reach."""

    people: tuple[Greeted, ...]
    more: int
    unreached: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamToldView:
    """That `count` people get a first message."""

    count: int


@dataclass(frozen=True, slots=True)
class WelcomeAdminView:
    """The first words to the admin of a workspace; `link` opens App Home."""

    link: str | None


@dataclass(frozen=True, slots=True)
class WelcomeOwnerView:
    """The first words to an owner: the largest of their customers, and `names` of some, of `count` in all."""

    account_id: int
    account: str
    names: tuple[str, ...]
    count: int
    more: int
    link: str | None


@dataclass(frozen=True, slots=True)
class WelcomeManagerView:
    """The first words to a manager: a portfolio of theirs, of `more` beside it, and where its digest goes."""

    portfolio_id: int
    name: str
    more: int
    customers: int
    owners: int
    channel: str | None
    weekday: str
    time: str
    link: str | None
