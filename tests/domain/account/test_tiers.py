"""Bands of several currencies, and loads by count and by ARR; nothing is ever converted."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.account.tiers import ArrLoad, Bands, loads, tier_of, without_band
from bot.domain.enums import AccountStatus, Tier
from bot.domain.model import Account
from bot.domain.values.money import Money
from tests.support.domain_builders import ACME

EUROS = Bands("EUR", 90_000_00, 18_000_00, high_load_minor=500_000_00)
BANDS = Bands("USD", 100_000_00, 20_000_00, 2, 80, 300_000_00, 100_000_00, (EUROS,))


def paying(minor: int | None, currency: str | None = "USD", **more: object) -> Account:
    return replace(ACME, arr_minor=minor, currency=currency, **more)  # type: ignore[arg-type]


def test_each_currency_has_its_own_band() -> None:
    assert tier_of(Money(95_000_00, "USD"), BANDS) is Tier.LOW_TOUCH
    assert tier_of(Money(95_000_00, "EUR"), BANDS) is Tier.HIGH_TOUCH
    assert tier_of(Money(95_000_00, "CHF"), BANDS) is None


def test_a_currency_without_a_band_is_asked_about_where_a_band_would_say_anything() -> None:
    francs = paying(5_00, "CHF")
    assert without_band(francs, BANDS) == "CHF"
    assert without_band(francs, None) is None
    assert without_band(paying(5_00, "EUR"), BANDS) is None
    assert without_band(paying(None, None), BANDS) is None
    assert without_band(replace(francs, tier_reason="They asked for it"), BANDS) is None
    assert without_band(replace(francs, status=AccountStatus.FORMER), BANDS) is None


def test_an_owner_carries_too_much_by_count_or_by_arr() -> None:
    accounts = [paying(200_000_00), paying(150_000_00), paying(100_000_00, "EUR"), paying(1_00, "CHF")]
    (load,) = loads(accounts, BANDS)
    (high,) = load.by_tier
    assert (high.accounts, high.expected, high.over) == (4, 2, True)
    assert set(high.arr) == {
        ArrLoad(Money(100_000_00, "EUR"), Money(500_000_00, "EUR")),
        ArrLoad(Money(350_000_00, "USD"), Money(300_000_00, "USD")),
    }
    (by_arr,) = loads(accounts[:2], BANDS)[0].by_tier
    assert by_arr.accounts == by_arr.expected and by_arr.over
    (within,) = loads(accounts[2:], BANDS)[0].by_tier
    assert not within.over


@given(st.lists(st.tuples(st.sampled_from(["USD", "EUR", "CHF"]), st.integers(0, 10**9), st.sampled_from(Tier))))
def test_no_arr_is_lost_or_counted_in_another_currency(rows: list[tuple[str, int, Tier]]) -> None:
    accounts = [paying(minor, currency, tier=tier) for currency, minor, tier in rows]
    for load in loads(accounts, BANDS):
        for tier in load.by_tier:
            for line in tier.arr:
                same = [minor for currency, minor, of in rows if currency == line.carried.currency and of is tier.tier]
                assert line.carried.minor == sum(same)
