"""The worked example of docs/worked-example.md: Halden Robotics from signature to renewal, as people and clock live it.

Everything that somebody reads on the way is kept as text in `snapshots/`. `SNAPSHOTS=write` writes it anew, and the
document with it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.store.engine import Database
from tests.support.halden import USERS, Halden, confirmed, first_win, onboarding, plan, promise, signature
from tests.support.halden_second_half import (
    dispute,
    expiry,
    judged,
    looking_back,
    readout,
    recovery,
    renewal,
    sponsor,
    worth,
)

SNAPSHOTS = Path(__file__).parent / "snapshots"
FIRST_HALF = (signature, plan, onboarding, first_win, promise, confirmed, judged, worth)
SECOND_HALF = (expiry, sponsor, dispute, recovery, readout, renewal, looking_back)


@pytest.mark.slow
def test_a_year_with_halden_robotics(database: Database) -> None:
    story = Halden(database, date(2026, 1, 12), USERS, SNAPSHOTS)
    for chapter in (*FIRST_HALF, *SECOND_HALF):
        chapter(story)
    story.check(Path(__file__).parents[2] / "docs" / "worked-example.md")
