"""Makes an account's assessment, and says which day counts as today.

- The rules look at the ledger on the UTC day (`rules_day`), whoever reads, so that card, digest, risk and stored
  summary cannot disagree.
- What a person writes down or picks from a calendar follows their own day: `Actor.today` for who acts,
  `working_hours.local_day` with the zone of the portfolio or the owner for what the clock sends.
- `has_begun` is the latest day that has begun anywhere, so that what a person anywhere dates today counts as past.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.app.accounts import account_of, no_such_account
from bot.app.actor import Actor, UserError, must_read
from bot.app.refusals import AppRefusal
from bot.domain.account.assessment import Assessment, assess
from bot.domain.model import ProofState
from bot.domain.values import days
from bot.domain.values.text import percent
from bot.store import proof_state


def rules_day(now: datetime) -> date:
    """The day on which the rules look at the ledger at the moment `now`."""
    return now.astimezone(UTC).date()


def has_begun(now: datetime) -> date:
    """The latest calendar day that has begun anywhere on earth: the clocks furthest ahead are 14 hours ahead."""
    return days.shift_moment(now, timedelta(hours=14)).date()


def assess_now(state: ProofState, now: datetime) -> Assessment:
    """The assessment of a loaded account at the moment `now`."""
    return assess(state, rules_day(now), now)


def assess_ahead(state: ProofState, on: date, now: datetime) -> Assessment:
    """What the assessment of an account will be on a coming day of the rules, if nobody does anything until then."""
    return assess(state, on, days.shift_moment(now, on - rules_day(now)))


def seen_share(assessment: Assessment) -> str | None:
    """How much of what is proven somebody outside the account team has seen, `35%`; None where nothing is proven."""
    return percent(assessment.seen) if assessment.coverage > 0 else None


def assessed(
    session: Session, actor: Actor, account_id: int, now: datetime, *, as_of: date | None = None
) -> tuple[ProofState, Assessment]:
    """The state and assessment that every view of an account is made of."""
    if as_of is None:
        must_read(actor)
        try:
            state = proof_state.load(session, actor.workspace_id, account_id)
        except LookupError:
            raise no_such_account() from None
        return state, assess(state, now.astimezone(UTC).date(), now)
    account_of(session, actor, account_id)
    moment = _end_of(as_of)
    if moment >= now:
        raise UserError(AppRefusal.DAY_NOT_OVER)
    try:
        state = proof_state.load(session, actor.workspace_id, account_id, as_of=moment)
    except LookupError:
        raise UserError(AppRefusal.ACCOUNT_NOT_HERE_YET, day=as_of) from None
    return state, assess(state, as_of, moment)


def assessed_then(
    session: Session, workspace_id: int, account_ids: Sequence[int], day: date
) -> Iterator[tuple[ProofState, Assessment]]:
    """The same of many accounts of a workspace, at the end of a day; those that were not here are missing."""
    moment = _end_of(day)
    for state in proof_state.load_many(session, [workspace_id], account_ids, as_of=moment):
        yield state, assess(state, day, moment)


def _end_of(day: date) -> datetime:
    return days.shift_moment(days.at(days.add_days(day, 1), time(), "UTC"), timedelta(microseconds=-1))
