"""`doctor --blocks`: an example of every template and the manifest, before Slack's own validators."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot import rooms
from bot.cli import block_check
from bot.cli.block_examples import Maker, examples, views
from bot.resources import TEMPLATES
from bot.settings import Settings
from bot.slack.markup import Message
from bot.slack.render import Renderer
from sandbox import Fault, Sandbox
from tests.support.bot_process import MANIFEST, WORKSPACE
from tests.support.traffic import record


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(WORKSPACE, MANIFEST) as started:
        yield started


def settings_for(sandbox: Sandbox, *, bot_token: str | None = None, config_token: str | None = None) -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic's own argument
        slack_api_url=sandbox.api_url,
        slack_bot_token=sandbox.bot_token if bot_token is None else bot_token,
        slack_config_token=sandbox.config_token if config_token is None else config_token,
    )


async def lines(settings: Settings) -> tuple[bool, list[str]]:
    told: list[str] = []
    well = await block_check.examine(settings, lambda finding: told.append(str(finding)))
    return well, told


def test_every_template_has_an_example() -> None:
    """With TRAFFIC set the examples go into that file, for Slack's contract and Slack's own types."""
    templates = {file.relative_to(TEMPLATES).as_posix() for file in TEMPLATES.rglob("*.html")}
    pages = {name for name in templates if not name.rpartition("/")[2].startswith("_")}
    assert set(views()) == pages
    made = list(examples(rooms.new_renderer()))
    assert {example.template for example in made} == pages
    for example in made:
        record(example.surface, example.payload)


def test_an_example_is_full_or_has_the_least() -> None:
    card = views()["accounts/card.html"]
    full, least = Maker(True).instance(card), Maker(False).instance(card)
    assert full.proven and full.judgement is not None
    assert not least.proven and least.judgement is None


async def test_slack_takes_every_example_and_the_manifest(sandbox: Sandbox) -> None:
    well, told = await lines(settings_for(sandbox))
    assert well, told
    [about_blocks, about_manifest] = told
    assert about_blocks.startswith(f"✓ blocks: {len(views())} templates, ") and about_blocks.endswith("Slack takes all")
    assert about_manifest == "✓ manifest: Slack takes manifest.yml"
    assert {call["method"] for call in sandbox.calls} == {"blocks.validate", "apps.manifest.validate"}


async def test_what_slack_refuses_is_named_with_its_place(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    render = Renderer.message

    def broken(self: Renderer, template: str, **context: Any) -> Message:
        message = render(self, template, **context)
        return Message(message.text, [{"type": "headline"}]) if template == "meetings/prompt.html" else message

    monkeypatch.setattr(Renderer, "message", broken)
    well, told = await lines(settings_for(sandbox))
    assert not well
    refused = [line for line in told if line.startswith("✗")]
    assert refused
    assert {line.split(" unsupported")[0] for line in refused} == {
        "✗ templates/meetings/prompt.html: Slack refuses its example: /blocks/0/type"
    }


async def test_without_tokens_it_says_what_is_not_looked_at(sandbox: Sandbox) -> None:
    well, told = await lines(settings_for(sandbox, bot_token="", config_token=""))
    assert not well
    assert told == [
        "✗ blocks: SLACK_BOT_TOKEN is not set. Copy it from OAuth & Permissions of the app.",
        "✓ manifest: not validated, because SLACK_CONFIG_TOKEN is not set",
    ]


@pytest.mark.parametrize("fault", [None, Fault("blocks.validate", "ratelimited", count=1, retry_after=0)])
async def test_a_token_that_does_not_hold_is_told_and_never_shown(sandbox: Sandbox, fault: Fault | None) -> None:
    if fault is not None:
        sandbox.fault(fault)
    well, told = await lines(settings_for(sandbox, bot_token="xoxb-secret-1", config_token="xoxe-secret-2"))
    assert not well
    assert told[0].startswith("✗ blocks: Slack does not validate (invalid_auth).")
    assert told[1].startswith("✗ manifest: Slack does not validate it (invalid_auth).")
    assert "secret" not in "".join(told)


async def test_a_slack_that_is_not_there_is_told(sandbox: Sandbox) -> None:
    settings = settings_for(sandbox).model_copy(update={"slack_api_url": "http://127.0.0.1:9/api/"})
    well, told = await lines(settings)
    assert not well
    assert [line.split(" (")[0] for line in told] == [
        "✗ blocks: Slack cannot be reached",
        "✗ manifest: Slack cannot be reached",
    ]


async def test_the_command_prints_the_findings(sandbox: Sandbox) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_CONFIG_TOKEN": sandbox.config_token,
        "SLACK_API_URL": sandbox.api_url,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "doctor", "--blocks"),
        env=environment,
        cwd=MANIFEST.parent,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    assert output.decode().splitlines()[-1] == "✓ manifest: Slack takes manifest.yml"


async def validated(sandbox: Sandbox, method: str, token: str, **arguments: Any) -> dict[str, Any]:
    async with aiohttp.ClientSession() as http:
        headers = {"Authorization": f"Bearer {token}"}
        given = {name: json.dumps(value) for name, value in arguments.items()}
        async with http.post(f"{sandbox.api_url}{method}", headers=headers, data=given) as answer:
            told: dict[str, Any] = await answer.json()
            return told


async def test_the_sandbox_validates_as_slack_does(sandbox: Sandbox) -> None:
    wrong = [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]
    for kind, value, pointer in (
        ("blocks", wrong, "/0/text"),
        ("message", {"blocks": wrong}, "/blocks/0/text"),
        ("view", {"type": "home", "blocks": wrong}, "/blocks/0/text"),
    ):
        told = await validated(sandbox, "blocks.validate", sandbox.bot_token, **{kind: value})
        assert (told["error"], told["errors"][0]["pointer"]) == (f"invalid_{kind}", pointer)
    right = {"type": "divider"}
    assert (await validated(sandbox, "blocks.validate", sandbox.bot_token, blocks=[right]))["ok"]
    both = await validated(sandbox, "blocks.validate", sandbox.bot_token, blocks=[right], message={"blocks": [right]})
    assert both["error"] == "invalid_arguments"


async def test_the_sandbox_refuses_a_manifest_as_slack_does(sandbox: Sandbox) -> None:
    manifest = {
        "display_information": {},
        "features": {"slash_commands": [{"command": "proof"}]},
        "settings": {"interactivity": {"is_enabled": True}},
        "extra": 1,
    }
    told = await validated(sandbox, "apps.manifest.validate", sandbox.config_token, manifest=manifest)
    assert told["error"] == "invalid_manifest"
    assert {problem["pointer"] for problem in told["errors"]} == {
        "/extra",
        "/display_information",
        "/features/slash_commands/0/command",
        "/features/slash_commands/0",
        "/settings/interactivity",
    }
    refused = await validated(sandbox, "apps.manifest.validate", sandbox.bot_token, manifest=manifest)
    assert refused["error"] == "not_allowed_token_type"
