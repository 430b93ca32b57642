"""Money and words: exact, per currency, and never rounded up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.values.money import Money, listed_money, minor_digits, money, parse, total
from bot.domain.values.text import day, listed, number, percent, plural, quoted, spelled
from tests.support.domain_builders import TODAY

CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KWD"])


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Money(840_000, "USD"), "8,400 USD"),
        (Money(1_250, "EUR"), "12.50 EUR"),
        (Money(8_400, "JPY"), "8,400 JPY"),
        (Money(1_500, "KWD"), "1.500 KWD"),
        (Money(99_999_999, "USD"), "999,999 USD"),
        (Money(129_999_999, "USD"), "1.2 M USD"),
        (Money(100_000_000, "USD"), "1 M USD"),
        (Money(2_400_000_000, "JPY"), "2.4 B JPY"),
        (Money(0, "USD"), "0 USD"),
        (Money(-125_000_00, "USD"), "-125,000 USD"),
    ],
)
def test_money_reads_short_and_is_cut_and_not_rounded(amount: Money, text: str) -> None:
    assert str(amount) == text


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("8,400.00", Money(840_000, "USD")),
        ("8.405", Money(840_500, "USD")),
        ("8400", Money(840_000, "USD")),
        ("$8.4k", Money(840_000, "USD")),
        ("1.2M", Money(120_000_000, "USD")),
        ("1.200.000 EUR", Money(120_000_000, "EUR")),
        ("1.234,50 €", Money(123_450, "EUR")),
        ("12,5", Money(1_250, "USD")),
        ("8 400", Money(840_000, "USD")),
        ("8'400.50 CHF", Money(840_050, "CHF")),
        ("¥8,400", Money(8_400, "JPY")),
        ("KWD 1.500", Money(1_500, "KWD")),
        ("-100", Money(-10_000, "USD")),
        ("0", Money(0, "USD")),
    ],
)
def test_money_is_read_as_people_and_exports_write_it(text: str, amount: Money) -> None:
    assert parse(text, "usd") == amount


@pytest.mark.parametrize("text", ["", "soon", "8,400,", "1.2.3,4,5", "12 apples and 3", "¥8.5", "1..2", "NaN"])
def test_what_is_no_amount_is_none_and_never_a_guess(text: str) -> None:
    assert parse(text, "JPY" if "¥" in text else "USD") is None


def test_money_without_a_known_currency_is_none() -> None:
    assert parse("8,400") is None
    assert money(840_000, None) is None
    assert money(None, "USD") is None
    assert money(0, "USD") == Money(0, "USD")


@given(st.integers(-(10**12), 10**12), CURRENCIES)
def test_an_exact_amount_written_out_is_read_back(minor: int, currency: str) -> None:
    written = f"{Money(minor, currency).major:,.{max(2, minor_digits(currency))}f} {currency}"
    assert parse(written) == Money(minor, currency)


def test_sums_are_per_currency_and_nothing_is_converted() -> None:
    amounts = [Money(100_00, "USD"), Money(9_000, "JPY"), Money(50_00, "USD"), Money(1_00, "EUR")]
    assert total(amounts) == (Money(9_000, "JPY"), Money(150_00, "USD"), Money(1_00, "EUR"))
    assert listed_money(total(amounts)) == "9,000 JPY + 150 USD + 1 EUR"
    assert total([]) == ()


def test_percentages_are_cut_and_an_unknown_is_said() -> None:
    ratios = [None, "0", "0.004", "0.799999", "0.8", "1"]
    texts = [percent(None if ratio is None else Decimal(ratio)) for ratio in ratios]
    assert texts == ["unknown", "0%", "<1%", "79%", "80%", "100%"]


def test_numbers_have_separators_and_no_needless_digits() -> None:
    values = ["1234567.500", "-0.0", "1E+3", "0.10", "-2"]
    assert [number(Decimal(value)) for value in values] == ["1,234,567.5", "0", "1,000", "0.1", "-2"]
    assert number(Decimal(5), "days") == "5 days"
    assert number(Decimal(5), "%") == "5%"


def test_words_are_short_and_on_one_line() -> None:
    assert day(TODAY) == "2 Mar 2026"
    assert plural(1, "outcome") == "1 outcome"
    assert plural(1200, "outcome") == "1,200 outcomes"
    assert (spelled(9), spelled(11)) == ("nine", "11")
    assert listed([]) == ""
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert quoted("two\nlines") == "“two lines”"
    assert quoted("a word " * 40, 20) == "“a word a word a…”"
    assert len(quoted("x" * 300)) <= 82
