"""Reads the arguments of a call as Slack's clients send them: query, form, multipart or JSON."""

import json
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from sandbox.errors import SlackError
from sandbox.model import Json

# Arguments that are JSON text in a form and plain JSON in a JSON body.
_STRUCTURED = {"blocks", "attachments", "view", "metadata", "files", "unfurls", "dialog"}


async def read_arguments(request: web.Request) -> Json:
    """All arguments of a Web API call. SlackError when the body is not what its content type says."""
    args = _decoded(request.query.items())
    if request.content_type == "application/json":
        body = await request.text()
        if body:
            args |= _json_object(body)
    elif request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        args |= _decoded((await request.post()).items())
    return args


def _json_object(body: str) -> Json:
    try:
        value = json.loads(body)
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(value, dict):
        raise SlackError("json_not_object")
    return {key: item for key, item in value.items() if item is not None}


def _decoded(pairs: Iterable[tuple[str, Any]]) -> Json:
    args: Json = {}
    for key, value in pairs:
        if key in _STRUCTURED and isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                value = str(value)  # the method refuses it with its own error code
        args[key] = value
    return args


def bearer(request: web.Request, args: Json) -> str:
    """The token of a call: from the Authorization header, else from the arguments; "" when there is none."""
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip()
    return str(args.get("token") or "")
