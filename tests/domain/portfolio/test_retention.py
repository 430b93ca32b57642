"""GRR, NRR and customers kept of a frozen cohort, and the laws that hold for any rows."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.account import contracts
from bot.domain.model import Contract
from bot.domain.portfolio.paid import Paid, SameLine, arr_on, gone_since
from bot.domain.portfolio.retention import Conventions, Move, Retention, Survey, survey
from bot.domain.portfolio.unit_costs import QuarterCosts, YearOfCustomers, quarters_before, unit_costs
from bot.domain.values.intervals import wilson
from bot.domain.values.money import Money
from tests.support.facts import fact

T0, T1 = date(2025, 1, 1), date(2026, 1, 1)
PLAIN: Conventions[str] = Conventions()
DAYS = st.dates(date(2023, 6, 1), date(2026, 6, 1))


@st.composite
def paid(draw: st.DrawFn) -> Paid[str]:
    start = draw(DAYS)
    end = draw(st.none() | st.integers(0, 900).map(lambda days: start + timedelta(days=days)))
    line, currency = draw(st.sampled_from(["plan", "search", "seats"])), draw(st.sampled_from(["USD", "USD", "EUR"]))
    return Paid(draw(st.sampled_from("ABCDE")), line, currency, start, end, Fraction(draw(st.integers(-20, 100)) * 100))


ROWS = st.lists(paid(), max_size=14)
CONVENTIONS = st.builds(
    Conventions,
    st.sampled_from(SameLine),
    st.sets(st.sampled_from("ABC"), max_size=1),
    st.sets(st.sampled_from("CDE"), max_size=1),
    st.booleans(),
)


def all_of(found: Survey[str]) -> list[Retention[str]]:
    return list(found.by_currency.values())


@given(ROWS, CONVENTIONS)
def test_the_bridge_adds_up_and_no_rate_leaves_its_bounds(rows: list[Paid[str]], by: Conventions[str]) -> None:
    for one in all_of(survey(rows, T0, T1, by)):
        steps = [one.came(moves) for moves in (one.expanded, one.contracted, one.churned, one.reactivated, one.new)]
        assert one.start + sum(steps) == one.end
        assert len(one.churned) + one.logos_kept == one.n
        if one.grr is None or one.nrr is None:
            assert one.n == 0 and one.logo is None
            continue
        assert 0 <= one.grr <= 1 and one.grr <= one.nrr
        lost_and_less = one.came(one.churned) + one.came(one.contracted)
        assert one.grr == 1 + lost_and_less / one.start
        assert one.nrr == (one.start + lost_and_less + one.came(one.expanded)) / one.start


@given(ROWS, CONVENTIONS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[Paid[str]], by: Conventions[str], chance: Random) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert survey(shuffled, T0, T1, by) == survey(rows, T0, T1, by)


@given(ROWS, CONVENTIONS, st.integers(1, 9))
def test_splitting_the_lines_of_an_account_changes_nothing(
    rows: list[Paid[str]], by: Conventions[str], tenths: int
) -> None:
    split = []
    for row in rows:
        assert row.arr is not None
        part = row.arr * tenths / 10
        one = [Paid(row.account, row.line, row.currency, row.starts_on, row.ends_on, part)]
        other = Paid(row.account, f"{row.line}, rest", row.currency, row.starts_on, row.ends_on, row.arr - part)
        split += [*one, other]
    assert survey(split, T0, T1, by) == survey(rows, T0, T1, by)


@given(ROWS, st.integers(1, 500))
def test_cutting_a_term_in_two_that_follow_each_other_changes_nothing(rows: list[Paid[str]], after: int) -> None:
    plain: Conventions[str] = Conventions(SameLine.SUM)
    cut = []
    for row in rows:
        middle = row.starts_on + timedelta(days=after)
        if row.ends_on is not None and middle >= row.ends_on:
            cut.append(row)
            continue
        cut.append(Paid(row.account, row.line, row.currency, row.starts_on, middle, row.arr))
        cut.append(Paid(row.account, row.line, row.currency, middle, row.ends_on, row.arr))
    assert survey(cut, T0, T1, plain) == survey(rows, T0, T1, plain)


@given(ROWS)
def test_the_arr_of_a_day_is_that_of_the_contracts(rows: list[Paid[str]]) -> None:
    """The same rows as contract terms, by the rule that the card shows ARR with."""
    for account in "ABCDE":
        own = [row for row in rows if row.account == account]
        numbered = [Paid(account, r.line, r.currency, r.starts_on, r.ends_on, r.arr, n) for n, r in enumerate(own)]
        terms = [
            Contract(
                id=n,
                account_id=1,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                line=row.line,
                arr_minor=int(row.arr or 0),
                currency=row.currency,
            )
            for n, row in enumerate(own)
        ]
        for day in (T0, T1):
            shown = {amount.currency: Fraction(amount.minor) for amount in contracts.arr_on(terms, day)}
            assert (arr_on(numbered, day, SameLine.LATER_START) or {}) == shown


def test_who_pays_an_unknown_amount_or_in_another_currency_is_in_no_figure() -> None:
    rows = [
        Paid("known", "plan", "USD", date(2024, 1, 1), None, Fraction(100)),
        Paid("unknown", "plan", "USD", date(2024, 1, 1), date(2025, 6, 1), Fraction(100)),
        Paid("unknown", "plan", "USD", date(2025, 6, 1), None, None),
        Paid("moved", "plan", "EUR", date(2024, 1, 1), date(2025, 6, 1), Fraction(100)),
        Paid("moved", "plan", "USD", date(2025, 6, 1), None, Fraction(30)),
    ]
    found = survey(rows, T0, T1, PLAIN)
    assert (found.unknown, found.moved) == (("unknown",), (("moved", "EUR", "USD"),))
    assert (found.by_currency["USD"].n, found.by_currency["EUR"].n) == (1, 0)
    assert found.by_currency["USD"].new == ()


def test_a_customer_is_kept_who_pays_in_any_currency() -> None:
    (case,) = [one for one in fact("retention.json")["cases"] if "expected_customers" in one]
    rows = [
        Paid(
            row["account"],
            row["line"],
            row["currency"],
            date.fromisoformat(row["start"]),
            date.fromisoformat(row["end"]) if row["end"] else None,
            Fraction(row["arr"]),
        )
        for row in case["rows"]
    ]
    found, expected = survey(rows, T0, T1, PLAIN), case["expected_customers"]
    assert (len(found.customers), len(found.customers_kept)) == (expected["accounts"], expected["kept"])


def test_since_when_somebody_is_gone() -> None:
    rows = [
        Paid("a", "plan", "USD", date(2024, 1, 1), date(2025, 3, 1), Fraction(100)),
        Paid("a", "plan", "USD", date(2025, 4, 1), date(2025, 9, 1), Fraction(100)),
        Paid("a", "free", "USD", date(2025, 9, 1), None, Fraction(0)),
    ]
    assert gone_since(rows, "USD", T1, SameLine.SUM) == date(2025, 9, 1)
    assert gone_since(rows, "USD", date(2025, 5, 1), SameLine.SUM) is None


def cohort(
    start: float, churn: float, contraction: float, expansion: float, n: int = 4, lost: int = 1
) -> Retention[str]:
    """A cohort with these sums: the lost ones share the churn, one account each has contraction and expansion."""
    rest = Fraction(str(start)) - Fraction(str(churn))
    each = rest / (n - lost)
    moves = [Move(f"lost {number}", Fraction(str(churn)) / lost, Fraction(0)) for number in range(lost)]
    moves += [
        Move("less", each, each - Fraction(str(contraction))),
        Move("more", each, each + Fraction(str(expansion))),
    ]
    moves += [Move(f"same {number}", each, each) for number in range(n - lost - 2)]
    return Retention("USD", T0, T1, tuple(moves))


def test_published_figures_of_others_come_out() -> None:
    published = fact("retention.json")["published"]
    sample = published["gaintrace retention report sample (USD thousands)"]
    whole = sample["cohort"]
    cases: list[tuple[list[float], dict[str, float]]] = [
        (
            [whole[name] for name in ("arr_t0", "churn", "contraction", "expansion", "logos", "logos_lost")],
            sample["expected"],
        )
    ]
    cases += [(segment["in"], segment) for segment in sample["segments"].values()]
    for given_sums, expected in cases:
        start, churn, contraction, expansion, n, lost = given_sums
        # One account alone cannot contract by more than it pays, so the sums are of few large ones.
        one = cohort(start, churn, contraction, expansion)
        assert [float(one.grr or 0), float(one.nrr or 0)] == pytest.approx([expected["grr"], expected["nrr"]], abs=1e-6)
        assert float(cohort(n, 1, 0, 0, int(n), int(lost)).logo or 0) == pytest.approx(expected["logo"], abs=1e-6)
    book = published["gaintrace metric dictionary, section 12 (USD millions)"]
    of_cohort = book["of the cohort at the start"]
    one = cohort(book["bridge"]["begin"], of_cohort["churn"], of_cohort["contraction"], of_cohort["expansion"])
    assert [float(one.grr or 0), float(one.nrr or 0)] == pytest.approx(list(book["expected"].values()), abs=1e-6)


def test_ltv_and_cac_as_published_and_unknown_without_costs() -> None:
    economics = fact("retention.json")["published"]["gaintrace metric dictionary, section 12 (USD millions)"][
        "unit_economics"
    ]
    quarters = quarters_before(date(2026, 1, 1))
    assert quarters == (date(2025, 1, 1), date(2025, 4, 1), date(2025, 7, 1), date(2025, 10, 1))
    grr = Fraction(str(economics["grr"]))
    year = YearOfCustomers(1200, economics["logos"], economics["new_logos"], Fraction(str(economics["end_arr"])), grr)
    margin, each = Fraction(str(economics["gross_margin"])), Fraction(27, 4)
    costs = dict.fromkeys(quarters, QuarterCosts(margin, Fraction(3), each))
    found = unit_costs(costs, quarters, year)
    thousand = economics["expected"]["ltv_thousand_unrounded"][1]
    assert round(float(found.ltv or 0) * 1000, 1) == thousand
    assert round(float(found.cac or 0) * 1000, 1) == economics["expected"]["cac_thousand"]
    assert found.crc == Fraction(12, 1200) and found.crc_to_cac == found.crc / (found.cac or 1) and not found.missing
    half = unit_costs(costs | {quarters[1]: QuarterCosts(margin, None, None)}, quarters, year)
    assert (half.crc, half.cac, half.crc_to_cac) == (None, None, None) and half.ltv == found.ltv
    assert half.missing == (quarters[1],)
    assert unit_costs({}, quarters, year).ltv is None
    nobody_left = YearOfCustomers(5, 5, 0, Fraction(10), Fraction(1))
    nothing = unit_costs(costs, quarters, nobody_left)
    assert (nothing.ltv, nothing.cac, nothing.crc_to_cac) == (None, None, None)


def test_wilson_bounds_as_published() -> None:
    for case in fact("intervals.json")["wilson"]["cases"]:
        bounds: Any = wilson(case["k"], case["n"])
        assert (bounds is None) == (case["low"] is None)
        if bounds is not None:
            assert bounds == pytest.approx((case["low"], case["high"]), abs=1e-6)
    assert wilson(0, 0) is None


def test_money_of_the_figures_is_in_minor_units() -> None:
    one = Retention("JPY", T0, T1, (Move("a", Fraction(1_200_000), Fraction(1_200_000)),))
    assert str(Money(int(one.start), "JPY")) == "1.2 M JPY"
