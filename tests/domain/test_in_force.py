"""What became of a piece of evidence, and who is still there: one meaning each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.proof.in_force import PieceState, state_of_piece
from tests.support.domain_builders import DANA, TODAY, ago, system

YESTERDAY = TODAY - timedelta(days=1)


def test_a_piece_stands_until_the_day_on_which_something_happens_to_it() -> None:
    piece = system(6, age=10)
    withdrawn = replace(piece, withdrawn_on=TODAY)
    disputed = replace(piece, disputed_on=TODAY)
    assert state_of_piece(piece, [piece], TODAY) is PieceState.STANDS
    assert state_of_piece(withdrawn, [withdrawn], TODAY) is PieceState.WITHDRAWN
    assert state_of_piece(disputed, [disputed], TODAY) is PieceState.DISPUTED
    assert state_of_piece(withdrawn, [withdrawn], YESTERDAY) is PieceState.STANDS
    assert state_of_piece(disputed, [disputed], YESTERDAY) is PieceState.STANDS


def test_a_piece_stands_again_when_what_replaced_it_is_withdrawn() -> None:
    newer = system(5, age=5, id=902)
    older = replace(system(6, age=10), id=901, superseded_by=902, superseded_on=ago(5))
    taken_back = replace(newer, withdrawn_on=ago(1))
    assert state_of_piece(older, [older, newer], TODAY) is PieceState.SUPERSEDED
    assert state_of_piece(older, [older, taken_back], TODAY) is PieceState.STANDS


def test_a_person_is_there_until_the_day_of_leaving() -> None:
    assert DANA.is_there(TODAY)
    leaves = replace(DANA, left_on=TODAY)
    assert leaves.is_there(YESTERDAY)
    assert not leaves.is_there(TODAY)
