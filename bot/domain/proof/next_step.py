"""The one step that would make an outcome better known: what a gap asks for, from why its grade is no higher."""

from __future__ import annotations

from bot.domain.enums import Grade, OutcomeKind, Standing, Why
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.proof.explanation import would_show
from bot.domain.proof.grading import Graded

_ASKS_FOR_A_FIGURE = frozenset(
    {
        Why.NOTHING,
        Why.WITHDRAWN,
        Why.EXPIRED,
        Why.OUR_WORD,
        Why.TELEMETRY,
        Why.NO_NUMBER,
        Why.BEFORE_BASELINE,
    }
)
"""Where the step is to look into the customer's own system, so that it says where to look and whom to ask."""
_IN_WRITING = frozenset(
    {Why.NOTHING, Why.WITHDRAWN, Why.EXPIRED, Why.OUR_WORD, Why.TELEMETRY, Why.NO_METRIC, Why.EARLIER_TERMS}
)


def next_step(graded: Graded) -> Fact | None:
    """The step, such as `Sam Roe puts it in writing`; `None` for what is proven."""
    if graded.standing is Standing.PROVEN:
        return None
    if graded.grade is not None and graded.grade >= Grade.CONFIRMED:
        return _further(graded)
    if graded.outcome.kind is OutcomeKind.STATEMENT and graded.why in _IN_WRITING:
        return fact(FactCode.STEP_IN_WRITING, owner=_owner(graded))
    return fact(
        FactCode.STEP,
        why=graded.why.value,
        owner=_owner(graded),
        metric=graded.outcome.metric or None,
        value=graded.value,
        unit=graded.outcome.unit,
        shows=would_show(graded) if graded.why in _ASKS_FOR_A_FIGURE else None,
    )


def _further(graded: Graded) -> Fact:
    outcome = graded.outcome
    if graded.progress is None:
        return fact(FactCode.STEP_COMPLETE_PLAN)
    if graded.progress == 1:
        return fact(FactCode.STEP_CONFIRM, owner=_owner(graded), value=graded.value, unit=outcome.unit)
    if outcome.target is None:
        return fact(FactCode.STEP_BACK_INTO_BAND)
    return fact(FactCode.STEP_REACH, target=outcome.target, unit=outcome.unit)


def _owner(graded: Graded) -> str | None:
    """The outcome's owner who is still at the customer."""
    owner_id = graded.outcome.owner_person_id
    owner = graded.people.get(owner_id) if owner_id is not None else None
    return owner.name if owner is not None and owner.is_there(graded.on) else None
