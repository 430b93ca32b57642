"""What an account's contracts say of it: nothing twice, renewal and notice of the main term, rolling ones apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.account.contract_view import AccountTerms, counting, stand_in_start, terms_of_account, until_told
from bot.domain.account.contracts import arr_on
from bot.domain.enums import ContractBasis
from bot.domain.model import Contract

TODAY = date(2026, 3, 2)
IDS = count(1)
STAND_IN, RECORDED, MERGED, IMPORTED = ContractBasis


def term(begins: str, ends: str | None, arr: int | None = 100, **values: object) -> Contract:
    row = {"id": next(IDS), "account_id": 1, "starts_on": date.fromisoformat(begins), "currency": "USD"}
    end = date.fromisoformat(ends) if ends else None
    return Contract(**{**row, "ends_on": end, "arr_minor": arr, **values})  # type: ignore[arg-type]


def said(*terms: Contract, on: date = TODAY) -> AccountTerms:
    view = terms_of_account(terms, on)
    assert view is not None
    return view


def test_the_first_real_term_replaces_the_stand_in() -> None:
    stand_in = term("2025-01-01", "2027-01-01", 500, basis=STAND_IN)
    assert said(stand_in).arr_minor == 500
    plan, seats = term("2026-01-01", "2026-07-01", 300, line="plan"), term("2026-01-01", "2027-01-01", 90, line="seats")
    view = said(stand_in, plan, seats)
    assert (view.arr_minor, view.renewal_date) == (390, date(2026, 7, 1)), "the largest term says the renewal"
    over = said(stand_in, term("2025-01-01", "2025-12-31", 300))
    assert (over.arr_minor, over.renewal_date) == (300, date(2025, 12, 31)), "past, and nobody says how it ended"


def test_what_was_recorded_here_counts_until_the_system_has_it() -> None:
    old = term("2025-01-15", "2026-01-15", 100, line="pro")
    recorded = term("2026-01-15", "2027-01-15", 120, basis=RECORDED)
    assert said(old, recorded).arr_minor == 120
    caught_up = term("2026-01-14", "2027-01-14", 130, line="pro")
    assert said(old, recorded, caught_up).arr_minor == 130
    late = term("2026-02-01", "2027-02-01", 140, line="pro")
    assert [said(old, recorded, late, on=on).arr_minor for on in (date(2026, 1, 20), TODAY)] == [120, 140]


def test_what_a_merge_brought_stands_beside_what_the_system_says_and_its_end_is_asked_about() -> None:
    system, brought = term("2026-01-01", "2027-01-01", 300), term("2025-04-01", "2026-04-01", 100, basis=MERGED)
    before = said(system, brought)
    assert (before.arr_minor, before.renewal_date) == (400, date(2026, 4, 1))
    follows = term("2027-01-01", "2028-01-01", 300)
    after = said(system, brought, follows, on=date(2026, 9, 1))
    assert (after.arr_minor, after.renewal_date) == (400, date(2026, 4, 1)), "nobody has said how it ended"
    renewed = term("2026-04-01", "2027-04-01", 120, basis=RECORDED)
    ended = [replace(system, ends_on=date(2026, 4, 1)), replace(brought, ends_on=date(2026, 4, 1))]
    assert said(*ended, renewed, on=date(2026, 9, 1)).arr_minor == 120


def test_a_renewal_that_is_signed_early_moves_the_renewal_on() -> None:
    now, following = term("2025-06-01", "2026-06-01", notice_days=60), term("2026-06-01", "2027-06-01", notice_days=90)
    view = said(now, following)
    assert (view.renewal_date, view.notice_days) == (date(2027, 6, 1), 90)
    gap = said(now, term("2026-06-20", "2027-06-20"))
    assert (gap.renewal_date, gap.notice_days) == (date(2026, 6, 1), 60), "not signed without a gap"


def test_a_short_term_that_renews_itself_has_no_renewal() -> None:
    month = term("2026-02-15", "2026-03-15", auto_renews=True)
    assert (said(month).rolling, said(month).renewal_date, said(month).commitment_lost_on) == (True, None, None)
    assert said(term("2026-02-15", "2026-03-15")).rolling, "a billing system says no more than the period"
    pilot = said(term("2026-02-15", "2026-03-15", auto_renews=False))
    assert (pilot.rolling, pilot.renewal_date) == (False, date(2026, 3, 15))
    by_hand = said(term("2026-02-15", "2026-03-15", basis=RECORDED))
    assert (by_hand.rolling, by_hand.renewal_date) == (False, date(2026, 3, 15)), "nobody types a renewal away"
    quarter = said(term("2026-01-01", "2026-04-01", auto_renews=True))
    assert (quarter.rolling, quarter.renewal_date) == (False, date(2026, 4, 1)), "90 days is no rolling term"
    sixty = [said(term("2026-02-01", "2026-04-02", auto_renews=renews)).rolling for renews in (True, None)]
    assert sixty == [True, False], "of two months nobody knows whether they renew themselves"


def test_a_yearly_term_that_becomes_monthly_is_a_lost_commitment() -> None:
    year = term("2025-01-20", "2026-01-20", line="pro annual")
    months = [term("2026-01-20", "2026-02-20", line="pro"), term("2026-02-20", "2026-03-20", line="pro")]
    view = said(year, *months)
    assert (view.rolling, view.commitment_lost_on) == (True, date(2026, 1, 20))
    half = term("2025-07-20", "2026-01-20", line="half")
    assert said(half, *months).commitment_lost_on is None


def test_unknown_stays_unknown_and_currencies_apart() -> None:
    assert terms_of_account([], TODAY) is None
    view = said(term("2026-01-01", None, None))
    assert (view.arr_minor, view.renewal_date, view.notice_days, view.rolling) == (None, None, None, False)
    both = [term("2026-01-01", "2027-01-01", 70, currency="EUR"), term("2026-01-02", "2027-01-01", 90)]
    chosen = [terms_of_account(both, TODAY, own) for own in ("USD", "EUR", "GBP", None)]
    assert [(view.arr_minor, view.currency) for view in chosen if view] == [
        (90, "USD"),
        (70, "EUR"),
        (70, "EUR"),
        (70, "EUR"),
    ]
    assert said(term("2026-05-01", "2027-05-01", 40)).arr_minor == 40, "what is signed and first to come"


def test_what_nobody_has_said_the_end_of_runs_on_and_what_a_system_has_ended_does_not() -> None:
    for basis, ends_on in ((STAND_IN, None), (RECORDED, None), (IMPORTED, date(2026, 1, 1))):
        first = term("2024-01-01", "2025-01-01", basis=basis)
        assert [one.ends_on for one in until_told([first, term("2025-01-01", "2026-01-01", basis=basis)])] == [
            date(2025, 1, 1),
            ends_on,
        ]
    assert until_told([]) == []


def test_of_several_terms_that_nobody_but_people_know_of_none_ends_by_itself() -> None:
    """As a merge brings them together: both run on, and the first end is the renewal."""
    large = term("2025-02-15", "2026-02-15", 100, basis=RECORDED)
    small = term("2025-06-01", "2026-06-01", 20, basis=RECORDED)
    assert [one.ends_on for one in until_told([large, small])] == [None, None]
    for on in (date(2026, 1, 1), TODAY):
        view = said(large, small, on=on)
        assert (view.arr_minor, view.renewal_date) == (120, date(2026, 2, 15)), on
    other = said(term("2025-02-15", "2026-09-15", 100, basis=RECORDED), small)
    assert (other.arr_minor, other.renewal_date) == (120, date(2026, 6, 1)), "the smaller one ends first"
    told = said(large, small, term("2026-02-15", "2027-02-15", 130, basis=RECORDED))
    assert (told.arr_minor, told.renewal_date) == (150, date(2026, 6, 1))
    imported = said(term("2025-02-15", "2026-02-15", 100), term("2025-06-01", "2026-06-01", 20))
    assert (imported.arr_minor, imported.renewal_date) == (20, date(2026, 6, 1)), "a system says what has ended"


def test_the_first_day_of_a_stand_in() -> None:
    renewal = date(2026, 6, 1)
    assert stand_in_start(date(2024, 6, 1), renewal, TODAY) == date(2024, 6, 1)
    assert stand_in_start(None, renewal, TODAY) == TODAY
    assert stand_in_start(None, date(2026, 1, 1), TODAY) == date(2025, 1, 1)
    assert stand_in_start(None, None, TODAY) == TODAY


DAYS = st.integers(0, 1400).map(lambda days: date(2024, 1, 1) + timedelta(days=days))
TERMS = st.lists(
    st.builds(
        lambda number, begins, days, arr, basis: Contract(
            number, 1, begins, begins + timedelta(days=days), arr_minor=arr, currency="USD", basis=basis
        ),
        st.integers(1, 10**6),
        DAYS,
        st.integers(1, 800),
        st.integers(0, 1000),
        st.sampled_from(ContractBasis),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)


@given(TERMS, DAYS)
def test_no_recorded_term_is_ever_summed_with_an_imported_one(terms: list[Contract], on: date) -> None:
    counted = counting(terms)
    running = {one.basis for one in counted if one.starts_on <= on and (one.ends_on is None or on < one.ends_on)}
    assert len(running - {MERGED}) <= 1, "only what a merge brought stands beside others"
    most = sum(amount.minor for amount in arr_on([one for one in terms if one.basis in running], on))
    assert sum(amount.minor for amount in arr_on(counted, on)) <= most
    imported = [one for one in terms if one.basis is ContractBasis.IMPORTED]
    assert [one for one in counted if one.basis is ContractBasis.IMPORTED] == sorted(
        imported, key=lambda one: (one.starts_on, one.id)
    )
