"""Which terms of a contract count on a day, and what a term is beside the one before it."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.account.contracts import arr_on, disagreement, in_force, kind_of, overlapping
from bot.domain.enums import ContractKind
from bot.domain.model import Contract
from bot.domain.values.money import Money
from tests.support.domain_builders import ACME

_ids = count(1)
JANUARY, JULY, NEXT = date(2026, 1, 1), date(2026, 7, 1), date(2027, 1, 1)


def term(start: date = JANUARY, end: date | None = NEXT, arr: int | None = 12_000, **values: Any) -> Contract:
    """A term of the plan Gold, a year from January for 12,000 USD."""
    minor = None if arr is None else arr * 100
    currency = None if arr is None else "USD"
    row: dict[str, Any] = {"line": "Gold", "arr_minor": minor, "currency": currency, **values}
    return Contract(next(_ids), 1, start, end, **row)


def usd(amount: int) -> tuple[Money, ...]:
    return (Money(amount * 100, "USD"),)


def test_a_term_is_in_force_on_its_first_day_and_not_on_its_end() -> None:
    assert arr_on([term()], JANUARY) == usd(12_000)
    assert arr_on([term()], NEXT - timedelta(days=1)) == usd(12_000)
    assert arr_on([term()], NEXT) == () and arr_on([term()], JANUARY - timedelta(days=1)) == ()


def test_without_an_end_it_is_open_and_from_a_day_to_the_same_day_it_is_never_in_force() -> None:
    assert arr_on([term(end=None)], date(2090, 1, 1)) == usd(12_000)
    assert arr_on([term(JULY, JULY)], JULY) == ()


def test_lines_are_summed_and_of_one_line_the_later_start_counts() -> None:
    addon = term(line="Search", arr=3_000)
    assert arr_on([term(), addon], JULY) == usd(15_000)
    assert arr_on([term(), term(JULY, arr=20_000), addon], JULY) == usd(23_000)
    assert arr_on([term(), term(JULY, arr=20_000), addon], JANUARY) == usd(15_000)


def test_terms_that_name_no_line_are_lines_of_their_own() -> None:
    assert arr_on([term(line=None, external_id="A"), term(line=None, external_id="B")], JULY) == usd(24_000)
    assert arr_on([term(line=None), term(line=None)], JULY) == usd(24_000)


def test_currencies_are_not_added_and_an_unknown_amount_is_no_zero() -> None:
    euros = Contract(next(_ids), 1, JANUARY, NEXT, line="Search", arr_minor=50_00, currency="EUR")
    assert set(arr_on([term(), euros], JULY)) == {Money(12_000_00, "USD"), Money(50_00, "EUR")}
    assert arr_on([term(arr=None)], JULY) == ()


def test_the_kind_is_what_the_source_says_else_what_was_in_force_the_day_before() -> None:
    first = term()
    assert kind_of(term(kind=ContractKind.RENEWAL), []) is ContractKind.RENEWAL
    assert kind_of(first, [first]) is ContractKind.NEW
    for arr, kind in ((12_000, "renewal"), (15_000, "expansion"), (9_000, "contraction")):
        again = term(NEXT, date(2028, 1, 1), arr)
        assert kind_of(again, [first, again]) is ContractKind(kind)
    late = term(date(2027, 6, 1), date(2028, 6, 1))
    assert kind_of(late, [first, late]) is ContractKind.REACTIVATION


def test_an_add_on_expands_and_another_plan_is_held_against_the_one_that_it_replaces() -> None:
    first, addon = term(), term(JULY, NEXT, 1_000, line="Search")
    assert kind_of(addon, [first, addon]) is ContractKind.EXPANSION
    smaller = term(NEXT, date(2028, 1, 1), 6_000, line="Silver")
    assert kind_of(smaller, [first, smaller]) is ContractKind.CONTRACTION


def test_a_kind_that_cannot_be_told_is_unknown() -> None:
    first, unknown = term(), term(NEXT, date(2028, 1, 1), None)
    assert kind_of(unknown, [first, unknown]) is None
    euros = Contract(next(_ids), 1, NEXT, date(2028, 1, 1), line="Gold", arr_minor=1, currency="EUR")
    assert kind_of(euros, [first, euros]) is None


def test_overlaps_are_those_of_one_line() -> None:
    first, second, addon = term(), term(JULY), term(line="Search")
    assert overlapping([first, second, addon]) == [(first, second)]
    assert overlapping([first, term(NEXT, date(2028, 1, 1))]) == []


def test_an_account_agrees_with_its_contracts_by_money_and_by_the_end_or_the_last_day() -> None:
    runs = term(end=date(2027, 3, 1), arr=120_000)
    assert disagreement(ACME, [runs], JULY) is None
    assert disagreement(ACME, [term(end=date(2027, 3, 2), arr=120_000)], JULY) is None
    other = disagreement(ACME, [term(end=date(2027, 4, 1), arr=90_000)], JULY)
    assert other is not None and (other.arr, other.ends_on) == (usd(90_000), date(2027, 4, 1))


def test_what_the_contracts_do_not_say_is_no_disagreement() -> None:
    assert disagreement(ACME, [], JULY) is None
    assert disagreement(ACME, [term(end=None, arr=None)], JULY) is None


DAYS = st.dates(date(2025, 1, 1), date(2028, 1, 1))
TERMS = st.lists(
    st.builds(
        term,
        start=DAYS,
        end=st.none() | DAYS,
        arr=st.none() | st.integers(0, 10**6),
        line=st.sampled_from(["Gold", "Search", None]),
    ),
    max_size=8,
)


@given(terms=TERMS, on=DAYS)
def test_at_most_one_term_of_a_line_counts_and_every_one_of_them_is_in_force(terms: list[Contract], on: date) -> None:
    counted = in_force(terms, on)
    named = [term.line for term in counted if term.line is not None]
    assert len(named) == len(set(named))
    assert all(term.starts_on <= on and (term.ends_on is None or on < term.ends_on) for term in counted)
    assert sum(amount.minor for amount in arr_on(terms, on)) == sum(term.arr_minor or 0 for term in counted)


@given(terms=TERMS, on=DAYS)
def test_the_order_of_the_rows_means_nothing(terms: list[Contract], on: date) -> None:
    assert in_force(terms, on) == in_force(list(reversed(terms)), on)
    assert [kind_of(term, terms) for term in terms] == [kind_of(term, terms[::-1]) for term in terms]
