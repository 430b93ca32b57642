"""A customer's name with a word behind it that is nearly one of ours, written to the bot or in a thread."""

from __future__ import annotations

import pytest

from tests.e2e.test_hello import last
from tests.support import factory
from tests.support.believable import fill
from tests.support.bot_process import Stage


@pytest.mark.parametrize("words", ["acme riks", "acme evidnce"])
async def test_a_card_and_what_is_near_are_answered_to_what_is_written_too(stage: Stage, words: str) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.say("dm", words)
    assert "Would they renew on value?" in last(ines), words


@pytest.mark.parametrize("words", ["acme fooo", "acme gmbh qqqq", "acme plans now"])
async def test_what_is_near_nothing_is_answered_too(stage: Stage, words: str) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.say("dm", words)
    assert "Acme GmbH" in last(ines) and "Something broke" not in last(ines)


async def test_the_whole_of_a_name_that_ends_like_a_word_of_ours_is_found(stage: Stage) -> None:
    book = fill(stage)
    stage.write(lambda session: factory.account(session, "Northern Gap Plans", stage.now, portfolio_id=book.portfolio))
    ines = stage.person("ines")
    await ines.say("dm", "Northern Gap Plans")
    assert "Northern Gap Plans" in last(ines)
