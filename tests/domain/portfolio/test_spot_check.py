"""The draw of a digest's spot checks: what newly counts, and that nobody can tell or steer what comes up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.portfolio.book import Book
from bot.domain.portfolio.spot_check import LOOKED_AT, NewPiece, NewPieces, draw, is_overdue

Proofs = Mapping[int, tuple[str, int]]

pieces_of_any_weight = st.lists(
    st.builds(NewPiece, st.integers(1, 50), st.integers(1, 50), st.integers(1, 10_000), st.floats(1e-6, 1e6)),
    unique_by=lambda piece: piece.evidence_id,
    max_size=60,
)


def book(*customers: tuple[int, tuple[int | None, str], Proofs]) -> Book:
    """Customers with ARR in minor units and currency, and each outcome's credit and evidence (0 for none)."""
    made = Book()
    for account_id, arr, outcomes in customers:
        credited = {of: (Decimal(credit), proof) for of, (credit, proof) in outcomes.items() if proof}
        made.add(account_id, arr, sorted(outcomes), "o" * len(outcomes), credited)
    return made


def new(before: Book | None, after: Book) -> dict[int, float]:
    """The evidence that newly counts, and what each piece weighs."""
    return {piece.evidence_id: round(piece.weight, 6) for piece in NewPieces(before, after)}


def test_what_counts_and_did_not_count_before_is_new() -> None:
    arr = (100, "EUR")
    before = book((1, arr, {1: ("1", 11), 2: ("0", 0), 3: ("0.5", 13), 4: ("1", 14)}))
    after = book((1, arr, {1: ("1", 11), 2: ("0.5", 12), 3: ("1", 23), 4: ("0", 0)}))
    assert new(before, after) == {12: 0.125, 23: 0.25}


def test_all_pieces_of_a_customer_who_joined_are_new() -> None:
    assert new(book(), book((1, (100, "EUR"), {1: ("1", 11)}))) == {11: 1}


def test_a_first_digest_draws_nothing() -> None:
    assert new(None, book((1, (100, "EUR"), {1: ("1", 11)}))) == {}


def test_a_former_customer_has_no_new_pieces() -> None:
    after = book()
    after.add_former(1)
    assert new(book((1, (100, "EUR"), {1: ("1", 11)})), after) == {}


def test_a_customer_weighs_by_the_average_of_its_currency() -> None:
    after = book(
        (1, (300, "EUR"), {1: ("1", 11)}),
        (2, (100, "EUR"), {2: ("1", 12)}),
        (3, (9_000, "JPY"), {3: ("1", 13)}),
    )
    assert new(book(), after) == {11: 1.5, 12: 0.5, 13: 1}


def test_a_customer_without_arr_weighs_as_little_as_the_lightest() -> None:
    after = book(
        (1, (300, "EUR"), {1: ("1", 11)}),
        (2, (100, "EUR"), {2: ("1", 12), 3: ("0", 0)}),
        (3, (None, ""), {4: ("1", 14)}),
        (4, (0, "EUR"), {5: ("1", 15)}),
    )
    assert new(book(), after) == {11: 1.5, 12: 0.25, 14: 0.25, 15: 0.25}


def test_where_no_arr_is_known_all_weigh_the_same() -> None:
    assert new(book(), book((1, (None, ""), {1: ("1", 11), 2: ("0.1", 12)}))) == {11: 1, 12: 1}


@given(pieces_of_any_weight, st.text(max_size=20), st.randoms())
def test_the_same_digest_draws_the_same_in_whatever_order_the_pieces_come(pieces, seed, random) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(pieces)
    random.shuffle(shuffled)
    assert draw(pieces, seed) == draw(shuffled, seed) == draw(iter(pieces), seed)


@given(pieces_of_any_weight, st.text(max_size=20))
def test_every_piece_is_drawn_once(pieces: list[NewPiece], seed: str) -> None:
    assert sorted(draw(pieces, seed)) == sorted(pieces)


@given(pieces_of_any_weight, st.text(max_size=20), st.sets(st.integers(1, 10_000)))
def test_what_was_drawn_lately_comes_behind_all_others(pieces: list[NewPiece], seed: str, lately: set[int]) -> None:
    order = draw(pieces, seed, lately)
    again = [piece.evidence_id in lately for piece in order]
    assert again == sorted(again)
    others = [piece for piece in draw(pieces, seed) if piece.evidence_id not in lately]
    assert order[: len(others)] == others


@given(pieces_of_any_weight, st.text(max_size=20), st.integers(0, 59), st.floats(1, 1e3))
def test_more_weight_never_moves_a_piece_back(pieces: list[NewPiece], seed: str, at: int, times: float) -> None:
    if at >= len(pieces):
        return
    heavier = [piece._replace(weight=piece.weight * times) if n == at else piece for n, piece in enumerate(pieces)]
    place = [piece.evidence_id for piece in draw(pieces, seed)].index(pieces[at].evidence_id)
    assert [piece.evidence_id for piece in draw(heavier, seed)].index(pieces[at].evidence_id) <= place


def test_a_piece_comes_up_first_as_often_as_its_share_of_the_weight() -> None:
    pieces = [NewPiece(1, 1, 1, 7.0), NewPiece(2, 2, 2, 2.0), NewPiece(3, 3, 3, 1.0)]
    firsts = Counter(draw(pieces, f"{week}")[0].evidence_id for week in range(10_000))
    assert firsts[1] == pytest.approx(7_000, abs=150)
    assert firsts[2] == pytest.approx(2_000, abs=150)
    assert firsts[3] == pytest.approx(1_000, abs=150)


def test_another_digest_draws_others() -> None:
    pieces = [NewPiece(1, number, number, 1.0) for number in range(1, 101)]
    assert len({draw(pieces, f"digest {number}")[0].evidence_id for number in range(100)}) > 40


def test_a_draw_of_very_many_pieces_ends_early() -> None:
    assert len(draw((NewPiece(1, number, number, 1.0) for number in range(1, 2_000)), "x")) == LOOKED_AT


def test_a_look_is_not_answered_yet_after_14_days() -> None:
    assert is_overdue(date(2026, 3, 2), date(2026, 3, 16))
    assert not is_overdue(date(2026, 3, 2), date(2026, 3, 15))
