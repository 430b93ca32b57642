"""Start cohorts by age, month 3 = 100: the published tables, and the book of a CRM."""

from __future__ import annotations

import csv
from datetime import date
from fractions import Fraction

import pytest

from bot.domain.portfolio import cohorts
from bot.domain.portfolio.cohorts import Cohort
from bot.domain.portfolio.paid import Paid, SameLine
from tests.support.facts import CRM_BOOK, fact, table

CUT = date(2023, 9, 24)


def published(name: str) -> list[Cohort]:
    """A published table: the sum of a month is size × percent."""
    sums: dict[str, dict[int, Fraction]] = {}
    sizes: dict[str, int] = {}
    for row in table("cohorts.csv"):
        if row["table"] == name:
            sizes[row["cohort"]] = int(row["size"])
            sums.setdefault(row["cohort"], {})[int(row["month"])] = (
                Fraction(row["size"]) * Fraction(row["percent"]) / 100
            )
    return [Cohort(start, sizes[start], months) for start, months in sums.items()]


def book() -> list[Paid[str]]:
    with (CRM_BOOK / "subscriptions.csv").open(newline="") as lines:
        return [
            Paid(
                row["account_id"],
                row["plan"],
                "USD",
                date.fromisoformat(row["starts_on"]),
                date.fromisoformat(row["ends_on"]) if row["ends_on"] else None,
                Fraction(row["mrr_usd"]),
                number,
            )
            for number, row in enumerate(csv.DictReader(lines))
        ]


@pytest.mark.parametrize("name", ["logo", "grr", "nrr"])
def test_published_tables_give_their_averages_and_month_12_over_month_3(name: str) -> None:
    expected, found = fact("cohorts.expected.json")["published"][name], published(name)
    months = range(len(expected["weighted_average"]))
    averages = [float(cohorts.average(found, month) or 0) * 100 for month in months]
    assert averages == pytest.approx(expected["weighted_average"], abs=5e-5)
    reached = [sum(month in cohort.sums for cohort in found) for month in months]
    assert reached == expected["cohorts_per_month"]
    right = expected["m12_over_m3"]
    over = float(cohorts.average(found, 12, 3) or 0) * 100
    assert over == pytest.approx(right["percent"], abs=5e-5)
    old = [cohort for cohort in found if 12 in cohort.sums]
    assert ([cohort.name for cohort in old], sum(cohort.n for cohort in old)) == (right["cohorts"], right["size"])
    # The tempting ratio compares other customers.
    assert over != pytest.approx(expected["wrong"]["ratio of the recomputed averages"], abs=0.1)


def test_the_book_of_a_crm_by_age() -> None:
    expected = fact("cohorts.expected.json")["crm_book"]
    accounts = cohorts.aged(book(), "USD", CUT, SameLine.LATER_START, 24)
    old = cohorts.rebased(accounts)
    assert (len(accounts), old.n, sum(one.has_reached(3) for one in accounts)) == (240, 121, expected["observed_to_m3"])
    sums = {"m0": old.at_start, "m3": old.at_base, "m12": old.at_year}
    assert {name: float(value) for name, value in sums.items()} == expected["mrr"]
    rates = [round(float(value or 0), 6) for value in (old.year_over_base, old.base_over_start, old.gross_from_base)]
    assert rates == [expected[name] for name in ("m12_over_m3", "m3_over_m0", "grr_from_m3")]
    assert (old.paying_at_base, old.paying_at_year) == (expected["paying_at_m3"], expected["of_these_paying_at_m12"])
    assert not old.says_nothing and 0 < old.bound < old.n
    whole = expected["whole_start_months_only"]
    grown = [one for one in cohorts.cohorts(accounts, cohorts.month_of) if 12 in one.sums]
    assert ([one.name for one in grown], sum(one.n for one in grown)) == (whole["start_months"], whole["accounts"])
    assert round(float(cohorts.average(grown, 12, 3) or 0), 6) == whole["m12_over_m3"]


def test_the_book_by_start_month_cell_by_cell() -> None:
    accounts = cohorts.aged(book(), "USD", CUT, SameLine.LATER_START, 20)
    found = {one.name: one for one in cohorts.cohorts(accounts, cohorts.month_of)}
    rows = table("cohorts-crm-book.csv")
    assert rows and len(rows) <= len(found)
    for row in rows:
        cells = {month: row[f"mrr_m{month}"] for month in range(21)}
        one = found[row["start_month"]]
        assert one.n == int(row["accounts"])
        assert {month: f"{float(value):.2f}" for month, value in one.sums.items()} == {
            month: cell for month, cell in cells.items() if cell
        }


def test_what_nobody_is_old_enough_for_has_no_figure_and_annual_contracts_are_told() -> None:
    def row(account: str, start: date, end: date | None, arr: int = 100) -> Paid[str]:
        return Paid(account, "plan", "USD", start, end, Fraction(arr))

    young = cohorts.aged([row("a", date(2023, 3, 1), None)], "USD", CUT, SameLine.LATER_START, 24)
    none = cohorts.rebased(young)
    assert (none.n, none.year_over_base, none.base_over_start, none.gross_from_base) == (0, None, None, None)
    (quarter,) = cohorts.cohorts(young, cohorts.quarter_name)
    assert (quarter.name, max(quarter.sums), quarter.share(12, 3)) == ("2023 Q1", 6, None)
    yearly = [row("a", date(2022, 3, 31), date(2023, 3, 31)), row("b", date(2022, 1, 1), date(2024, 1, 1))]
    bound = cohorts.rebased(cohorts.aged(yearly, "USD", CUT, SameLine.LATER_START, 24))
    assert (bound.n, bound.bound, bound.says_nothing) == (2, 2, True)
    # A lost account stays with 0, and a month with fewer days begins on its last one.
    (lost,) = cohorts.aged([row("c", date(2022, 8, 31), date(2022, 12, 1))], "USD", CUT, SameLine.LATER_START, 12)
    assert [int(paid) for paid in lost.paid] == [100, 100, 100, 100] + [0] * 9
    # A pilot that pays nothing is no start.
    piloted = [row("d", date(2022, 1, 1), date(2022, 5, 1), arr=0), row("d", date(2022, 5, 1), None)]
    assert cohorts.aged(piloted, "USD", CUT, SameLine.LATER_START, 3)[0].began == date(2022, 5, 1)
