"""`python -m tests.independent`: the bot on a Slack that we did not write; 0 if all went well, 1 if not.

It needs npm and Linux on x86-64. Type-checked are what the bot sent there, an example of every template and, if
`make traffic` or CI left one, `build/traffic.jsonl`.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from platform import machine

from bot.cli.block_examples import examples
from bot.rooms import new_renderer
from tests.independent import typecheck
from tests.independent.local_slack import LocalSlack, local_slack
from tests.independent.typecheck import Payload
from tests.independent.walk import ROOT, Walk
from tests.support import tools

MOST_SECONDS = 300
LACKS = (
    "submitting a modal by its control API; done as its own page does, over its /ui socket",
    "admins, guests and deactivated people, so nothing that only an admin may do is tried",
    "the header x-oauth-scopes, scopes, rate limits and refusals of blocks: it takes whatever is sent",
    "metadata and time limits in a channel's history, by which a message in doubt is found again",
)
"""What of Slack this walk says nothing about, because local-slack 0.1.8 does not have it."""
_PACKAGES = ROOT / "build" / "independent"
_TRAFFIC = ROOT / "build" / "traffic.jsonl"


def main() -> int:
    """Install the packages, walk, check the types; say what came of each."""
    npm = tools.find("npm")
    if npm is None:
        print("npm is not installed, so there is no other Slack to try; on Debian: apt-get install npm")
        return 1
    if sys.platform != "linux" or machine() not in ("x86_64", "AMD64"):
        print("local-slack-linux-x64 runs on Linux on x86-64 only.")
        return 1
    try:
        return asyncio.run(_within_limit(npm))
    except TimeoutError:
        print(f"✗ it did not end within {MOST_SECONDS} seconds")
    except AssertionError as error:
        print(f"✗ {error}")
    return 1


async def _within_limit(npm: str) -> int:
    async with asyncio.timeout(MOST_SECONDS):
        return await _run(npm)


async def _run(npm: str) -> int:
    began = time.monotonic()
    await _install(npm)
    _done(f"npm ci: {_versions()}")
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        (folder / "node_modules").symlink_to(_PACKAGES / "node_modules")
        async with local_slack(folder, _PACKAGES / "local-slack.log") as slack:
            _done("local-slack listens on 127.0.0.1 and nowhere else")
            try:
                await Walk(slack, folder, _done).all()
            finally:
                shutil.copy(folder / "bot.log", _PACKAGES / "bot.log")
            payloads = await _sent(slack)
    complaints = await _check_types(payloads)
    for lack in LACKS:
        print(f"- not there in local-slack: {lack}")
    print(f"{'FAILED' if complaints else 'All well'} in {time.monotonic() - began:.0f} s")
    return 1 if complaints else 0


async def _install(npm: str) -> None:
    """Install exactly what the lock file names; without the packages' own scripts."""
    _PACKAGES.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(Path(__file__).with_name(name), _PACKAGES / name)
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    process = await asyncio.create_subprocess_exec(npm, "ci", *options, cwd=_PACKAGES)
    try:
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
    assert code == 0, f"npm ci ended with {code}"


def _versions() -> str:
    wanted = json.loads(Path(__file__).with_name("package.json").read_text("utf-8"))["dependencies"]
    return ", ".join(f"{name} {version}" for name, version in wanted.items())


async def _sent(slack: LocalSlack) -> list[Payload]:
    """Everything that the bot sent: calls, views in its acks, and what it posted to a response_url."""
    log = (await slack.get("log"))["log"]
    assert len(log) < 1000, "the log of local-slack holds a thousand entries: some are lost"
    payloads: list[Payload] = []
    for entry in log:
        detail = entry.get("detail") or {}
        if entry["direction"] == "from_bot" and entry["kind"] == "web_api":
            payloads += typecheck.of_call(entry["summary"], detail)
        elif entry["direction"] == "from_bot" and entry["kind"] == "ack":
            payloads += typecheck.of_call("ack", detail)
    for message in [*await slack.messages(), *await slack.dm()]:
        payloads += typecheck.of_call("message", message)
    return payloads


async def _check_types(payloads: list[Payload]) -> list[str]:
    payloads = typecheck.distinct([*payloads, *_examples(), *_recorded()])
    complaints = await typecheck.complaints(payloads, _PACKAGES)
    if complaints:
        print("✗ tsc against @slack/types:", *complaints, sep="\n    ")
    else:
        _done(f"tsc against @slack/types: {len(payloads)} payloads of different shape")
    return complaints


def _examples() -> Iterator[Payload]:
    for example in examples(new_renderer()):
        given = example.payload if example.surface == "message" else {"view": example.payload}
        yield from typecheck.of_call(f"templates/{example.template}", given)


def _recorded() -> Iterator[Payload]:
    file = Path(os.environ.get("TRAFFIC") or _TRAFFIC)
    if file.exists():
        yield from typecheck.of_traffic(file)


def _done(what: str) -> None:
    print(f"✓ {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
