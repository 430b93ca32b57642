"""The bridge from the figure last told to today's: its order, its middle figure, and its laws on random weeks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.enums import AccountStatus, CreditCause, Movement
from bot.domain.facts import FactCode, fact
from bot.domain.model import Account
from bot.domain.portfolio.account_summary import OutcomeTold
from bot.domain.portfolio.book import Book, OutcomeState
from bot.domain.portfolio.bridge import SAME, STEPS, Bridge, Line, in_a_row, printed, shares
from bot.domain.portfolio.comparison import AccountChange, AccountMove, Comparison, Week, Whereabouts
from bot.domain.proof.fate import Fate

NOTHING = Fraction(0)
SINCE = date(2026, 11, 23)
FALLS = [cause for cause in CreditCause if cause not in (CreditCause.PROVEN, CreditCause.PARTLY_PROVEN)][:-2]


@dataclass(frozen=True)
class Told:
    """An account in a figure: ARR, currency and the credit of each outcome; `former` or in no figure at all."""

    arr: int | None = 100
    currency: str = "USD"
    credits: Mapping[int, str] = field(default_factory=dict)
    former: bool = False


Figure = Mapping[int, Told]


def book(figure: Figure, order: Sequence[int] | None = None) -> Book:
    """The figure as a digest keeps it, taken in in this order."""
    made = Book()
    for account_id in order or list(figure):
        told = figure[account_id]
        if told.former:
            made.add_former(account_id)
            continue
        ids = sorted(told.credits)
        credited = {of: (Decimal(told.credits[of]), of * 10) for of in ids if Decimal(told.credits[of])}
        states = "".join(state(Decimal(told.credits[of])) for of in ids)
        made.add(account_id, (told.arr, told.currency), ids, states, credited)
    return made


def state(credit: Decimal) -> OutcomeState:
    return OutcomeState.PROVEN if credit == 1 else OutcomeState.PARTLY_PROVEN if credit else OutcomeState.OPEN


@dataclass
class Compared:
    """What came of a comparison."""

    bridges: dict[str, Bridge]
    changes: list[AccountChange]
    moves: list[AccountMove]

    def steps(self, currency: str = "USD") -> dict[str, Fraction]:
        return {line.step.value: line.change for line in self.bridges[currency].lines}


def compared(
    before: Figure,
    after: Figure,
    fates: Mapping[int, CreditCause] | None = None,
    *,
    came_from: Mapping[int, str] | None = None,
    merges: Sequence[tuple[int, int]] = (),
    seed: int = 0,
) -> Compared:
    """Compare two figures. A piece of evidence whose outcome has less credit met the fate that `fates` names."""
    shuffle = Random(seed)

    def order(figure: Figure) -> list[int]:
        ids = list(figure)
        shuffle.shuffle(ids)
        return ids

    then, now = book(before, order(before)), book(after, order(after))
    told = {
        of: OutcomeTold(f"Outcome {of}", fact(FactCode.NO_SUCCESS), fates={of * 10: Fate(cause)})
        for of, cause in (fates or {}).items()
    }

    def standings(ids: Sequence[int]) -> Iterator[tuple[Account, Mapping[int, OutcomeTold]]]:
        return ((account(of, after.get(of)), told) for of in sorted(ids, key=lambda _: shuffle.random()))

    def places(ids: Sequence[int]) -> Iterator[Whereabouts]:
        for of in sorted(ids, key=lambda _: shuffle.random()):
            yield Whereabouts(account(of, after.get(of)), "South", (came_from or {}).get(of), taken_back=False)

    comparison = Comparison(then, now, Week(SINCE, new_rules=False), merges)
    comparison.walk()
    changes, moves = list(comparison.outcomes(standings)), list(comparison.moves(places))
    return Compared({bridge.currency: bridge for bridge in comparison.bridges()}, changes, moves)


def account(account_id: int, told: Told | None) -> Account:
    status = AccountStatus.FORMER if told is not None and told.former else AccountStatus.CUSTOMER
    return Account(account_id, 1, f"a{account_id}", f"Account {account_id}", status=status)


def share(figure: Figure, currency: str) -> Fraction:
    """Credit divided by outcomes, weighted by ARR: counted here by other means than the bridge counts."""
    inside = [
        told for told in figure.values() if not told.former and told.arr is not None and told.currency == currency
    ]
    arr = sum(told.arr or 0 for told in inside)
    proven = Fraction(0)
    for told in inside:
        if told.credits:
            whole = sum((Fraction(credit) for credit in told.credits.values()), Fraction(0))
            proven += (told.arr or 0) * whole / len(told.credits)
    return proven / arr if arr else Fraction(0)


def test_a_loss_raises_the_figure_and_not_the_same_customers() -> None:
    before = {1: Told(300, credits={1: "1", 2: "1"}), 2: Told(100, credits={3: "0"})}
    after = {1: Told(300, credits={1: "1", 2: "0"}), 2: Told(former=True)}
    found = compared(before, after, {2: CreditCause.EXPIRED})
    bridge = found.bridges["USD"]
    assert (bridge.start, bridge.same, bridge.end) == (Fraction(3, 4), Fraction(3, 8), Fraction(1, 2))
    assert found.steps() == {"expired": Fraction(-3, 8), "lost": Fraction(1, 8)}
    (lost,) = found.moves
    assert (lost.movement, lost.account.id, str(lost.arr), lost.proven) == (Movement.LOST, 2, "1 USD", NOTHING)


def test_steps_are_applied_one_on_top_of_the_other_in_their_order() -> None:
    before = {1: Told(100, credits={1: "0", 2: "1"})}
    after = {1: Told(100, credits={1: "1", 2: "0", 3: "0"}), 2: Told(100, credits={4: "1"})}
    found = compared(before, after, {2: CreditCause.DISPUTED})
    lines = found.bridges["USD"].lines
    assert [line.step for line in lines] == [
        CreditCause.PROVEN,
        CreditCause.DISPUTED,
        CreditCause.ADDED,
        Movement.JOINED,
    ]
    assert [line.change for line in lines] == [Fraction(1, 2), Fraction(-1, 2), Fraction(-1, 6), Fraction(1, 3)]


def test_the_middle_figure_is_of_the_same_customers_and_outcomes() -> None:
    before = {1: Told(100, credits={1: "1"})}
    after = {1: Told(100, credits={1: "1", 2: "0"})}
    bridge = compared(before, after).bridges["USD"]
    assert (bridge.start, bridge.same, bridge.end) == (Fraction(1), Fraction(1), Fraction(1, 2))


def test_an_outcome_that_is_retired_unproven_raises_nothing_but_its_own_step() -> None:
    before = {1: Told(100, credits={1: "1", 2: "0"})}
    after = {1: Told(100, credits={1: "1"})}
    found = compared(before, after)
    assert found.steps() == {"retired": Fraction(1, 2)}
    assert found.bridges["USD"].same == Fraction(1, 2)


def test_another_currency_is_out_of_one_figure_and_in_the_other() -> None:
    before = {1: Told(100, "USD", {1: "1"}), 2: Told(100, "USD", {2: "0"})}
    after = {1: Told(90, "EUR", {1: "1"}), 2: Told(100, "USD", {2: "0"})}
    found = compared(before, after)
    assert found.steps("USD") == {"arr_changed": Fraction(-1, 2)}
    assert found.steps("EUR") == {"arr_changed": Fraction(1)}
    (move,) = found.moves
    assert (str(move.before), str(move.arr)) == ("1 USD", "0.90 EUR")


def test_unknown_arr_is_in_no_figure_until_it_is_known() -> None:
    before = {1: Told(None, credits={1: "1"}), 2: Told(100, credits={2: "0"})}
    found = compared(before, {**before, 1: Told(100, credits={1: "1"})})
    assert found.bridges["USD"].start == 0
    assert found.steps() == {"arr_changed": Fraction(1, 2)}


def test_who_comes_from_elsewhere_has_moved_in_and_who_was_lost_returns() -> None:
    before = {1: Told(former=True), 4: Told(50, credits={4: "1"})}
    after = {1: Told(100, credits={1: "1"}), 2: Told(100, credits={2: "0"}), 3: Told(100, credits={3: "0"})}
    found = compared(before, after, came_from={2: "South"})
    moves = {move.account.id: (move.movement, move.place) for move in found.moves}
    assert moves == {
        1: (Movement.RETURNED, None),
        2: (Movement.MOVED_IN, "South"),
        3: (Movement.JOINED, None),
        4: (Movement.MOVED_OUT, "South"),
    }


def test_an_account_that_left_under_another_portfolio_is_lost_and_not_moved() -> None:
    comparison = Comparison(book({1: Told(credits={1: "0"})}), book({}), Week(SINCE, new_rules=False))
    comparison.walk()
    gone = Whereabouts(account(1, Told(former=True)), "Attic", None, taken_back=False)
    (move,) = comparison.moves(lambda ids: [gone])
    assert (move.movement, move.place) == (Movement.LOST, None)


def test_points_sum_by_the_largest_remainder_and_shares_are_cut() -> None:
    lines = (Line(CreditCause.PROVEN, Fraction(4, 1000)), Line(Movement.JOINED, Fraction(5, 1000)))
    bridge = Bridge("USD", Fraction(448, 1000), Fraction(457, 1000), lines, 1, 1)
    whole = printed(bridge)
    assert (whole.start, whole.same, whole.end) == (44, 45, 45)
    assert (whole.before, whole.after) == (((CreditCause.PROVEN, 1),), ((Movement.JOINED, 0),))


def test_bridges_that_do_not_meet_are_not_in_a_row() -> None:
    one = Bridge("USD", Fraction(1, 2), Fraction(1, 3), (), 1, 1)
    with pytest.raises(ValueError, match="in a row"):
        in_a_row([one, one])
    with pytest.raises(ValueError, match="in a row"):
        in_a_row([])


# Laws on random weeks

arrs = st.one_of(st.none(), st.integers(0, 5).map(lambda hundreds: hundreds * 700))
currencies = st.sampled_from(["USD", "USD", "EUR"])
credits = st.sampled_from(["0", "0", "1", "0.5", "0.3333333333333333333333333333", "0.0125"])


@st.composite
def figures(draw: st.DrawFn) -> Figure:
    """Up to five accounts; the outcomes of account 3 are 31, 32 and so on, so that weeks share some of them."""
    made: dict[int, Told] = {}
    for account_id in draw(st.sets(st.integers(1, 6), max_size=5)):
        if draw(st.integers(0, 5)) == 0:
            made[account_id] = Told(former=True)
            continue
        ids = draw(st.sets(st.integers(1, 4), max_size=4))
        of = {account_id * 10 + number: draw(credits) for number in ids}
        made[account_id] = Told(draw(arrs), draw(currencies), of)
    return made


fates_of_all = st.fixed_dictionaries(
    {account * 10 + number: st.sampled_from(FALLS) for account in range(1, 7) for number in range(1, 5)}
)


@given(figures(), figures(), fates_of_all)
def test_the_steps_sum_exactly_to_the_difference_in_each_currency(
    before: Figure, after: Figure, fates: Mapping[int, CreditCause]
) -> None:
    found = compared(before, after, fates)
    for currency in ("USD", "EUR"):
        bridge = found.bridges.get(currency)
        start, end = share(before, currency), share(after, currency)
        if bridge is None:
            assert start == end == 0
            continue
        assert (bridge.start, bridge.end) == (start, end)
        assert sum((line.change for line in bridge.lines), Fraction(0)) == end - start
        assert [line.step for line in bridge.lines] == [step for step in STEPS if step.value in found.steps(currency)]


@given(figures(), figures(), fates_of_all, st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), max_size=3))
def test_the_steps_sum_exactly_whatever_was_merged_or_taken_apart(
    before: Figure, after: Figure, fates: Mapping[int, CreditCause], pairs: list[tuple[int, int]]
) -> None:
    merges = [(merged, stays) for merged, stays in pairs if merged != stays]
    gone = {merged for merged, stays in merges if merged in after and stays in after and not after[stays].former}
    joined = {of: told for of, told in after.items() if of not in gone}
    for merged, stays in merges:
        if merged in gone and stays in joined:
            whole = {**joined[stays].credits, **after[merged].credits}
            joined[stays] = Told(joined[stays].arr, joined[stays].currency, whole)
    for one, other in ((before, joined), (joined, before)):
        found = compared(one, other, fates, merges=merges)
        for currency in ("USD", "EUR"):
            bridge, start, end = found.bridges.get(currency), share(one, currency), share(other, currency)
            if bridge is None:
                assert start == end == 0
                continue
            assert (bridge.start, bridge.end) == (start, end)
            assert sum((line.change for line in bridge.lines), Fraction(0)) == end - start


def test_a_merge_is_a_step_of_its_own_and_moves_the_same_outcomes_by_nothing() -> None:
    """A bad account that goes into a good one keeps its outcomes and its weight; nobody has joined or was lost."""
    before = {1: Told(100, credits={11: "1"}), 2: Told(300, credits={21: "0", 22: "0", 23: "0"})}
    after = {1: Told(400, credits={11: "1", 21: "0", 22: "0", 23: "0"})}
    found = compared(before, after, merges=[(2, 1)])
    assert found.steps() == {"merged": Fraction(0)}, "a quarter of the outcomes with a quarter of the money"
    assert {move.account.id: move.movement for move in found.moves} == {1: Movement.MERGED, 2: Movement.MERGED}
    assert found.changes == []
    better = {1: Told(400, credits={11: "1", 21: "1", 22: "0", 23: "0"})}
    moved = compared(before, better, merges=[(2, 1)])
    assert moved.steps()["proven"] == Fraction(1, 4), "by the weight that its account had: 300 of 400, a third of it"
    assert moved.bridges["USD"].same == Fraction(1, 2)
    apart = compared(after, before, merges=[(2, 1)])
    assert list(apart.steps()) == ["merged"]
    one_contract = compared(before, {1: Told(300, credits=after[1].credits)}, merges=[(2, 1)])
    named = next(move for move in one_contract.moves if move.account.id == 1)
    assert (str(named.before), str(named.arr)) == ("4 USD", "3 USD"), "the money that falls away is named"


@given(figures(), figures(), fates_of_all)
def test_each_outcome_is_in_one_step_and_each_account_in_one(
    before: Figure, after: Figure, fates: Mapping[int, CreditCause]
) -> None:
    found = compared(before, after, fates)
    outcomes = Counter(outcome.outcome_id for change in found.changes for outcome in change.outcomes)
    assert set(outcomes.values()) <= {1}
    in_both = [
        of for of in before.keys() & after.keys() if not before[of].former and not after[of].former
    ]  # outcomes of other accounts are not in a step of their own
    moved = {
        outcome_id
        for of in in_both
        for outcome_id in before[of].credits.keys() | after[of].credits.keys()
        if before[of].credits.get(outcome_id) != after[of].credits.get(outcome_id)
    }
    assert {o.outcome_id for change in found.changes for o in change.outcomes if o.cause} == moved
    accounts = Counter(move.account.id for move in found.moves)
    assert set(accounts.values()) <= {1}
    came_or_went = {
        of
        for of in before.keys() | after.keys()
        if (of in before and not before[of].former) != (of in after and not after[of].former)
    }
    weigh_else = {of for of in in_both if (before[of].arr, before[of].currency) != (after[of].arr, after[of].currency)}
    assert set(accounts) == came_or_went | weigh_else


@given(figures(), figures(), fates_of_all)
def test_the_same_figure_is_moved_by_no_membership_and_by_no_new_or_retired_outcome(
    before: Figure, after: Figure, fates: Mapping[int, CreditCause]
) -> None:
    same: dict[int, Told] = {}
    for of, told in before.items():
        now = after.get(of)
        kept = {
            outcome_id: now.credits[outcome_id] if now is not None and outcome_id in now.credits else credit
            for outcome_id, credit in told.credits.items()
        }
        same[of] = told if now is None or now.former else Told(told.arr, told.currency, kept, told.former)
    for currency, bridge in compared(before, after, fates).bridges.items():
        assert bridge.same == share(same, currency)


@given(figures(), figures(), fates_of_all)
def test_printed_points_sum_to_the_printed_difference(
    before: Figure, after: Figure, fates: Mapping[int, CreditCause]
) -> None:
    for bridge in compared(before, after, fates).bridges.values():
        whole = printed(bridge)
        assert whole.start + sum(points for _, points in whole.before) == whole.same
        assert whole.same + sum(points for _, points in whole.after) == whole.end
        assert (whole.start, whole.end) == (floor(bridge.start * 100), floor(bridge.end * 100))
        exact = {line.step: line.change * 100 for line in bridge.lines}
        assert all(abs(points - exact[step]) < 1 for step, points in (*whole.before, *whole.after))
        assert all(points == 0 for step, points in (*whole.before, *whole.after) if exact[step] == 0)


@given(figures(), figures(), fates_of_all, st.integers(1, 1000))
def test_nothing_depends_on_the_order_of_entry(
    before: Figure, after: Figure, fates: Mapping[int, CreditCause], seed: int
) -> None:
    assert compared(before, after, fates).bridges == compared(before, after, fates, seed=seed).bridges


@given(st.lists(figures(), min_size=2, max_size=4), fates_of_all)
def test_a_longer_bridge_is_the_weekly_ones_in_a_row(weeks: list[Figure], fates: Mapping[int, CreditCause]) -> None:
    weekly = [compared(before, after, fates).bridges for before, after in pairwise(weeks)]
    nothing = Fraction(0)
    for currency in ("USD", "EUR"):
        row = [bridges.get(currency) or Bridge(currency, nothing, nothing, (), 0, 0) for bridges in weekly]
        whole = in_a_row(row)
        assert (whole.start, whole.end) == (share(weeks[0], currency), share(weeks[-1], currency))
        assert sum((line.change for line in whole.lines), nothing) == whole.end - whole.start
        for step in STEPS:
            parts = [line.change for bridge in row for line in bridge.lines if line.step is step]
            assert [line.change for line in whole.lines if line.step is step] == ([sum(parts)] if parts else [])
        assert in_a_row([in_a_row(row[:1]), *row[1:]]) == whole
        same_lines = [line.change for bridge in row for line in bridge.lines if line.step in SAME]
        assert whole.same == whole.start + sum(same_lines, nothing)


@settings(max_examples=50)
@given(figures())
def test_a_book_survives_json_and_keeps_credits_exact(figure: Figure) -> None:
    kept = book(figure)
    again = Book.from_json(kept.as_json())
    assert again == kept
    wanted = {currency: share(figure, currency) for currency in shares(kept)}
    assert shares(again) == wanted


def test_a_book_carries_over_what_could_not_be_read() -> None:
    before = book({1: Told(100, credits={1: "0.25"}), 2: Told(300, credits={2: "1"}), 3: Told(former=True)})
    now = book({2: Told(300, credits={2: "1"})})
    now.carry_over(before, [1, 3, 9])
    assert now == before
    assert now != book({2: Told(300, credits={2: "1"})})
