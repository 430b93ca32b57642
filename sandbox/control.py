"""The page API: what the browser page and out-of-process tests read and do, as JSON under /sandbox/."""

import asyncio
import base64
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.changes import Change
from sandbox.errors import FormError, NotPossible, SlackError
from sandbox.host import HostedApp
from sandbox.model import Channel, Json, User
from sandbox.payloads import view_json
from sandbox.person import Person, visible
from sandbox.snapshot import message_snapshot
from sandbox.state import State
from sandbox.viewstore import stack
from sandbox.webapi.reactions import unreact
from sandbox.world import World

log = logging.getLogger("sandbox")
OWN_NAMES = ("127.0.0.1", "localhost")
PAGE = Path(__file__).parent / "page"
_KEEP_ALIVE = 15.0
Act = Callable[[Person, Json], Awaitable[Json]]


class Control:
    """Serves the page and its API for a world; `host` is the app that follows the clock, if any."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.host: HostedApp | None = None
        self._acts: dict[str, Act] = {
            "read": self._read,
            "say": self._say,
            "command": self._command,
            "click": self._click,
            "submit": self._submit,
            "close": self._close,
            "options": self._options,
            "home": self._home,
            "shortcut": self._shortcut,
            "im": self._im,
            "upload": self._upload,
            "react": self._react,
            "drop": self._drop,
        }

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add the page and its API to a server."""
        router.add_get("/sandbox/workspace", self._workspace)
        router.add_get("/sandbox/events", self._events)
        router.add_get("/sandbox/clock", self._clock)
        router.add_post("/sandbox/clock", self._move_clock)
        router.add_get("/sandbox/as/{user}/view", self._view)
        router.add_get("/sandbox/as/{user}/channels/{channel}", self._messages)
        router.add_post("/sandbox/as/{user}/{act}", self._act)
        router.add_get("/", self._file)
        router.add_get("/{file}", self._file)

    # Reading

    async def _file(self, request: web.Request) -> web.StreamResponse:
        path = PAGE / (request.match_info.get("file") or "index.html")
        if path.parent != PAGE or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

    async def _workspace(self, request: web.Request) -> web.Response:
        state, manifest = self._world.state, self._world.manifest
        answer = {
            "team": {"id": state.team.id, "name": state.team.name, "domain": state.team.domain},
            "app": {"id": state.app_id, "name": manifest.name, "bot_user_id": state.bot.id},
            "users": [_user(state, user) for user in state.users.values()],
            "commands": [
                {"command": c.command, "description": c.description, "usage_hint": c.usage_hint}
                for c in manifest.commands.values()
            ],
            "shortcuts": [
                {"type": s.type, "callback_id": s.callback_id, "name": s.name} for s in manifest.shortcuts.values()
            ],
            "now": self._now(),
            "clock": self.host is not None,
        }
        return web.json_response(answer)

    async def _view(self, request: web.Request) -> web.Response:
        world, user = self._world, self._person_of(request)
        world.state.direct(user.id, world.state.bot.id)
        home = world.homes.get(user.id)
        answer = {
            "user_id": user.id,
            "channels": [self._channel(c, user) for c in world.state.channels.values() if visible(c, user)],
            "modals": [
                {"view_id": view.id, "view": view_json(world.state, view), "errors": view.errors}
                for view in stack(world, user.id)
            ],
            "home": {"view": view_json(world.state, home)} if home else None,
        }
        return web.json_response(answer)

    def _channel(self, channel: Channel, user: User) -> Json:
        state = self._world.state
        messages = state.visible(user.id, channel.id)
        shown: Json = {
            "id": channel.id,
            "name": channel.name,
            "kind": channel.kind,
            "topic": channel.topic,
            "is_member": user.id in channel.members,
            "is_archived": channel.archived,
            "shared_with": [state.organisations[team].name for team in state.connected_teams(channel)],
            "unread": state.unread(user.id, channel.id) if user.id in channel.members else 0,
            "last_ts": messages[-1].ts if messages else None,
        }
        if channel.kind == "im":
            shown["with_user"] = channel.other(user.id)
        return shown

    async def _messages(self, request: web.Request) -> web.Response:
        state, user = self._world.state, self._person_of(request)
        channel = state.channels.get(request.match_info["channel"])
        if channel is None or not visible(channel, user):
            raise web.HTTPNotFound
        messages = [message_snapshot(state, message) for message in state.visible(user.id, channel.id)]
        return web.json_response({"messages": messages})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        user_id = request.query.get("user", "")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        async with self._world.changes.subscribe() as queue:
            await response.prepare(request)
            await response.write(b": hello\n\n")
            while True:
                try:
                    async with asyncio.timeout(_KEEP_ALIVE):
                        changes = [await queue.get()]
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                while not queue.empty():
                    changes.append(queue.get_nowait())
                for channel in self._seen(changes, user_id):
                    event = json.dumps({"type": "changed", "channel": channel})
                    await response.write(f"data: {event}\n\n".encode())

    def _seen(self, changes: list[Change], user_id: str) -> list[str | None]:
        """The places of the changes that this person could see, each once."""
        state = self._world.state
        channels, user = state.channels, state.users.get(user_id)
        places: dict[str | None, None] = {}
        for change in changes:
            if change.users is not None and user_id not in change.users:
                continue
            if change.channel is None or (user is not None and visible(channels[change.channel], user)):
                places[change.channel] = None
        return list(places)

    # Acting

    async def _act(self, request: web.Request) -> web.Response:
        act = self._acts.get(request.match_info["act"])
        if act is None:
            raise web.HTTPNotFound
        person = Person(self._world, self._person_of(request))
        try:
            body = await request.json()
            answer = {"ok": True, **await act(person, body)}
        except NotPossible as refusal:
            answer = {"ok": False, "error": f"{str(refusal)[:1].upper()}{str(refusal)[1:]}."}
        except SlackError as error:
            answer = {"ok": False, "error": f"Slack refuses this: {error.code}."}
        except (KeyError, TypeError, ValueError) as error:
            return web.json_response({"ok": False, "error": f"The request is not complete: {error!r}"}, status=400)
        return web.json_response(answer)

    async def _read(self, person: Person, body: Json) -> Json:
        self._world.state.mark_read(person.id, body["channel"])
        return {}

    async def _say(self, person: Person, body: Json) -> Json:
        message = await person.say(body["channel"], body["text"], body.get("thread_ts"))
        return {"ts": message["ts"]}

    async def _command(self, person: Person, body: Json) -> Json:
        await person.command(body["text"], body["channel"])
        return {}

    async def _click(self, person: Person, body: Json) -> Json:
        await person.click(
            body["action_id"],
            **_place(body),
            block_id=body["block_id"],
            value=body.get("value"),
            selected=body.get("selected"),
        )
        return {}

    async def _submit(self, person: Person, body: Json) -> Json:
        view = self._world.views.get(body["view_id"])
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"} if view else set()
        entered = {block: next(iter(actions.values())) for block, actions in body["values"].items() if block in inputs}
        try:
            await person.submit(entered, {"id": body["view_id"]})
        except FormError as refusal:
            return {"ok": False, "errors": refusal.errors, "closed": False}
        return {"closed": body["view_id"] not in self._world.views}

    async def _close(self, person: Person, body: Json) -> Json:
        await person.close({"id": body["view_id"]})
        return {}

    async def _options(self, person: Person, body: Json) -> Json:
        options = await person.options(body["action_id"], body["query"], **_place(body), block_id=body["block_id"])
        return {"options": options}

    async def _home(self, person: Person, body: Json) -> Json:
        await person.open_home()
        return {}

    async def _shortcut(self, person: Person, body: Json) -> Json:
        await person.shortcut(body["callback_id"], _place(body)["message"])
        return {}

    async def _im(self, person: Person, body: Json) -> Json:
        if body["user"] not in self._world.state.users:
            raise NotPossible("there is no such person")
        return {"channel": self._world.state.direct(person.id, body["user"]).id}

    async def _upload(self, person: Person, body: Json) -> Json:
        """A file for a `file_input`; its content comes as base64."""
        return {"file": person.upload(str(body["name"]), base64.b64decode(body["content"], validate=True))}

    async def _react(self, person: Person, body: Json) -> Json:
        """Add the reaction, or take it back when it is this person's already."""
        message = self._world.state.message(body["channel"], body["ts"])
        if message is not None and person.id in message.reactions.get(body["name"], []):
            unreact(self._world, person.id, message, body["name"])
        else:
            await person.react(_place(body)["message"], body["name"])
        return {}

    async def _drop(self, person: Person, body: Json) -> Json:
        """Send a file; its bytes come as base64."""
        content = base64.b64decode(body["content"], validate=True)
        message = await person.drop(str(body["name"]), content, body["channel"])
        return {"ts": message["ts"]}

    # The clock

    def _now(self) -> str:
        return self._world.clock.now().isoformat()

    async def _clock(self, request: web.Request) -> web.Response:
        jumps = await self.host.jumps() if self.host else []
        offered = [{"id": jump.id, "label": jump.label, "at": jump.at.isoformat()} for jump in jumps]
        return web.json_response({"now": self._now(), "jumps": offered, "movable": True})

    async def _move_clock(self, request: web.Request) -> web.Response:
        try:
            body = await request.json()
            to = await self._moment(body)
            self._world.clock.move(to)
        except (KeyError, TypeError, ValueError) as error:
            sentence = str(error)
            return web.json_response({"ok": False, "error": f"{sentence[:1].upper()}{sentence[1:]}."}, status=400)
        if self.host is not None:
            await self.host.move_clock(to)
        return web.json_response({"ok": True, "now": self._now()})

    async def _moment(self, body: Json) -> datetime:
        if "jump" not in body:
            to = datetime.fromisoformat(body["to"])
            return to if to.tzinfo else to.replace(tzinfo=UTC)
        for jump in await self.host.jumps() if self.host else []:
            if jump.id == body["jump"]:
                return jump.at
        raise ValueError(f"there is no jump {body['jump']!r} any more")

    def _person_of(self, request: web.Request) -> User:
        user = self._world.state.users.get(request.match_info["user"])
        if user is None or user.bot:
            raise web.HTTPNotFound
        return user


def _place(body: Json) -> Json:
    """The message or view that a request is about, as arguments of Person's methods."""
    if body.get("view_id"):
        return {"message": None, "view": {"id": body["view_id"]}}
    if body.get("channel") and body.get("ts"):
        return {"message": {"channel": body["channel"], "ts": body["ts"]}, "view": None}
    return {"message": None, "view": None}


def _user(state: State, user: User) -> Json:
    organisation = state.organisations.get(user.team_id)
    return {
        "id": user.id,
        "name": user.handle,
        "real_name": user.name,
        "title": user.title,
        "tz": user.tz,
        "is_bot": user.bot,
        "is_guest": user.restricted,
        "is_stranger": user.stranger,
        "organisation": organisation.name if organisation else None,
        "deactivated": user.deactivated,
        "color": f"#{user.color}",
    }


@web.middleware
async def own_origin(request: web.Request, handler: Callable[[web.Request], Awaitable[Any]]) -> web.StreamResponse:
    """Refuse what another web site makes a browser send here, also one whose name now points to this machine."""
    sockname = request.transport.get_extra_info("sockname") if request.transport else None
    own = {f"{host}:{sockname[1]}" for host in OWN_NAMES} if sockname else set()
    hosts, origins = request.headers.getall("Host", []), request.headers.getall("Origin", [])
    if len(hosts) != 1 or hosts[0] not in own or any(origin.removeprefix("http://") not in own for origin in origins):
        return web.json_response({"ok": False, "error": "This comes from another site."}, status=403)
    response: web.StreamResponse = await handler(request)
    return response
