"""The demo tells its story from the first page on, and goes on where a kill stopped it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.demo import DATA, Demo, host
from bot.demo.past import WORKSPACE
from bot.resources import MANIFEST
from sandbox import Sandbox
from sandbox.__main__ import environment


@asynccontextmanager
async def hosted(folder: Path) -> AsyncIterator[tuple[Sandbox, Demo]]:
    """The demo as the command line runs it, with everything kept in `folder`; stopped without a goodbye."""
    traffic = os.environ.get("TRAFFIC")
    record = Path(traffic) if traffic else None
    async with Sandbox(WORKSPACE, MANIFEST, state=folder / "slack.jsonl", record=record) as sandbox:
        demo = host({**environment(sandbox), DATA: str(folder)})
        await demo.start()
        sandbox.hosted = demo  # type: ignore[assignment]  # it takes any jump with the same fields
        try:
            yield sandbox, demo
        finally:
            await demo.stop()


async def jump(sandbox: Sandbox, demo: Demo, name: str) -> None:
    """Press a button of the clock bar."""
    [to] = [jump.at for jump in await demo.jumps() if jump.id == name]
    sandbox.clock.move(to)
    await demo.move_clock(to)


def read(sandbox: Sandbox, who: str, messages: list[dict[str, Any]]) -> str:
    person = sandbox.person(who)
    return "\n".join(person.text(message) for message in messages)


async def test_the_first_page_tells_the_story_and_each_jump_goes_on_with_it(tmp_path: Path) -> None:
    async with hosted(tmp_path) as (sandbox, demo):
        channel = read(sandbox, "maya", sandbox.messages("cs-north"))
        assert "I keep what each customer has proved" in read(sandbox, "maya", sandbox.person("maya").dm()[-1:])
        assert "Helen Voss disputes" in channel and "of 2.2 M USD proven" in channel
        assert "Helix Clinics" in read(sandbox, "ines", sandbox.person("ines").dm())
        assert sandbox.person("tom").dm() == []

        await jump(sandbox, demo, "prompt")
        assert "Acme Manufacturing" in read(sandbox, "tom", sandbox.person("tom").dm())

        before = len(sandbox.messages("cs-north"))
        await jump(sandbox, demo, "morning")
        assert "its evidence expired" in read(sandbox, "maya", sandbox.messages("cs-north")[before:])

        await jump(sandbox, demo, "digest")
        channel = read(sandbox, "maya", sandbox.messages("cs-north"))
        assert channel.count("North, week to ") == 2 and "Newly broken:" in channel
        assert "Kenji Sato answered" in read(sandbox, "maya", sandbox.person("maya").dm()).replace("*", "")


async def test_a_second_start_goes_on_where_the_first_stopped(tmp_path: Path) -> None:
    async with hosted(tmp_path) as (sandbox, demo):
        await jump(sandbox, demo, "prompt")
        said, asked_at = len(sandbox.messages("cs-north")), sandbox.clock.now()
    async with hosted(tmp_path) as (sandbox, _):
        assert len(sandbox.messages("cs-north")) == said
        assert sandbox.clock.now() >= asked_at
        assert len(sandbox.person("tom").dm()) == 1
        await sandbox.person("tom").command("/proof acme", channel="cs-north")
        assert "Acme Manufacturing" in read(sandbox, "tom", sandbox.person("tom").sees("cs-north")[-1:])


async def test_the_past_has_a_renewal_and_a_loss_and_every_view_shows_both(tmp_path: Path) -> None:
    async with hosted(tmp_path) as (sandbox, _):
        channel = read(sandbox, "maya", sandbox.messages("cs-north"))
        assert "Orchid Foods" in channel and "190,000 USD, moved to a competitor: Their ERP's own module" in channel
        assert "*Renewed:* Farol Energia, 260,000 USD (was 236,000 USD)" in channel
        maya = sandbox.person("maya")
        await maya.command("/portfolio retention", channel="cs-north")
        retention = read(sandbox, "maya", maya.sees("cs-north")[-1:]).replace("\N{NO-BREAK SPACE}", " ")
        assert "7 of 8" in retention and "+24,000 expansion −190,000 lost" in retention
        await maya.command("/portfolio renewals", channel="cs-north")
        assert "Orchid" not in read(sandbox, "maya", maya.sees("cs-north")[-1:])
        for account, said in (("orchid", "moved to a competitor"), ("farol", "Expanded")):
            await maya.command(f"/proof {account} renewal", channel="cs-north")
            assert said in read(sandbox, "maya", maya.sees("cs-north")[-1:])
        await maya.command("/portfolio", channel="cs-north")
        listed = read(sandbox, "maya", maya.sees("cs-north")[-1:]).replace("\N{NO-BREAK SPACE}", " ")
        assert "of 2.2 M USD proven" in listed and "of 12 customers need attention" in listed
        await maya.click("list.more", value="overview:mine")
        assert "2.2 M USD ARR proven · 24% by count · 12 customers" in read(sandbox, "maya", maya.sees("cs-north")[-1:])
