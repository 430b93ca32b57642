"""`python -m sandbox` as a process: hosting an app, being killed, being stopped, a port that is taken."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from sandbox import Sandbox
from sandbox.__main__ import main
from sandbox.workspace import make_id
from tests.sandbox.fixtures import MANIFEST, WORKSPACE

MAYA = make_id("U", "T0PROOF", "maya")


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """The arguments that name a workspace, a manifest and a state file."""
    for name, content in (("workspace.yml", WORKSPACE), ("manifest.yml", MANIFEST)):
        (tmp_path / name).write_text(yaml.safe_dump(content), "utf-8")
    names = ("workspace", "manifest", "state")
    paths = (tmp_path / "workspace.yml", tmp_path / "manifest.yml", tmp_path / "state.jsonl")
    return [part for name, path in zip(names, paths, strict=True) for part in (f"--{name}", str(path))]


@asynccontextmanager
async def process(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A running sandbox and its URL."""
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", *arguments, stdout=pipe, stderr=pipe
    )
    assert running.stdout is not None and running.stderr is not None
    line = (await running.stdout.readline()).decode()
    if not line:
        raise AssertionError((await running.stderr.read()).decode())
    try:
        yield running, next(word for word in line.split() if word.startswith("http"))
    finally:
        if running.returncode is None:
            running.kill()
        await running.communicate()


async def dm(session: aiohttp.ClientSession, url: str) -> tuple[str, list[Any]]:
    """Maya's direct message with the app: channel and messages."""
    async with session.get(f"{url}/sandbox/as/{MAYA}/view") as answer:
        channels = (await answer.json())["channels"]
    channel = next(one["id"] for one in channels if one["kind"] == "im")
    async with session.get(f"{url}/sandbox/as/{MAYA}/channels/{channel}") as answer:
        return channel, (await answer.json())["messages"]


async def test_a_killed_sandbox_goes_on_where_it_stopped(files: list[str]) -> None:
    hosted = [*files, "--host", "tests.sandbox.hosted_echo:create"]
    async with aiohttp.ClientSession() as session:
        async with process(*hosted) as (running, url):
            channel, before = await dm(session, url)
            assert before == []
            async with session.get(f"{url}/sandbox/events?user={MAYA}") as changes:
                await session.post(f"{url}/sandbox/as/{MAYA}/say", json={"channel": channel, "text": "hello"})
                while len((await dm(session, url))[1]) < 2:
                    await changes.content.readline()
            running.kill()
            await running.wait()
        async with process(*hosted) as (running, url):
            _, after = await dm(session, url)
            assert [message["text"] for message in after] == ["hello", "Echo: hello"]
            running.send_signal(signal.SIGTERM)
            assert await running.wait() == 0


def test_a_taken_port_is_said_in_a_sentence(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main([*files, "--port", port]) == 1
    assert capsys.readouterr().err == f"Port {port} is taken; choose another one with --port.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--workspace", "missing.yml"], "The workspace file missing.yml cannot be read: No such file or directory."),
        (["--host", "nowhere"], "--host takes module:factory, not 'nowhere'."),
        (["--host", "tests.sandbox.nowhere:create"], "cannot be imported: No module named 'tests.sandbox.nowhere'"),
        (["--host", "tests.sandbox.hosted_echo:nothing"], "The module tests.sandbox.hosted_echo has no nothing."),
    ],
)
def test_wrong_arguments_are_said_in_a_sentence(
    files: list[str], capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert main([*files, *arguments]) == 2
    assert sentence in capsys.readouterr().err


async def test_the_state_file_keeps_everything_that_people_see(tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    async with Sandbox(WORKSPACE, MANIFEST, state=state) as sandbox:
        maya = sandbox.person("maya")
        kept = await maya.say("general", "kept")
        await maya.say("general", "in its thread", thread=kept["ts"])
        await maya.react(kept, "wave")
        sandbox.world.state.say_as_slackbot(maya.id, kept["channel"], "only for maya")
        sandbox.archive_channel("cs-north")
        sandbox.deactivate_user("tom")
        sandbox.move_clock(timedelta(days=2))
        ahead = sandbox.clock.offset
        seen = maya.sees()
    with state.open("a", encoding="utf-8") as file:
        file.write('{"message": {"channel": "C')
    async with Sandbox(WORKSPACE, MANIFEST, state=state) as again:
        assert again.person("maya").sees() == seen
        assert again.clock.offset == ahead
        assert again.world.state.users[again.person("tom").id].deactivated
        channel = again.world.state.find_channel("cs-north")
        assert channel is not None and channel.archived
        later = await again.person("maya").say("general", "later")
        assert later["ts"] > seen[-1]["ts"]
