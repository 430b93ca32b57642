"""The edge under every listener: who gets an answer, who does not, and what is said when something goes wrong."""

from __future__ import annotations

import pytest

from tests.slack.bot_process import Stage


async def test_a_command_is_answered_to_its_sender_alone(stages: Stage) -> None:
    tom, maya = stages.person("tom"), stages.person("maya")
    await tom.command("/proof help")
    [reply] = tom.sees("general")
    assert reply["ephemeral"]
    assert "/proof <account> evidence" in tom.text(reply)
    assert maya.sees("general") == []


@pytest.mark.parametrize("who", ["gus", "stella"])
async def test_guests_and_strangers_get_nothing(stage: Stage, who: str) -> None:
    person = stage.person(who)
    await person.command("/portfolio")
    [reply] = person.sees("general")
    assert "members of this workspace" in person.text(reply)
