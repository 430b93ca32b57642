"""Reads a file that somebody gave us, and sends one that we keep: only with Slack's own host, with limits on both."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.app.actor import UserError
from bot.slack.refusals import SlackRefusal

FILE_HOSTS = frozenset({"files.slack.com", "files.slack-gov.com"})
LARGEST = 10 * 1024 * 1024
READING_SECONDS = 8.0
"""Less than the HTTP session's own time-out. Slack may deliver the event again meanwhile, which does no harm."""

log = structlog.get_logger("slack")


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file as the event of a message names it."""

    slack_id: str
    name: str


def shared_files(event: Mapping[str, Any]) -> list[SharedFile]:
    """The files of a message."""
    files = [file for file in event.get("files") or [] if isinstance(file, Mapping) and file.get("id")]
    return [SharedFile(str(file["id"]), str(file.get("name") or file["id"])) for file in files]


def file_address(value: object, api_url: str) -> URL | None:
    """Where a file may be read: over https at Slack's file hosts, or where the configured Web API is; else None."""
    if not isinstance(value, str):
        return None
    try:
        address, api = URL(value), URL(api_url)
        at_slack = address.scheme == "https" and address.host in FILE_HOSTS and address.port == 443
        at_api = (address.scheme, address.host, address.port) == (api.scheme, api.host, api.port)
        is_plain = address.user is None and address.password is None
    except ValueError:
        return None
    return address if is_plain and (at_slack or at_api) else None


async def read(client: AsyncWebClient, session: aiohttp.ClientSession, slack_id: str) -> bytes:
    """The content of a file. Raises `UserError` when we may not read it, when it is too large, or when Slack fails.

    Slack is asked first what the file is: the answer tells a missing scope from a file that is gone.
    """
    try:
        async with asyncio.timeout(READING_SECONDS):
            file = (await client.files_info(file=slack_id))["file"]
            address = file_address(file.get("url_private_download"), client.base_url)
            if address is None:
                log.error("slack.foreign_file", file=slack_id)
                raise UserError(SlackRefusal.FILE_NOT_READ)
            if int(file.get("size") or 0) > LARGEST:
                raise _too_large()
            return await _content(client, session, address)
    except SlackApiError as error:
        code = error.response.get("error")
        log.warning("slack.file_not_read", file=slack_id, code=code)
        if code in ("missing_scope", "no_permission", "not_allowed_token_type"):
            raise UserError(SlackRefusal.FILES_NOT_ALLOWED) from error
        raise UserError(SlackRefusal.FILE_NOT_READ) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("slack.file_not_read", file=slack_id, code=type(error).__name__)
        raise UserError(SlackRefusal.FILE_NOT_READ) from error


async def send(client: AsyncWebClient, session: aiohttp.ClientSession, to: str, name: str, content: bytes) -> None:
    """Send a file to somebody's direct messages with us. Raises `UserError` when Slack does not let us.

    Three steps: an address to upload to, the bytes, and the message.
    """
    try:
        async with asyncio.timeout(READING_SECONDS):
            direct = (await client.conversations_open(users=to))["channel"]["id"]
            given = await client.files_getUploadURLExternal(filename=name, length=len(content))
            address = file_address(given.get("upload_url"), client.base_url)
            if address is None:
                log.error("slack.foreign_file", file=given.get("file_id"))
                raise UserError(SlackRefusal.FILE_NOT_SENT)
            async with session.post(address, data=content, proxy=client.proxy, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise aiohttp.ClientError(f"Slack answered {answer.status}")
            entry = {"id": given["file_id"], "title": name}
            await client.files_completeUploadExternal(files=[entry], channel_id=direct)
    except SlackApiError as error:
        code = error.response.get("error")
        log.warning("slack.file_not_sent", code=code)
        if code in ("missing_scope", "no_permission", "not_allowed_token_type"):
            raise UserError(SlackRefusal.FILES_NOT_SENT_WITHOUT) from error
        raise UserError(SlackRefusal.FILE_NOT_SENT) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("slack.file_not_sent", code=type(error).__name__)
        raise UserError(SlackRefusal.FILE_NOT_SENT) from error


async def may_be_read(client: AsyncWebClient) -> bool:
    """Whether the workspace gave us the scope to read files; Slack names the scopes in the headers of its answers."""
    headers = (await client.auth_test()).headers
    named = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
    return "files:read" in re.split("[, ]+", named)


async def _content(client: AsyncWebClient, session: aiohttp.ClientSession, address: URL) -> bytes:
    """What stands at an address that was checked. No redirect is followed: the token goes nowhere else."""
    headers = {"Authorization": f"Bearer {client.token}"}
    async with session.get(address, headers=headers, proxy=client.proxy, allow_redirects=False) as answer:
        if answer.status != 200:
            raise aiohttp.ClientError(f"Slack answered {answer.status}")
        content = bytearray()
        async for piece in answer.content.iter_chunked(64 * 1024):
            content += piece
            if len(content) > LARGEST:
                raise _too_large()
    return bytes(content)


def _too_large() -> UserError:
    return UserError(SlackRefusal.FILE_TOO_LARGE, megabytes=LARGEST // 1024**2)
