"""What the forms and lists of an account show; `card_views` has its card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.account.stages import UsualTime
from bot.domain.enums import Stage, Tier, Verdict


@dataclass(frozen=True, slots=True)
class NewAccountView:
    """The form for a new account; `portfolios` are (id, name)."""

    portfolios: tuple[tuple[int, str], ...]
    owner_slack_id: str | None
    name: str


@dataclass(frozen=True, slots=True)
class JudgeView:
    """The form, with what the judge should know: what is proven, what speaks against it, what was said last.

    `own` says that the judge answers for the account.
    """

    account_id: int
    account: str
    coverage: str
    outcomes: int
    dangers: tuple[str, ...]
    theatre: tuple[str, ...]
    last: JudgementView | None
    own: bool
    seen: int


@dataclass(frozen=True, slots=True)
class VerdictView:
    """The question for a verdict, with what is on record; `pending` until somebody has judged.

    `against` are the facts that contradict the last verdict, empty where the renewal is the reason to ask. `by` names
    who gave the last one, with what they are to the account.
    """

    account_id: int
    account: str
    coverage: str
    outcomes: int
    renewal_date: date | None
    pending: bool
    against: tuple[str, ...]
    verdict: Verdict | None
    by: str | None
    on: date | None
    why: str | None


@dataclass(frozen=True, slots=True)
class JudgementView:
    """A judgement as it stands; `again` are the facts that contradict it. `by` says what the judge is to it."""

    account_id: int
    account: str
    verdict: Verdict
    why: str
    would_change: str | None
    by: str | None
    at: datetime
    again: tuple[str, ...]
    coverage: str


@dataclass(frozen=True, slots=True)
class AccountAddedView:
    """A new account."""

    account_id: int
    account: str


@dataclass(frozen=True, slots=True)
class AccountProposedView:
    """An account was proposed to `decider`, a Slack id."""

    account: str
    decider: str | None


@dataclass(frozen=True, slots=True)
class AccountProposalView:
    """A proposed account, for who decides; `added` is None while nobody has. `owner` is a Slack id.

    `proposer` and `decided_by` are Slack ids, or names of people whom Slack does not know.
    """

    proposal_id: int
    name: str
    proposer: str
    portfolio: str | None
    owner: str | None
    arr: str | None
    renewal_date: date | None
    added: bool | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class AccountProposalDecidedView:
    """What became of a proposal, for who made it; `slug` finds the account that was added."""

    account: str
    added: bool
    by: str
    slug: str | None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change: `who`, None if that is not known, did `what`; `why` is the reason they gave."""

    at: datetime
    by_bot: bool
    who: str | None
    what: str
    why: str | None


@dataclass(frozen=True, slots=True)
class HistoryView:
    """The newest changes first, without the first `skip`; `more` older ones are not shown. A page has `size`."""

    account_id: int
    account: str
    since: date | None
    lines: tuple[HistoryLine, ...]
    skip: int
    more: int
    today: date
    size: int


@dataclass(frozen=True, slots=True)
class StayLine:
    """One stay in a stage. `until` is None for the present one; `days` count up to today there."""

    stage: Stage
    since: date
    until: date | None
    days: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class StageView:
    """Where an account stands and how it got there; with `can_write` it is a form that overrules the stage.

    `needs` is the test to leave the stage that the ledger shows (`computed`). `usual` is how long this portfolio's
    accounts took to get through the present stage; `stalled` is None when too few did to tell.
    """

    account_id: int
    account: str
    stage: Stage
    computed: Stage
    reason: str | None
    needs: str
    ready: bool
    since: date | None
    days: int | None
    usual: UsualTime | None
    stalled: bool | None
    time_to_value: int | None
    first_win_on: date | None
    stays: tuple[StayLine, ...]
    earlier: int
    choices: tuple[Stage, ...]
    can_write: bool
    seen: int


@dataclass(frozen=True, slots=True)
class TierView:
    """The tier of an account; with `can_write` it is a form that overrules it.

    `by_bands` is the tier that the portfolio's bands give this ARR, None when they cannot tell; `bands` are the amounts
    from which on an account is high touch and low touch.
    """

    account_id: int
    account: str
    tier: Tier
    reason: str | None
    arr: str | None
    by_bands: Tier | None
    bands: tuple[str, str] | None
    can_write: bool
    seen: int
