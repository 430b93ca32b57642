"""The one step that would make an outcome better known: what a gap asks for, from why its grade is no higher."""

from __future__ import annotations

from bot.domain.enums import Grade, OutcomeKind, Standing, Why
from bot.domain.proof.grading import Graded
from bot.domain.values.text import number

_STEPS = {
    Why.OUR_WORD: "{owner} puts it in writing, or show it in their own system",
    Why.TELEMETRY: "measure {metric} against the baseline; use alone is not value",
    Why.NOBODY_NAMED: "name who at the customer says so",
    Why.NO_WORDS: "quote the customer's words, or link to them",
    Why.NO_BASELINE: "agree a baseline with {owner}",
    Why.BASELINE_NOT_AGREED: "get {owner}'s yes to the baseline",
    Why.BEFORE_BASELINE: "measure {metric} again; the figure is older than the baseline",
    Why.NO_NUMBER: "get the figure for {metric}",
    Why.MEASURED_BY_US: "{owner} confirms {value} in writing",
    Why.ORAL: "{owner} puts it in writing",
    Why.ATTESTOR_LEFT: "{owner} attests it anew",
    Why.NOT_THE_CHAMPION: "the champion presents it, or {owner} puts it in writing",
    Why.DISPUTED: "settle the dispute with {owner}, then measure again",
    Why.EXPIRED: "measure {metric} again",
}
_IN_WRITING = frozenset({Why.NOTHING, Why.WITHDRAWN, Why.EXPIRED, Why.OUR_WORD, Why.TELEMETRY, Why.NO_METRIC})


def next_step(graded: Graded) -> str | None:
    """Half a sentence such as `Sam Roe puts it in writing`; `None` for what is proven."""
    if graded.standing is Standing.PROVEN:
        return None
    if graded.grade is not None and graded.grade >= Grade.CONFIRMED:
        return _further(graded)
    if graded.outcome.kind is OutcomeKind.STATEMENT and graded.why in _IN_WRITING:
        return f"{_words(graded)['owner']} says so in writing"
    return _STEPS.get(graded.why, "get a first figure for {metric}").format(**_words(graded))


def _further(graded: Graded) -> str:
    outcome = graded.outcome
    if graded.progress is None:
        return "complete the plan: progress cannot be told"
    if graded.progress == 1:
        return f"{_words(graded)['owner']} confirms {_words(graded)['value']} in writing"
    if outcome.target is None:
        return "bring it back into its band"
    return f"reach {number(outcome.target, outcome.unit)}"


def _words(graded: Graded) -> dict[str, str]:
    outcome = graded.outcome
    owner = graded.people.get(outcome.owner_person_id) if outcome.owner_person_id is not None else None
    return {
        "owner": owner.name if owner is not None and owner.is_there(graded.on) else "the customer",
        "metric": outcome.metric or "it",
        "value": "it" if graded.value is None else number(graded.value, outcome.unit),
    }
