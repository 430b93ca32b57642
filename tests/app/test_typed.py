"""What people type is refused with a sentence that says what to do."""

from __future__ import annotations

from datetime import date

import pytest
from babel.core import get_global
from babel.numbers import list_currencies

from bot.app import typed
from bot.app.actor import UserError
from bot.domain.values.money import CURRENCIES, Money
from tests.support.refusals import says


def test_a_day_is_read() -> None:
    assert typed.day_of("2026-03-31", "on") == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("9999-12-31", "Choose a date between 1950 and 2199."),
        ("0001-01-01", "Choose a date between 1950 and 2199."),
        ("soon", "soon is no date that I can read. Write it like 2026-03-01."),
    ],
)
def test_another_day_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(UserError, check=says(sentence)) as refused:
        typed.day_of(text, "on")
    assert refused.value.field == "on"


def test_money_is_read_in_the_currency_it_names_or_the_one_given() -> None:
    assert typed.money_of("1.2m", "EUR", "arr") == Money(120_000_000, "EUR")
    assert typed.money_of("8,400 JPY", "EUR", "arr") == Money(8400, "JPY")
    assert typed.money_of("plenty", "EUR", "arr") is None


@pytest.mark.parametrize(
    ("text", "currency", "sentence"),
    [
        ("100", "$$$", r"do not know the currency \$\$\$"),
        ("100 ABC", "EUR", "do not know the currency ABC"),
        ("100", "X" * 10_000, "do not know the currency X{10}[.]"),
        ("99999999999b", "EUR", "more money than I can keep"),
        ("-9223372036854775808", "JPY", "more money than I can keep"),
    ],
)
def test_other_money_is_refused(text: str, currency: str, sentence: str) -> None:
    with pytest.raises(UserError, check=says(sentence)):
        typed.money_of(text, currency, "arr")


def test_ten_thousand_digits_are_no_amount() -> None:
    assert typed.money_of("9" * 10_000, "EUR", "arr") is None


def test_the_currencies_are_those_that_are_in_use_somewhere() -> None:
    """Babel has Unicode's table of what is legal tender where; ISO 4217 has a few units that nobody pays with."""
    tender = {
        code
        for entries in get_global("territory_currencies").values()
        for code, _begins, ends, is_tender in entries
        if is_tender and ends is None
    }
    assert tender <= CURRENCIES
    assert list_currencies() >= CURRENCIES
