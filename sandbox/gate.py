"""The HTTP side of the Web API and of response_urls: authentication, faults, pace, the record, the answer."""

import asyncio
import json
import logging

from aiohttp import web

from sandbox.arguments import bearer, read_arguments
from sandbox.errors import SlackError
from sandbox.faults import Fault, Faults
from sandbox.model import Json
from sandbox.pace import LookLimit, Pace
from sandbox.record import Recorder
from sandbox.responses import use_response_url
from sandbox.webapi import METHODS, Call
from sandbox.webapi.registry import Method
from sandbox.world import World

log = logging.getLogger("sandbox")
_URL_ERRORS = {"no_hook": 404, "expired_url": 404, "used_url": 404}


class Gate:
    """Answers the app's calls."""

    def __init__(self, world: World, faults: Faults, recorder: Recorder) -> None:
        self._world = world
        self._faults = faults
        self._recorder = recorder
        self._pace = Pace()
        self._looks = LookLimit(world.clock)
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Let go of calls that hang."""
        self._closing.set()

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One call of the Web API."""
        name = request.match_info["method"]
        try:
            args = await read_arguments(request)
        except SlackError as error:
            return web.json_response(error.answer())
        fault = self._faults.take(name)
        if fault is not None and fault.kind != "drop_after":
            return await self._fail(request, fault, name, args)
        seconds = self._pace.wait(name, args) if self._world.pace else 0
        seconds = seconds or (self._looks.wait(name) if self._world.limited_looks else 0)
        if seconds:
            return self._ratelimited(name, args, seconds)
        answer = self._answer(name, args, bearer(request, args))
        self._recorder.add(name, args, answer)
        if fault is not None:
            return await self._cut(request)
        return web.json_response(answer, headers={"X-OAuth-Scopes": ",".join(sorted(self._world.manifest.scopes))})

    async def response_url(self, request: web.Request) -> web.StreamResponse:
        """One post to a response_url."""
        try:
            body = json.loads(await request.text())
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        fault = self._faults.take("response_url")
        if fault is not None and fault.kind != "drop_after":
            return await self._fail(request, fault, "response_url", body)
        status, answer = 200, {"ok": True}
        try:
            use_response_url(self._world, request.match_info["token"], body)
        except SlackError as error:
            status, answer = _URL_ERRORS.get(error.code, 400), error.answer()
        self._recorder.add("response_url", body if isinstance(body, dict) else {"body": body}, answer)
        if fault is not None:
            return await self._cut(request)
        return web.Response(text="ok") if answer["ok"] else web.json_response(answer, status=status)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """The content of a file, posted to the URL from files.getUploadURLExternal."""
        upload = self._world.uploads.get(request.match_info["file"])
        if upload is None:
            return web.Response(status=404, text="no such upload")
        content: bytes | None = None
        if request.content_type == "multipart/form-data":
            for part in (await request.post()).values():
                if isinstance(part, web.FileField):
                    content = part.file.read()
                elif isinstance(part, bytes | bytearray):
                    content = bytes(part)
        else:
            content = await request.read()
        upload["content"] = content
        return web.Response(text=f"OK - {len(content or b'')}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The content of a file: for the app with its token and `files:read`, for the page of this sandbox as it is.

        Without the right Slack shows a login page instead, and so does this.
        """
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        on_page = request.headers.get("Sec-Fetch-Site") in ("same-origin", "none")
        tokens, scopes = self._world.tokens, self._world.manifest.scopes
        if not on_page and (token != tokens.bot or tokens.revoked or "files:read" not in scopes):
            return web.Response(status=302, headers={"Location": "/?redir=files"})
        upload = self._world.uploads.get(request.match_info["file"])
        if upload is None or upload["content"] is None:
            return web.Response(status=404, text="no such file")
        return web.Response(body=upload["content"], content_type="application/octet-stream")

    def _answer(self, name: str, args: Json, token: str) -> Json:
        method = METHODS.get(name)
        try:
            if method is None:
                raise SlackError("unknown_method", req_method=name)
            self._authenticate(method, token)
            call = Call(self._world, name, args)
            call.need(*method.scopes)
            return {"ok": True, **method.handler(call)}
        except SlackError as error:
            return error.answer()

    def _authenticate(self, method: Method, token: str) -> None:
        tokens = self._world.tokens
        if not token:
            raise SlackError("not_authed")
        kind = {tokens.bot: "bot", tokens.app: "app", tokens.config: "config"}.get(token)
        if kind is None:
            raise SlackError("invalid_auth")
        if tokens.revoked:
            raise SlackError("token_revoked")
        if method.token not in (kind, "any"):
            raise SlackError("not_allowed_token_type")

    async def _fail(self, request: web.Request, fault: Fault, name: str, args: Json) -> web.StreamResponse:
        if fault.kind == "ratelimited":
            return self._ratelimited(name, args, fault.retry_after)
        if fault.kind == "drop_before":
            return await self._cut(request)
        if fault.kind == "hang":
            await self._closing.wait()
            return await self._cut(request)
        if fault.kind == "error500":
            self._recorder.add(name, args, {"status": 500})
            return web.Response(status=500, text="Internal Server Error", content_type="text/html")
        if fault.kind.startswith("redirect:"):
            self._recorder.add(name, args, {"status": 307})
            return web.Response(status=307, headers={"Location": fault.kind.removeprefix("redirect:")})
        answer = {"ok": False, "error": fault.kind.removeprefix("error:")}
        self._recorder.add(name, args, answer)
        return web.json_response(answer, status=200 if name != "response_url" else 404)

    def _ratelimited(self, name: str, args: Json, seconds: int) -> web.Response:
        answer = {"ok": False, "error": "ratelimited"}
        self._recorder.add(name, args, answer)
        return web.json_response(answer, status=429, headers={"Retry-After": str(seconds)})

    async def _cut(self, request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=499)
