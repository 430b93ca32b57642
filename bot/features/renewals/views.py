"""What messages and forms about renewals show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.enums import LeftBecause, RenewalCall, RenewalResult, Standing
from bot.features.renewals.frozen import Frozen


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call as lists and cards show it; `own` says that an owner or deputy made it of their own account."""

    call: RenewalCall
    by: str
    on: date
    why: str | None
    own: bool
    again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenewalHead:
    """What every view of a renewal begins with.

    `squares` are how outcomes stand, one each, empty above ten. `days` are those until the renewal, negative past it.
    `fact` is the one that matters most.
    """

    account_id: int
    account: str
    arr: str | None
    renewal: date | None
    days: int | None
    last_day: date | None
    notice_days: int | None
    squares: tuple[Standing, ...]
    coverage: str
    outcomes: int
    proven: int
    fact: str | None
    rolling: bool = False
    former: bool = False
    leaves_on: date | None = None


@dataclass(frozen=True, slots=True)
class ResultLine:
    """A recorded result. `unconfirmed` says that nothing but its own team speaks for it, `can_take_back` that this
    reader may say that it is not so, `monthly` that they pay by the month from then on."""

    result_id: int
    result: RenewalResult
    on: date | None
    before: str | None
    arr: str | None
    because: str | None
    decided: str | None
    by: str
    own: bool
    recorded_on: date
    link: str | None
    unconfirmed: bool
    confirmed_by: str | None
    frozen: Frozen | None
    monthly: bool = False
    may_confirm: bool = False
    can_take_back: bool = False


@dataclass(frozen=True, slots=True)
class RenewalView:
    """`/proof acme renewal`: terms, the last day to act, the call, and the newest results."""

    head: RenewalHead
    terms: tuple[str, ...]
    call: CallLine | None
    judged: str | None
    results: tuple[ResultLine, ...]
    can_write: bool
    past: bool


@dataclass(frozen=True, slots=True)
class RenewalQuestionView:
    """A question about a renewal. `past` asks how it ended. `pending` says that it still is to be answered.

    `ended` is the result in words, once there is one; `still_open_on` the day on which somebody said that it is open.
    `asked_now` is who is asked in this reader's place.
    """

    head: RenewalHead
    past: bool
    pending: bool
    against: tuple[str, ...]
    call: CallLine | None
    mine: bool
    judged: bool
    ended: str | None
    still_open_on: date | None
    asked_now: str | None = None


@dataclass(frozen=True, slots=True)
class CallFormView:
    """The form for a call and, if somebody wants to give one, a verdict; `prompt_id` says which prompt opened it."""

    account_id: int
    account: str
    coverage: str
    outcomes: int
    chosen: RenewalCall | None
    why: str | None
    last: CallLine | None
    own: bool
    seen: int
    prompt_id: int | None = None


@dataclass(frozen=True, slots=True)
class RenewedFormView:
    """The form for a renewal that was signed; `arr` and `was` are the value so far as typed and as read."""

    account_id: int
    account: str
    coverage: str
    outcomes: int
    proven: int
    arr: str | None
    was: str | None
    currency: str
    next_renewal: date | None
    notice_days: int | None
    back: bool
    seen: int


@dataclass(frozen=True, slots=True)
class LeftFormView:
    """The form for a customer that left."""

    account_id: int
    account: str
    coverage: str
    outcomes: int
    proven: int
    last_day: date
    because: LeftBecause | None
    seen: int


@dataclass(frozen=True, slots=True)
class RenewalReviewView:
    """The question to a manager whether a renewal that its own team recorded is so."""

    account_id: int
    account: str
    line: ResultLine
    gone: bool


@dataclass(frozen=True, slots=True)
class LossView:
    """A high-touch customer that left, for the managers' channel: why, what was proven, and what had been named."""

    account_id: int
    account: str
    arr: str | None
    on: date | None
    because: str
    uses_now: str | None
    decided: str | None
    frozen: Frozen | None
