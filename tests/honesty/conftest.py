"""The play of `tests/honesty/play.py`, for every test here that acts at the use cases."""

from __future__ import annotations

import pytest

from bot.domain.enums import CheckVerdict
from bot.store.engine import Database
from tests.honesty.play import FIRST, FRIDAY, Play, begun


@pytest.fixture
def play(database: Database) -> Play:
    return begun(database)


@pytest.fixture
def proven(play: Play) -> Play:
    """Birch was proven before the first digest, by a figure that Tom has seen."""
    piece = play.record(play.team.maya, "400", FRIDAY)
    play.look(play.team.tom, piece, CheckVerdict.SHOWS, FRIDAY)
    play.digest(FIRST)
    return play
