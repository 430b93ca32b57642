"""Facts: what a rule has found, as a code and the values that its sentence names.

The domain says what is so, `templates/app/facts.yml` says it in words (`bot/phrases.py`). A fact can be stored as JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, TypeAlias, Union

from bot.domain import enums
from bot.domain.values.money import Money


class FactCode(StrEnum):
    """Every kind of fact; each has a sentence or half a sentence in `templates/app/facts.yml`."""

    NO_OUTCOME = "no_outcome"
    NO_SUCCESS = "no_success"
    COVERED = "covered"

    DISPUTED_PROOF = "disputed_proof"
    NOT_MOVED = "not_moved"
    PROOF_RAN_OUT = "proof_ran_out"
    NO_CUSTOMER_OWNER = "no_customer_owner"
    PERSON_LEFT = "person_left"
    RENEWAL_UNPROVEN = "renewal_unproven"
    PROMPTS_UNANSWERED = "prompts_unanswered"
    MEETINGS_WITHOUT_EVIDENCE = "meetings_without_evidence"
    ACTION_OVERDUE = "action_overdue"
    PROMISE_OVERDUE = "promise_overdue"
    OBSTACLE_OVERDUE = "obstacle_overdue"
    JUDGED = "judged"
    OWNER_LEFT = "owner_left"
    NOBODY_MEETS = "nobody_meets"

    ANSWERS_WITHOUT_EVIDENCE = "answers_without_evidence"
    REVIEW_WITHOUT_EVIDENCE = "review_without_evidence"
    REVIEW_NOT_STRONGER = "review_not_stronger"
    MEETINGS_OFF = "meetings_off"
    HEALTH_ROSE = "health_rose"
    WARM_BUT = "warm_but"
    WARM_UNMEASURED = "warm_unmeasured"
    WORTH = "worth"
    PROMISE_FORGOTTEN = "promise_forgotten"
    NEWLY_PROVEN = "newly_proven"
    PARTICIPATION = "participation"
    RECURRING_THEME = "recurring_theme"

    NOT_TOLD_WHAT_CHANGED = "not_told_what_changed"
    LOOP_NOT_ANSWERED = "loop_not_answered"
    NOT_TOLD = "not_told"

    TERMS_MOVED = "terms_moved"
    TERMS_PUT_BACK = "terms_put_back"
    RETIRED = "retired"
    DATED_BACK = "dated_back"
    AGREEMENT_ASSUMED = "agreement_assumed"
    ALIKE = "alike"

    LACKS = "lacks"
    CONTRADICTS_ITSELF = "contradicts_itself"
    NO_OWNER_THERE = "no_owner_there"
    NO_ROLE = "no_role"
    NO_OBSTACLE = "no_obstacle"

    STAGE_NEEDS = "stage_needs"

    ACHIEVED = "achieved"
    OBSTACLE = "obstacle"
    NEXT_ACTION = "next_action"
    WRITE_DOWN_SUCCESS = "write_down_success"
    STEP_OF_OUTCOME = "step_of_outcome"

    WOULD_SHOW = "would_show"
    STEP = "step"
    STEP_IN_WRITING = "step_in_writing"
    STEP_CONFIRM = "step_confirm"
    STEP_COMPLETE_PLAN = "step_complete_plan"
    STEP_BACK_INTO_BAND = "step_back_into_band"
    STEP_REACH = "step_reach"

    GRADED = "graded"
    STANDS = "stands"
    OPEN_QUESTION = "open_question"
    PART_OF_THE_WAY = "part_of_the_way"
    AT = "at"
    WHY = "why"
    ISOLATED = "isolated"
    WAS_UNTIL_EXPIRED = "was_until_expired"
    BEFORE_BASELINE = "before_baseline"
    ATTESTOR_LEFT = "attestor_left"
    NOT_THE_CHAMPION = "not_the_champion"
    CHAMPION_PRESENTED = "champion_presented"
    ACCEPTED = "accepted"
    WROTE_IT = "wrote_it"
    DISPUTES = "disputes"
    ACCEPTER_LEFT = "accepter_left"
    CUSTOMER_CONFIRMED = "customer_confirmed"

    CONFIRMED_BY = "confirmed_by"
    WRITTEN_BY = "written_by"
    FROM_THEIR_SYSTEM = "from_their_system"
    SEEN_BY = "seen_by"
    LINKED_BY = "linked_by"
    PROMISE_MOVED = "promise_moved"
    PROMISED_AGAIN = "promised_again"
    RECORDED_BY = "recorded_by"
    TERMS_AGREED = "terms_agreed"
    NO_WITNESS = "no_witness"

    GRADE_SAID = "grade_said"
    MISSED_SAID = "missed_said"
    EXPIRED_SAID = "expired_said"
    DISPUTED_SAID = "disputed_said"


Value: TypeAlias = Union[str, int, Decimal, date, Enum, Money, "Fact", tuple["Value", ...], None]
"""A figure, a day, a choice or an amount as it is: its words are the template's, by the filters `number`, `percent`,
`day` and `label`."""

_CHOICES = {kind.__name__: kind for kind in vars(enums).values() if isinstance(kind, type) and issubclass(kind, Enum)}


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact: its code, and the values that its sentence names. Two facts are equal when they say the same."""

    code: FactCode
    values: tuple[tuple[str, Value], ...] = ()

    def as_json(self) -> list[Any]:
        """Plain JSON that `fact_from_json` reads: the code and the values; a day as `{"day": "2026-03-12"}`."""
        return [self.code.value, {name: _plain(value) for name, value in self.values}]


def fact(code: FactCode, **values: Value) -> Fact:
    """The fact of this code that names these values."""
    return Fact(code, tuple(values.items()))


def fact_from_json(stored: list[Any]) -> Fact:
    """The fact that `Fact.as_json` stored; raises ValueError for a code that there is no more."""
    code, values = stored
    return Fact(FactCode(code), tuple((name, _value(plain)) for name, plain in values.items()))


def _plain(value: Value) -> Any:
    match value:
        case Fact():
            return {"fact": value.as_json()}
        case date():
            return {"day": value.isoformat()}
        case Enum():
            return {"choice": [type(value).__name__, value.value]}
        case Decimal():
            return {"number": str(value)}
        case Money():
            return {"money": [value.minor, value.currency]}
        case tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def _value(plain: Any) -> Value:
    if isinstance(plain, dict):
        ((kind, stored),) = plain.items()
        return _READ[kind](stored)
    if isinstance(plain, list):
        return tuple(_value(item) for item in plain)
    return plain  # type: ignore[no-any-return]  # a text, a count or nothing, as it was stored


_READ: Mapping[str, Callable[[Any], Value]] = {
    "fact": fact_from_json,
    "day": date.fromisoformat,
    "choice": lambda stored: _CHOICES[stored[0]](stored[1]),
    "number": Decimal,
    "money": lambda stored: Money(*stored),
}
"""How a value is read that JSON does not know, by the key that `_plain` gave it."""
