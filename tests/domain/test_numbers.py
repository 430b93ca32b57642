"""Numbers as people type them: one reader, whatever the field."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.domain.values.numbers import decimal_of, figure_of


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1250", "1250"),
        ("1,250", "1250"),
        ("1,250.5", "1250.5"),
        ("1.250,5", "1250.5"),
        ("1.250", "1.250"),
        ("12,5", "12.5"),
        ("0,500", "0.5"),
        (".5", "0.5"),
        ("-3.2", "-3.2"),
        ("1'250", "1250"),
        ("1\u202f250,5", "1250.5"),
        (" 40 % ", "40"),
        ("1,234,567", "1234567"),
        ("1.234.567,8", "1234567.8"),
    ],
)
def test_a_number_is_read_as_people_type_it(typed: str, value: str) -> None:
    assert decimal_of(typed) == Decimal(value)


@pytest.mark.parametrize("typed", ["", "soon", "12 days", "1,2,3", "1.2.3", "1.234.567", "%", "-", ".", "1e5", "NaN"])
def test_what_is_no_single_number_is_none(typed: str) -> None:
    assert decimal_of(typed) is None


def test_money_lets_a_point_part_thousands_as_well() -> None:
    assert decimal_of("1.250", thousands=",.") == 1250
    assert decimal_of("1.250.000", thousands=",.") == 1_250_000
    assert decimal_of("1.25", thousands=",.") == Decimal("1.25")


@pytest.mark.parametrize(
    ("typed", "unit", "value"),
    [
        ("6 days", "days", "6"),
        ("6 day", "days", "6"),
        ("6d", "days", "6"),
        ("1 Day", "days", "1"),
        ("4.8 days", "days", "4.8"),
        ("1,250 tickets", "tickets a month", "1250"),
        ("40 min", "minutes", "40"),
        ("6 h.", "hours", "6"),
        ("4 charges a month", "charges a month", "4"),
        ("12,5 %", "%", "12.5"),
        ("6", "days", "6"),
        ("6", None, "6"),
    ],
)
def test_a_figure_may_have_its_unit(typed: str, unit: str | None, value: str) -> None:
    assert figure_of(typed, unit) == Decimal(value)


@pytest.mark.parametrize(
    ("typed", "unit"),
    [
        ("6 days", "hours"),
        ("6 days", None),
        ("6 m", "months"),
        ("6 to 8 days", "days"),
        ("days", "days"),
        ("6 %", "days x"),
    ],
)
def test_another_unit_is_no_figure(typed: str, unit: str | None) -> None:
    assert figure_of(typed, unit) in (None, *((Decimal(6),) if "%" in typed else ()))
