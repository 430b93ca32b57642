"""What the forms and messages on editing and handing over accounts show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class EditAccountView:
    """The form. `owner` and `deputy` are Slack ids, with the names of those who are not in Slack beside them.

    `portfolios` are (id, name), empty for who may not move it; `domain` is None for who may not say whose it is.
    """

    account_id: int
    name: str
    slug: str
    owner: str | None
    owner_name: str | None
    deputy: str | None
    deputy_name: str | None
    portfolio_id: int | None
    portfolios: tuple[tuple[int, str], ...]
    may_identify: bool
    external_id: str | None
    domain: str | None
    crm_link: str | None
    seen: int


@dataclass(frozen=True, slots=True)
class AccountSavedView:
    """What stands now that an account was edited; `carried` says what went along with it to a new owner.

    `undo` is what the button that takes a hand-over back carries, None where there is none.
    """

    account_id: int
    account: str
    slug: str
    owner: str | None
    carried: str | None
    undo: str | None = None


@dataclass(frozen=True, slots=True)
class ChooseOwnerView:
    """The form that gives an account to somebody; `carried` is what goes along."""

    account_id: int
    account: str
    owner: str | None
    owner_left: bool
    carried: str
    seen: int


@dataclass(frozen=True, slots=True)
class LeaverView:
    """The form that hands over the accounts of one owner: (id, name) of each; `not_yours` have another manager."""

    member_id: int
    name: str
    accounts: tuple[tuple[int, str], ...]
    many: int
    not_yours: int


@dataclass(frozen=True, slots=True)
class LeaverPreviewView:
    """What a hand-over of many accounts would do. `shown` stands for exactly these accounts as they are."""

    member_id: int
    to: str
    from_name: str
    to_name: str
    account_ids: tuple[int, ...]
    many: int
    names: tuple[str, ...]
    arr: tuple[str, ...]
    carried: str
    shown: int


@dataclass(frozen=True, slots=True)
class LeaverDoneView:
    """How many accounts went over, and what with them."""

    from_name: str
    to_name: str
    many: int
    carried: str


@dataclass(frozen=True, slots=True)
class BriefAnswer:
    """What was answered last: by whom, when, and the words."""

    by: str | None
    on: date
    what_changed: str | None
    unproven: str | None
    next_action: str | None


@dataclass(frozen=True, slots=True)
class BriefAccount:
    """One account as its new owner is told of it."""

    account_id: int
    name: str
    slug: str
    coverage: str
    outcomes: int
    arr: str | None
    renewal_date: date | None
    risks: int
    worst: str | None
    promises: tuple[str, ...]
    promises_more: int
    steps: int
    next_meeting_at: datetime | None
    answer: BriefAnswer | None


@dataclass(frozen=True, slots=True)
class HandoverBriefView:
    """What a new owner reads: whose the accounts were, and each of them; `more` are not listed.

    `merged` is the name of an account that is a part of theirs now.
    """

    from_name: str | None
    by: str | None
    accounts: tuple[BriefAccount, ...]
    more: int
    merged: str | None = None


@dataclass(frozen=True, slots=True)
class HandoverLineView:
    """The line for the old owner, or (`told`) for the manager; `merged` as in the brief."""

    names: tuple[str, ...]
    more: int
    from_name: str | None
    to_name: str
    by: str | None
    told: bool
    merged: str | None = None
