"""Whether anybody meets an account: it has meetings ahead, or something was heard of it within 60 days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.account.movement import counts, refuted
from bot.domain.enums import PromptState, Tier
from bot.domain.model import Evidence, ProofState
from bot.domain.proof.in_force import is_withdrawn
from bot.domain.values.days import shift_day

SILENT_AFTER = timedelta(days=60)
NEW_FOR = timedelta(days=14)
"""So long after an account was added nobody is blamed for its silence: the record has only just begun."""
MEETS_WITHIN = timedelta(days=100)
"""A series whose next meeting is further away meets nobody: a quarter, and some days for holidays."""
_HEARD = (PromptState.ANSWERED, PromptState.OPEN)


@dataclass(frozen=True, slots=True)
class Silence:
    """That nobody meets an account. `since` is the day on which it was last heard of, `heard` whether it ever was.

    Where it never was, `since` is the start of the contract, or the day on which the account was added.
    `begins` is the day from which on this is a danger; `meets_on` the next meeting, where one is too far away to count.
    """

    since: date
    heard: bool
    begins: date
    meets_on: date | None


def silence(state: ProofState, on: date) -> Silence | None:
    """The silence of an account without meetings ahead, also one that is no danger yet; None where it is met.

    Nobody is expected to meet an account in tech touch, unless somebody has put it there by hand. Nobody is asked about
    its meetings either, so a series would say nothing of it: there only what was heard counts.
    """
    account, meets_on = state.account, _meets_on(state)
    if account.tier is Tier.TECH_TOUCH and not account.tier_reason:
        return None
    if meets_on is not None and meets_on - on <= MEETS_WITHIN:
        return None
    heard_on = _heard_on(state, on)
    added_on = account.created_at.date() if account.created_at is not None else None
    since = max((day for day in (heard_on, account.contract_start) if day is not None), default=added_on)
    if since is None:
        return None
    begins = shift_day(since, SILENT_AFTER)
    if added_on is not None:
        begins = max(begins, shift_day(added_on, NEW_FOR))
    return Silence(since, since == heard_on, begins, meets_on)


def next_change(state: ProofState, on: date) -> date | None:
    """The first day after `on` on which time alone begins or ends a silence that is a danger."""
    silent, meets_on = silence(state, on), _meets_on(state)
    days = [silent.begins] if silent is not None else []
    if meets_on is not None:
        days.append(shift_day(meets_on, -MEETS_WITHIN))
    return min((day for day in days if day > on), default=None)


def _meets_on(state: ProofState) -> date | None:
    """The next meeting that somebody will be asked about."""
    if state.account.tier is Tier.TECH_TOUCH:
        return None
    return None if state.next_meeting_at is None else state.next_meeting_at.date()


def _heard_on(state: ProofState, on: date) -> date | None:
    """The last day that evidence, or a meeting which somebody spoke of or still can, tells of the account."""
    failed = refuted(state)
    days = [piece.as_of for piece in state.evidence if piece.id not in failed and _tells(piece, on)]
    days += [meeting.starts_at.date() for meeting in state.meetings if meeting.prompt in _HEARD]
    return max(days, default=None)


def _tells(piece: Evidence, on: date) -> bool:
    """Whether a piece counts. One from before that rule does, as it did then."""
    return counts(piece, on) or (piece.changed_standing is None and not is_withdrawn(piece, on))
