"""A grade as a sentence: SURFACES's table, and that every reason has words of its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.domain.enums import Grade, Source, Why
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.values.money import Money
from bot.phrases import phrase

TODAY = date(2026, 12, 1)
LATELY = date(2026, 11, 25)


def said(why: Why, grade: Grade | None = None, **values: object) -> str:
    given: dict[str, object] = {
        "who": None,
        "by": None,
        "on": None,
        "back": None,
        "amount": None,
        "finance": False,
        "shown": False,
        **values,
    }
    return phrase(Fact(FactCode.GRADE_SAID, (("why", why), ("grade", grade), *given.items())), TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("why", "grade", "values", "words"),
    [
        (Why.OUR_WORD, Grade.ASSERTED, {}, "Our word only, no witness"),
        (Why.TELEMETRY, Grade.OBSERVED, {}, "Seen in usage, not proof"),
        (Why.MEASURED_BY_US, Grade.MEASURED, {}, "Measured by us, no witness"),
        (Why.ORAL, Grade.MEASURED, {}, "Told to us on a call, nothing in writing"),
        (Why.CUSTOMER_SYSTEM, Grade.CONFIRMED, {}, "Confirmed in their system"),
        (Why.CUSTOMER_WROTE, Grade.CONFIRMED, {}, "Confirmed in writing"),
        (Why.CHAMPION_PRESENTED, Grade.CONFIRMED, {}, "Presented by their champion"),
        (Why.ISOLATED, Grade.ATTRIBUTED, {}, "Confirmed, our share worked out"),
        (
            Why.ACCEPTED,
            Grade.ACCEPTED,
            {"amount": Money(18_600_000, "USD"), "finance": True},
            "Accepted by finance: 186,000 USD a year",
        ),
        (Why.NO_WITNESS, Grade.MEASURED, {"by": "Inês Duarte"}, "Recorded by Inês Duarte, no witness"),
        (
            Why.ATTESTOR_LEFT,
            Grade.MEASURED,
            {"who": "Dana Fox", "on": LATELY},
            "No longer confirmed: Dana Fox left on 25 Nov",
        ),
        (Why.NOTHING, None, {}, "No evidence yet"),
    ],
)
def test_a_grade_is_a_sentence(why: Why, grade: Grade | None, values: dict[str, object], words: str) -> None:
    assert said(why, grade, **values) == words


def test_every_reason_has_words_of_its_own() -> None:
    reasons = [why for why in Why if why not in (Why.NOTHING, Why.EXPIRED, Why.DISPUTED)]
    words = {why: said(why, Grade.MEASURED, amount=Money(100, "EUR")) for why in reasons}
    assert "No evidence yet" not in words.values()
    assert len(set(words.values())) == len(reasons)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (fact(FactCode.MISSED_SAID, on=date(2026, 11, 30)), "Missed: no progress by 30 Nov"),
        (fact(FactCode.DISPUTED_SAID, who="Helen Voss", on=date(2026, 11, 30)), "Disputed by Helen Voss since 30 Nov"),
        (
            fact(FactCode.EXPIRED_SAID, grade=Grade.CONFIRMED, on=LATELY, source=Source.CUSTOMER_WROTE),
            "Expired 25 Nov, was confirmed in writing",
        ),
        (
            fact(FactCode.EXPIRED_SAID, grade=Grade.CONFIRMED, on=LATELY, source=Source.OUR_MEASUREMENT),
            "Expired 25 Nov, was confirmed",
        ),
        (fact(FactCode.EXPIRED_SAID, grade=None, on=date(2024, 11, 25), source=None), "Expired 25 Nov 2024"),
    ],
)
def test_a_miss_a_dispute_and_an_expiry_are_said(told: Fact, words: str) -> None:
    assert phrase(told, TODAY) == words


def test_a_day_near_today_has_no_year() -> None:
    told = fact(FactCode.WORTH, accepted=(), promised=(), unknown=0)
    assert phrase(told, TODAY) == phrase(told)
    missed = fact(FactCode.MISSED_SAID, on=date(2026, 11, 30))
    assert phrase(missed) == "Missed: no progress by 30 Nov 2026"
    inside = fact(FactCode.PART_OF_THE_WAY, share=Decimal("0.5"), reason=missed)
    assert phrase(inside, TODAY) == "50% of the way, Missed: no progress by 30 Nov"
