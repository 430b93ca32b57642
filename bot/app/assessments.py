"""An account with its assessment, for the people who may read it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.app.accounts import readable
from bot.app.actor import Actor, UserError
from bot.domain.account.assessment import Assessment, assess
from bot.domain.model import ProofState
from bot.store import proof_state


def assessed(
    session: Session, actor: Actor, account_id: int, now: datetime, *, as_of: date | None = None
) -> tuple[ProofState, Assessment]:
    """The state and assessment that every view of an account is made of."""
    readable(session, actor, account_id)
    if as_of is None:
        state = proof_state.load(session, account_id)
        return state, assess(state, now.astimezone(UTC).date(), now)
    moment = datetime.combine(as_of + timedelta(days=1), time(), UTC) - timedelta(microseconds=1)
    if moment >= now:
        raise UserError("That day is not over yet. Leave out “as of” to see the card as it is now.")
    try:
        state = proof_state.load(session, account_id, as_of=moment)
    except LookupError:
        raise UserError(f"This account was not here yet on {as_of:%Y-%m-%d}. Choose a later day.") from None
    return state, assess(state, as_of, moment)
