"""Who the bot is stands fixed from its start: no variable switches it over, and no payload has it ask Slack."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from tests.support.bot_process import Stage, staged

OAUTH = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "secret"}


def asked_who_we_are(stage: Stage) -> int:
    return sum(call["method"] == "auth.test" for call in stage.sandbox.calls)


@pytest.mark.parametrize("environment", [{}, OAUTH], ids=["plain", "with a client id"])
@pytest.mark.parametrize("delivery", ["socket", "http"])
async def test_the_first_payload_is_answered_as_any_other(
    tmp_path: Path,
    sqlite_template: Path,
    monkeypatch: pytest.MonkeyPatch,
    delivery: Literal["socket", "http"],
    environment: dict[str, str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    async with staged(tmp_path, database=sqlite_template, delivery=delivery) as stage:
        assert asked_who_we_are(stage) == 1, "once, at the start"
        tom = stage.person("tom")
        await tom.command("/proof help")
        await tom.open_home()
        assert "/proof" in tom.text(tom.sees()[0])
        assert tom.home is not None
        assert asked_who_we_are(stage) == 1
