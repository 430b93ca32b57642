"""What is asked about a renewal, of whom and when: first whether they will renew, then how it ended.

The owner is asked for a call 30 days before the last day to act (60 before the renewal where the notice period is
unknown), and how it ended on the day and a week later; from then on their manager, once a week. Nobody is asked about a
rolling term, a former customer, or one who is known to leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from bot.domain.account.dangers import Danger
from bot.domain.account.judgement import CONTRADICTS_YES, arose_after, verdict_due_on
from bot.domain.enums import AccountStatus, JudgedAs, RenewalCall, RenewalResult, Tier
from bot.domain.facts import Fact
from bot.domain.model import Account, Call, Contract, ProofState, Result

WEEK = timedelta(days=7)
OF_OWNER, ASKED = 2, 9
"""So many times the owner is asked how it ended, and so many times anybody is."""
SIGNED = (RenewalResult.RENEWED, RenewalResult.EXPANDED, RenewalResult.CONTRACTED)
"""The results after which they stay."""
OWN = (JudgedAs.OWNER, JudgedAs.DEPUTY)
_HOPEFUL = (RenewalCall.COMMIT, RenewalCall.LIKELY)


@dataclass(frozen=True, slots=True)
class Question:
    """One question about a renewal; `key` is the same for as long as it is the same question.

    `past` asks how it ended, else whether they will renew. `against` are facts that contradict the last call.
    """

    key: str
    past: bool
    of_manager: bool = False
    against: tuple[Fact, ...] = ()


def question(state: ProofState, dangers: Sequence[Danger], on: date) -> Question | None:
    """What is to be asked about the renewal of an account on a day, if anything."""
    account = state.account
    renewal = account.renewal_date
    if renewal is None or not is_open(account):
        return None
    if renewal <= on:
        week = (on - renewal) // WEEK
        return Question(f"result:{renewal}:{week}", True, week >= OF_OWNER) if week < ASKED else None
    due_on = verdict_due_on(renewal, account.notice_days)
    if account.tier is Tier.TECH_TOUCH and not account.tier_reason:
        return None
    if due_on is None or on < due_on:
        return None
    call = last_call(state)
    if call is None or call.called_at.astimezone(UTC).date() < due_on:
        return Question(f"call:{renewal}", False)
    against = contradicted_by(state, call, dangers)
    return Question(f"again:{call.id}", False, against=against) if against else None


def is_open(account: Account) -> bool:
    """Whether the account has a renewal of which nobody knows yet how it ends."""
    is_customer = account.status is AccountStatus.CUSTOMER and account.leaves_on is None
    return is_customer and not account.rolling and account.renewal_date is not None


def last_call(state: ProofState) -> Call | None:
    """The newest call on the renewal that is to come."""
    about = [call for call in state.calls if call.renewal == state.account.renewal_date]
    return max(about, key=lambda call: (call.called_at, call.id), default=None)


def contradicted_by(state: ProofState, call: Call, dangers: Sequence[Danger]) -> tuple[Fact, ...]:
    """The facts since a hopeful call that speak against it."""
    if call.call not in _HOPEFUL:
        return ()
    against = (danger for danger in dangers if danger.kind in CONTRADICTS_YES)
    return tuple(danger.fact for danger in against if arose_after(state, danger, call.called_at))


def is_documented(result: Result, terms: Sequence[Contract]) -> bool:
    """Whether a document or a system speaks for a result: a link, or an imported term that runs on its first day."""
    if result.link:
        return True
    day = result.on_date
    return day is not None and any(
        term.result_id is None and term.is_imported and term.starts_on <= day and (term.ends_on or date.max) > day
        for term in terms
    )


def awaits_manager(result: Result, terms: Sequence[Contract]) -> bool:
    """Whether a manager has still to confirm a renewal which its own team recorded and nothing else speaks for."""
    said_alone = result.result in SIGNED and result.recorded_as in OWN
    decided = result.confirmed_by is not None or result.refused_by is not None
    return said_alone and not decided and not is_documented(result, terms)
