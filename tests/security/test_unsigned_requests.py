"""A request that Slack did not sign reaches nothing of ours: nothing is parsed or called, and nobody is answered."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from tests.security.hostile import FORM, Headers, Listener, as_form, listener, press, send, signed
from tests.support.bot_process import Stage, staged

pytestmark = pytest.mark.asyncio(loop_scope="module")
JSON = ("Content-Type", "application/json")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def attacked(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> AsyncIterator[Stage]:
    """A bot over HTTP, one for all attacks: none of them changes it."""
    async with staged(tmp_path_factory.mktemp("attacked"), database=sqlite_template, delivery="http") as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def attacker() -> AsyncIterator[Listener]:
    async with listener() as waiting:
        yield waiting


def now(shift: int = 0) -> str:
    return str(int(time.time()) + shift)


def forged(timestamp: str | Callable[[], str], value: str | None = None) -> Callable[[str, bytes], Headers]:
    """Headers with this timestamp, and the right signature for it unless another is given."""

    def headers(secret: str, body: bytes) -> Headers:
        at = timestamp if isinstance(timestamp, str) else timestamp()
        right = signed(secret, body, at)[1][1]
        return [("X-Slack-Request-Timestamp", at), ("X-Slack-Signature", right if value is None else value)]

    return headers


def changed(change: Callable[[str], str]) -> Callable[[str, bytes], Headers]:
    """Headers with the right timestamp and a changed signature."""

    def headers(secret: str, body: bytes) -> Headers:
        at, right = signed(secret, body)
        return [at, (right[0], change(right[1]))]

    return headers


ATTACKS: dict[str, Callable[[str, bytes], Headers]] = {
    "no headers": lambda secret, body: [],
    "no timestamp": lambda secret, body: signed(secret, body)[1:],
    "no signature": lambda secret, body: signed(secret, body)[:1],
    "timestamp of letters": forged("abc"),
    "timestamp with a sign": forged(lambda: f"+{now()}"),
    "negative timestamp": forged(lambda: f"-{now()}"),
    "timestamp with an underscore": forged(lambda: now()[:5] + "_" + now()[5:]),
    "timestamp with a fraction": forged(lambda: f"{now()}.0"),
    "timestamp of superscripts": forged("\u00b9\u00b2\u00b3"),
    "timestamp without end": forged("9" * 5000),
    "empty timestamp": forged(""),
    "six minutes old": forged(lambda: now(-360)),
    "six minutes ahead": forged(lambda: now(360)),
    "signature with an accent": forged(now, "v0=\u00e9"),
    "accents of the right length": forged(now, "v0=" + "\u00e9" * 64),
    "empty signature": forged(now, ""),
    "signature without a digest": forged(now, "v0="),
    "another version": changed(lambda value: value.replace("v0", "v1")),
    "in capitals": changed(lambda value: "v0=" + value[3:].upper()),
    "one digit short": changed(lambda value: value[:-1]),
    "one digit long": changed(lambda value: value + "0"),
    "one digit wrong": changed(lambda value: value[:-1] + ("0" if value[-1] != "0" else "1")),
    "another secret": lambda secret, body: signed("f" * 32, body),
    "an empty secret": lambda secret, body: signed("", body),
    "another body": lambda secret, body: signed(secret, body + b" "),
    "two signatures": lambda secret, body: [("X-Slack-Signature", "v0=" + "0" * 64), *signed(secret, body)],
    "two timestamps": lambda secret, body: [("X-Slack-Request-Timestamp", now(-9999)), *signed(secret, body)],
}


def payloads(stage: Stage, attacker: Listener) -> dict[str, tuple[bytes, tuple[str, str]]]:
    """What would have the bot post to an address of the attacker's, open a modal, or run a command."""
    tom, team = stage.person("tom").id, stage.bot.where.team_id
    button = press(tom, team, response_url=attacker.url)
    modal = press(tom, team, view={"type": "modal", "id": "V1"})
    command = {"command": "/proof", "text": "help", "user_id": tom, "team_id": team, "response_url": attacker.url}
    event = {
        "type": "event_callback",
        "team_id": team,
        "event": {"type": "app_home_opened", "user": tom, "tab": "home"},
    }
    return {
        "button": (as_form(button), FORM),
        "modal": (as_form(modal), FORM),
        "command": (urlencode(command).encode(), FORM),
        "event": (json.dumps(event).encode(), JSON),
        "challenge": (b'{"type": "url_verification", "challenge": "let me in"}', JSON),
        "no payload": (b"{", JSON),
    }


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_request_that_slack_did_not_sign_does_nothing(attacked: Stage, attacker: Listener, attack: str) -> None:
    calls, before, sent = len(attacked.sandbox.calls), refused(), payloads(attacked, attacker)
    with capture_logs() as lines:
        for body, kind in sent.values():
            headers = ATTACKS[attack](attacked.bot.settings.slack_signing_secret, body)
            assert await send(attacked.bot.port, body, [kind, *headers]) == 401
    assert (attacker.requests, len(attacked.sandbox.calls), lines) == ([], calls, [])
    assert refused() == before + len(sent)


def refused() -> float:
    """How many requests were refused because Slack had not signed them."""
    value = REGISTRY.get_sample_value("proofline_requests_refused_total", {"reason": "unsigned"})
    assert value is not None
    return value


@pytest.mark.parametrize("shift", [-290, 0, 290])
async def test_a_request_that_slack_signed_is_answered(attacked: Stage, shift: int) -> None:
    body = b'{"type": "url_verification", "challenge": "x"}'
    headers = signed(attacked.bot.settings.slack_signing_secret, body, now(shift))
    assert await send(attacked.bot.port, body, [JSON, *headers]) == 200


MALFORMED: dict[str, bytes] = {
    "half an object": b"{",
    "a list": b"[]",
    "a text": b'"payload"',
    "a number": b"5",
    "form with half a payload": b"payload=%7B",
    "form with a list": b"payload=%5B%5D",
    "no UTF-8": b"\xff\xfe{}",
    "very deep": b"[" * 200_000,
    "objects very deep": b'{"event":' * 20_000 + b"{}" + b"}" * 20_000,
    "a number without end": b'{"event_time": ' + b"9" * 100_000 + b"}",
    "authorizations that are a number": b'{"authorizations": 5}',
    "response_urls that are a text": b'{"response_urls": "abc"}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
async def test_a_signed_request_that_is_no_payload_is_a_400_without_a_traceback(attacked: Stage, body: bytes) -> None:
    headers = signed(attacked.bot.settings.slack_signing_secret, body)
    kind = JSON if body[:1] in b'[{"5' else FORM
    with capture_logs() as lines:
        status = await send(attacked.bot.port, body, [kind, *headers])
    assert (status, [line for line in lines if "exc_info" in line]) == (400, [])


STRANGE: list[dict[str, Any]] = [
    {},
    {"type": "block_actions"},
    {"type": "block_actions", "actions": [], "user": {"id": "U1"}},
    {"type": "block_actions", "view": "text", "actions": [{"action_id": "x"}]},
    {"type": "view_submission", "view": None},
    {"type": "view_submission", "view": {"callback_id": "x", "blocks": 5}},
    {"type": "event_callback", "event": "text"},
    {"type": "event_callback", "event": {"type": "team_join"}},
    {"type": "event_callback", "event": {"type": "app_home_opened", "user": {"a": 1}}},
    {"command": "/proof"},
    {"command": ["/proof"], "text": {}},
    {"type": {"a": 1}},
]


@pytest.mark.parametrize("payload", STRANGE, ids=json.dumps)
async def test_a_signed_payload_of_a_strange_shape_is_answered_and_the_next_one_too(
    attacked: Stage, payload: dict[str, Any]
) -> None:
    body = json.dumps(payload).encode()
    headers = signed(attacked.bot.settings.slack_signing_secret, body)
    assert await send(attacked.bot.port, body, [JSON, *headers]) in (200, 400, 404)
    tom = attacked.person("tom")
    before = len(tom.sees())
    await tom.command("/proof help")
    assert "/proof" in tom.text(tom.sees()[before])
