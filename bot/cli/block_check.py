"""`doctor --blocks`: Slack's own validators on an example of every template, and on the manifest."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import yaml
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.block_examples import Example, examples
from bot.domain.values.text import plural
from bot.resources import MANIFEST
from bot.rooms import new_renderer
from bot.settings import Settings
from bot.slack import app
from bot.slack.doctor import Diagnosis
from bot.slack.errors import code_of

_REFUSED = frozenset({"invalid_blocks", "invalid_message", "invalid_view"})
"""What https://docs.slack.dev/reference/methods/blocks.validate answers about what it was given."""
_SHOWN = 3
_OURS = "This is a mistake of this version, not of your set-up. Please report it."


class _StoppedError(Exception):
    """Slack does not validate for us; the message says why."""


def run(settings: Settings) -> bool:
    """Print what is well and what is not, a line each; returns whether all is well."""
    return asyncio.run(examine(settings, lambda finding: print(finding, flush=True)))


async def examine(settings: Settings, tell: Callable[[Diagnosis], None]) -> bool:
    """Have Slack validate everything, pass each finding to `tell`; returns whether all is well.

    Nothing is posted, no database is needed, and no token is ever part of a finding.
    """
    well = True
    async with app.http_session() as http:
        for findings in (_blocks(settings, http), _manifest(settings, http)):
            async for finding in findings:
                well = well and finding.well
                tell(finding)
    return well


async def _blocks(settings: Settings, http: aiohttp.ClientSession) -> AsyncIterator[Diagnosis]:
    if not settings.slack_bot_token:
        yield Diagnosis("blocks", "SLACK_BOT_TOKEN is not set", "Copy it from OAuth & Permissions of the app.")
        return
    client = app.patient_client(settings.slack_bot_token, settings.slack_api_url, http)
    checked, refused, templates = 0, 0, set[str]()
    for example in examples(new_renderer()):
        try:
            problems = await _problems(client, example)
        except _StoppedError as error:
            yield Diagnosis("blocks", str(error), "Check the token, the network and SLACK_API_URL.")
            return
        checked += 1
        templates.add(example.template)
        if problems:
            refused += 1
            yield Diagnosis(f"templates/{example.template}", f"Slack refuses its example: {problems}", _OURS)
    if not refused:
        yield Diagnosis(
            "blocks", f"{plural(len(templates), 'template')}, {plural(checked, 'example')}: Slack takes all"
        )


async def _problems(client: AsyncWebClient, example: Example) -> str:
    """What Slack has against an example; "" for nothing."""
    name = "message" if example.surface == "message" else "view"
    try:
        # Not slack_sdk's blocks_validate: it puts everything into the address, which is too long for that.
        await client.api_call("blocks.validate", data={name: json.dumps(example.payload)})
    except SlackApiError as error:
        if code_of(error) in _REFUSED:
            return _told(error)
        raise _StoppedError(f"Slack does not validate ({code_of(error) or error.response.status_code})") from None
    except (aiohttp.ClientError, TimeoutError) as error:
        raise _StoppedError(f"Slack cannot be reached ({type(error).__name__})") from None
    return ""


async def _manifest(settings: Settings, http: aiohttp.ClientSession) -> AsyncIterator[Diagnosis]:
    if not settings.slack_config_token:
        yield Diagnosis("manifest", "not validated, because SLACK_CONFIG_TOKEN is not set")
        return
    manifest = json.dumps(yaml.safe_load(MANIFEST.read_text("utf-8")))
    client = app.patient_client(settings.slack_config_token, settings.slack_api_url, http)
    try:
        await client.api_call("apps.manifest.validate", data={"manifest": manifest})
    except SlackApiError as error:
        code = code_of(error) or error.response.status_code
        if code == "invalid_manifest":
            yield Diagnosis("manifest", f"Slack refuses manifest.yml: {_told(error)}", _OURS)
        else:
            fresh = "A configuration token holds for twelve hours: make a new one at api.slack.com/apps."
            yield Diagnosis("manifest", f"Slack does not validate it ({code})", fresh)
    except (aiohttp.ClientError, TimeoutError) as error:
        yield Diagnosis("manifest", f"Slack cannot be reached ({type(error).__name__})", "Check network and proxy.")
    else:
        yield Diagnosis("manifest", "Slack takes manifest.yml")


def _told(error: SlackApiError) -> str:
    """The first problems of an answer, each with its place."""
    given: list[Any] = error.response.get("errors") or []
    sentences = [
        f"{problem.get('pointer') or '/'} {problem.get('message', '')}" if isinstance(problem, dict) else str(problem)
        for problem in given
    ]
    more = f", and {len(sentences) - _SHOWN} more" if len(sentences) > _SHOWN else ""
    return ("; ".join(sentences[:_SHOWN]) or code_of(error) or "no reason given") + more
