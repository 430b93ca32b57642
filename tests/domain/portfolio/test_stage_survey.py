"""Customers by stage, what moved this quarter, who is stalled, and time to value."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.account.stages import UsualTime, nearest_rank
from bot.domain.enums import AccountStatus, Stage
from bot.domain.model import StageEntry
from bot.domain.portfolio.stage_survey import StagedAccount, StageSurvey, Told, quarter_of, survey, time_to_value
from bot.domain.values.money import Money

TODAY = date(2026, 11, 15)
"""Its quarter began on 1 October."""
BEGAN = date(2026, 10, 1)


def account(number: int, stage: Stage = Stage.ADOPTION, **more: Any) -> StagedAccount:
    row: dict[str, Any] = {
        "status": AccountStatus.CUSTOMER,
        "arr_minor": 10_000_00,
        "currency": "USD",
        "stage_since": date(2026, 9, 1),
        "contract_start": date(2026, 1, 1),
        "first_win_on": None,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        **more,
    }
    return StagedAccount(number, f"Customer {number}", stage=stage, **row)


def entered(account_id: int, *stays: tuple[Stage, date]) -> list[StageEntry]:
    return [StageEntry(account_id * 10 + number, account_id, stage, day) for number, (stage, day) in enumerate(stays)]


def surveyed(*accounts: StagedAccount, histories: dict[int, list[StageEntry]] | None = None) -> StageSurvey:
    entries = histories or {}
    return survey(accounts, entries, entries.values(), TODAY)


def test_the_quarter_is_that_of_the_calendar() -> None:
    assert quarter_of(TODAY) == BEGAN
    assert [quarter_of(date(2026, month, 28)).month for month in (1, 3, 4, 6, 7, 9, 10, 12)] == [
        1,
        1,
        4,
        4,
        7,
        7,
        10,
        10,
    ]


def test_customers_and_arr_by_stage_each_currency_apart() -> None:
    eur, unknown = account(2, arr_minor=500_00, currency="EUR"), account(3, arr_minor=None, currency=None)
    former = account(4, status=AccountStatus.FORMER)
    counts = {count.stage: count for count in surveyed(account(1), eur, unknown, former).counts}
    adoption = counts[Stage.ADOPTION]
    assert (adoption.accounts, adoption.unknown_arr) == (3, 1)
    assert adoption.arr == (Money(10_000_00, "USD"), Money(500_00, "EUR"))
    assert (counts[Stage.SETUP].accounts, counts[Stage.SETUP].arr) == (0, ())


def test_movement_compares_the_eve_of_the_quarter_with_today() -> None:
    forward = entered(1, (Stage.ACTIVATION, date(2026, 5, 1)), (Stage.ADOPTION, date(2026, 10, 3)))
    back = entered(2, (Stage.OUTCOMES, date(2026, 9, 30)), (Stage.ADOPTION, BEGAN))
    there_and_back = entered(
        3, (Stage.ADOPTION, date(2026, 5, 1)), (Stage.OUTCOMES, date(2026, 10, 5)), (Stage.ADOPTION, date(2026, 11, 1))
    )
    joined = entered(4, (Stage.ADOPTION, date(2026, 10, 20)))
    result = surveyed(
        account(1), account(2), account(3), account(4, created_at=datetime(2026, 10, 20, tzinfo=UTC)),
        histories={1: forward, 2: back, 3: there_and_back, 4: joined},
    )  # fmt: skip
    movement = result.movement
    assert (movement.forward, movement.back, movement.joined, movement.unmoved) == (1, 1, 1, 1)
    counts = {count.stage: (count.before, count.entered, count.left, count.accounts) for count in result.counts}
    assert counts[Stage.ADOPTION] == (1, 3, 0, 4)
    assert counts[Stage.ACTIVATION] == (1, 0, 1, 0)
    assert counts[Stage.OUTCOMES] == (1, 0, 1, 0)


def test_an_account_without_entries_stands_where_it_stood() -> None:
    assert surveyed(account(1)).movement.unmoved == 1
    assert surveyed(account(1, created_at=datetime(2026, 10, 1, tzinfo=UTC))).movement.joined == 1


def test_stalled_is_longer_than_nine_in_ten_took() -> None:
    began = date(2026, 1, 1)
    histories = {
        number: entered(number, (Stage.ADOPTION, began), (Stage.OUTCOMES, began + timedelta(days=10 * number)))
        for number in range(1, 6)
    }
    done = [account(number, Stage.OUTCOMES) for number in range(1, 6)]
    slow, on_time = (
        account(7, stage_since=TODAY - timedelta(days=51)),
        account(8, stage_since=TODAY - timedelta(days=50)),
    )
    result = surveyed(*done, slow, on_time, account(9, stage_since=None), histories=histories)
    assert [(stall.name, stall.days, stall.usual) for stall in result.stalled] == [
        ("Customer 7", 51, UsualTime(30, 50, 5))
    ]
    assert result.too_few == (Stage.OUTCOMES,)


def test_time_to_value_is_shown_from_five_and_read_with_care_below_twenty() -> None:
    def wins(count: int) -> list[StagedAccount]:
        return [account(n, first_win_on=date(2026, 1, 1) + timedelta(days=n * 10)) for n in range(1, count + 1)]

    few, some, many = (time_to_value(wins(count), TODAY) for count in (4, 5, 20))
    assert (few.told, few.usual, few.timed) == (Told.TOO_FEW, None, 4)
    assert (some.told, some.usual) == (Told.WITH_CARE, UsualTime(30, 50, 5))
    assert (many.told, many.usual) == (Told.SHOWN, UsualTime(100, 180, 20))


def test_what_cannot_be_timed_is_counted() -> None:
    accounts = [
        account(1),
        account(2, first_win_on=TODAY + timedelta(days=1)),
        account(3, first_win_on=date(2026, 3, 1), contract_start=None),
        account(4, first_win_on=date(2025, 12, 31)),
        account(5, status=AccountStatus.FORMER),
        account(6, first_win_on=date(2026, 1, 1), status=AccountStatus.FORMER),
    ]
    value = time_to_value(accounts, TODAY)
    assert (value.timed, value.none_yet, value.unknown) == (1, 2, 2)


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=80))
def test_median_and_p90_are_the_nearest_ranks(days: list[int]) -> None:
    ordered = sorted(days)
    usual = nearest_rank(ordered)
    assert usual.median in ordered
    assert usual.p90 in ordered
    assert sum(day <= usual.median for day in ordered) * 2 >= len(ordered)
    assert sum(day < usual.median for day in ordered) * 2 < len(ordered)
    assert sum(day <= usual.p90 for day in ordered) * 10 >= len(ordered) * 9
    assert sum(day < usual.p90 for day in ordered) * 10 < len(ordered) * 9


moves = st.lists(st.tuples(st.sampled_from(Stage), st.dates(date(2026, 1, 1), TODAY)), max_size=5)


@given(st.lists(st.tuples(st.sampled_from(Stage), moves, st.booleans()), max_size=12))
def test_the_counts_add_up(book: list[tuple[Stage, list[tuple[Stage, date]], bool]]) -> None:
    accounts, histories = [], {}
    for number, (stage, stays, former) in enumerate(book, start=1):
        status = AccountStatus.FORMER if former else AccountStatus.CUSTOMER
        accounts.append(account(number, stage, status=status))
        histories[number] = entered(number, *stays)
    result = survey(accounts, histories, histories.values(), TODAY)
    customers = sum(one.status is AccountStatus.CUSTOMER for one in accounts)
    assert all(count.before + count.entered - count.left == count.accounts for count in result.counts)
    assert sum(count.accounts for count in result.counts) == customers
    movement = result.movement
    assert movement.forward + movement.back + movement.joined + movement.unmoved == customers
    assert sum(count.entered for count in result.counts) == movement.forward + movement.back + movement.joined
