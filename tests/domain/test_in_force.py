"""What became of a piece of evidence, and who is still there: one meaning each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.domain.model import Evidence
from bot.domain.proof.checks import states_of_pieces
from bot.domain.proof.disputes import PieceState
from tests.support.domain_builders import DANA, TODAY, acme, ago, onboarding, system


def became(piece: Evidence, on: date, *siblings: Evidence) -> PieceState:
    return states_of_pieces(acme(onboarding(), *siblings), on)[piece.id]


YESTERDAY = TODAY - timedelta(days=1)


def test_a_piece_stands_until_the_day_on_which_something_happens_to_it() -> None:
    piece = system(6, age=10)
    withdrawn = replace(piece, withdrawn_on=TODAY)
    disputed = replace(piece, disputed_on=TODAY)
    assert became(piece, TODAY, piece) is PieceState.STANDS
    assert became(withdrawn, TODAY, withdrawn) is PieceState.WITHDRAWN
    assert became(disputed, TODAY, disputed) is PieceState.DISPUTED
    assert became(withdrawn, YESTERDAY, withdrawn) is PieceState.STANDS
    assert became(disputed, YESTERDAY, disputed) is PieceState.STANDS


def test_a_piece_stands_again_when_what_replaced_it_is_withdrawn() -> None:
    newer = system(5, age=5, id=902)
    older = replace(system(6, age=10), id=901, superseded_by=902, superseded_on=ago(5))
    taken_back = replace(newer, withdrawn_on=ago(1))
    assert became(older, TODAY, older, newer) is PieceState.SUPERSEDED
    assert became(older, TODAY, older, taken_back) is PieceState.STANDS


def test_a_person_is_there_until_the_day_of_leaving() -> None:
    assert DANA.is_there(TODAY)
    leaves = replace(DANA, left_on=TODAY)
    assert leaves.is_there(YESTERDAY)
    assert not leaves.is_there(TODAY)
