"""What App Home shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.app.readable import Unread
from bot.domain.enums import CadenceKind, Loop, Severity
from bot.features.oversight.views import (
    AccountLine,
    ExecutiveHome,
    ManagedLine,
    NeedLine,
    PairLine,
    RetirementLine,
    TeamLine,
)
from bot.features.setup.views import SetupSteps


class Show(StrEnum):
    """Which of their accounts somebody wants to see."""

    ALL = "all"
    NEEDS = "needs"
    RENEWING = "renewing"
    NO_PLAN = "noplan"


class Sort(StrEnum):
    """In which order somebody wants to see their accounts."""

    WORST = "worst"
    RENEWAL = "renewal"
    ARR = "arr"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class OwedAnswerLine:
    """A prompt that I have not answered; `in_days` counts from today, `proof` is the account as it stands."""

    prompt_id: int
    account_id: int
    account: str
    kind: CadenceKind
    starts_at: datetime
    in_days: int
    proof: AccountLine | None


@dataclass(frozen=True, slots=True)
class DueLine:
    """An action of mine that is due; `in_days` counts from today, `done` says that it was done today."""

    action_id: int
    account_id: int
    account: str
    text: str
    due_on: date
    overdue: bool
    in_days: int
    loop: Loop
    done: bool

    @property
    def is_box(self) -> bool:
        """Whether a check box does: what Product or go-to-market have is closed with what the customer was told."""
        return self.loop in (Loop.OURSELVES, Loop.CUSTOMER)


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A risk that I own."""

    risk_id: int
    account_id: int
    account: str
    fact: str
    severity: Severity
    snoozed_until: datetime | None


@dataclass(frozen=True, slots=True)
class HomeView:
    """Each list shows its first lines and says how many more there are.

    `accounts` is page `page` (from 0) of `pages`, of `accounts_all` accounts that `show` chooses; `next_accounts` is
    how many the next page has. The place of `unassessed` of them may still change. `unread` are accounts that stand in
    no list. `owns` says whether any account is theirs; `executive` is for who owns and manages nothing, `setup` for the
    admin of a workspace that is being set up.
    """

    today: date
    owed: tuple[OwedAnswerLine, ...]
    owed_more: int
    due: tuple[DueLine, ...]
    due_more: int
    held: tuple[HeldLine, ...]
    held_more: int
    show: Show
    sort: Sort
    owns: bool
    accounts: tuple[AccountLine, ...]
    accounts_all: int
    page: int
    pages: int
    next_accounts: int
    unassessed: int
    setup: SetupSteps | None = None
    executive: ExecutiveHome | None = None
    managed: tuple[ManagedLine, ...] = ()
    needs: tuple[NeedLine, ...] = ()
    needs_more: int = 0
    team: tuple[TeamLine, ...] = ()
    pairs: tuple[PairLine, ...] = ()
    retirements: tuple[RetirementLine, ...] = ()
    retirements_more: int = 0
    unread: Unread | None = None

    @property
    def to_do(self) -> int:
        """How many actions are due and not done."""
        return sum(not line.done for line in self.due) + self.due_more

    @property
    def heading(self) -> str:
        """The day as its reader would say it: `Tuesday, 1 December`."""
        return f"{self.today:%A}, {self.today.day} {self.today:%B}"
