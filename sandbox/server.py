"""The sandbox as one object: starts the server, and is the handle that tests hold."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

from aiohttp import web

from sandbox.changes import Changes
from sandbox.clock import Clock
from sandbox.control import Control, own_origin
from sandbox.courier import Courier, Transport
from sandbox.errors import BadConfiguration
from sandbox.faults import Fault, Faults
from sandbox.gate import Gate
from sandbox.host import HostedApp
from sandbox.http_delivery import HttpDelivery
from sandbox.journal import Journal
from sandbox.manifest import load_manifest
from sandbox.model import Channel, Json, User
from sandbox.payloads import user_json
from sandbox.person import Person
from sandbox.record import Recorder
from sandbox.snapshot import message_snapshot
from sandbox.socketmode import SocketMode
from sandbox.state import State
from sandbox.workspace import load_workspace, make_id
from sandbox.world import Tokens, World

T = TypeVar("T")
SLACK_RETRIES = (0.0, 60.0, 300.0)
LARGEST_BODY = 20 * 1024 * 1024


class Sandbox:
    """A strict local Slack on 127.0.0.1, for one workspace with one app.

    `pace` switches on 429 for more than one message a second a channel, `limited_looks` for more than one look a minute
    into history, which then brings 15 messages at most. `ack_timeout` is how long the app has to
    acknowledge, in seconds; `retry_delays` are the waits before an event is delivered again; with `redeliver_all`
    commands and interactions are delivered again as well. `state` is a file that keeps the conversations.
    """

    def __init__(
        self,
        workspace: Path | Json,
        manifest: Path | Json,
        *,
        port: int = 0,
        record: Path | None = None,
        clock: Clock | None = None,
        delivery: Literal["socket", "http"] = "socket",
        request_url: str | None = None,
        pace: bool = False,
        limited_looks: bool = False,
        ack_timeout: float = 3.0,
        retry_delays: tuple[float, ...] = SLACK_RETRIES,
        redeliver_all: bool = False,
        state: Path | None = None,
    ) -> None:
        app = load_manifest(manifest)
        self.clock = clock or Clock()
        self._port = port
        self._changes = Changes()
        self._faults = Faults()
        self._recorder = Recorder(record)
        slack_state = State(load_workspace(workspace), app, self.clock, self._changes)
        tokens = _tokens(slack_state)
        self._sockets = SocketMode(slack_state.app_id, ack_timeout, self._changes.announce)
        self._http = _over_http(request_url, tokens, ack_timeout) if delivery == "http" else None
        transport: Transport = self._http or self._sockets
        courier = Courier(transport, retry_delays, redeliver_all)
        self._world = World(slack_state, app, self.clock, self._changes, tokens, courier, self._connect_url, pace)
        self._world.limited_looks = limited_looks
        self.clock.on_move(self._changes.announce)
        self._journal = Journal(state, self._world) if state else None
        self._control = Control(self._world)
        self._gate: Gate | None = None
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where the sandbox listens, "http://127.0.0.1:PORT"; known once it started."""
        return self._world.url

    @property
    def api_url(self) -> str:
        """The base URL of the Web API, for the `base_url` of Slack's clients."""
        return f"{self.url}/api/"

    @property
    def bot_token(self) -> str:
        return self._world.tokens.bot

    @property
    def app_token(self) -> str:
        return self._world.tokens.app

    @property
    def config_token(self) -> str:
        """The token for apps.manifest.validate."""
        return self._world.tokens.config

    @property
    def signing_secret(self) -> str:
        return self._world.tokens.signing_secret

    @property
    def world(self) -> World:
        """The parts inside, for the sandbox's own modules."""
        return self._world

    @property
    def hosted(self) -> HostedApp | None:
        """The app that follows the clock when the page moves it."""
        return self._control.host

    @hosted.setter
    def hosted(self, app: HostedApp | None) -> None:
        self._control.host = app

    @property
    def calls(self) -> list[Json]:
        """All calls that the app made so far: `{"method", "request", "response"}`."""
        return self._recorder.calls

    async def start(self) -> None:
        """Listen on the port, or on a free one. OSError when it is taken."""
        if self._journal is not None:
            self._journal.open()
        self._gate = Gate(self._world, self._faults, self._recorder)
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=[own_origin])
        app.router.add_route("*", "/api/{method}", self._gate.call)
        app.router.add_post("/response/{token}", self._gate.response_url)
        app.router.add_post("/upload/{file}", self._gate.upload)
        app.router.add_get("/files/{file}/{tail:.*}", self._gate.download)
        app.router.add_get("/link", self._sockets.accept)
        self._control.add_routes(app.router)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        port = self._runner.addresses[0][1]
        self._world.url = f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        """Stop delivering, close all connections, stop listening."""
        if self._gate is not None:
            self._gate.close()
        await self._world.courier.stop()
        await self._sockets.stop()
        if self._http is not None:
            await self._http.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self._recorder.close()
        if self._journal is not None:
            self._journal.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # For tests: people, what was said, what goes wrong

    def person(self, reference: str) -> Person:
        """A person by handle, name or id. KeyError when there is none."""
        return Person(self._world, self._user(reference))

    def messages(self, channel: str) -> list[Json]:
        """Everything posted in a channel (by name or id), oldest first, without ephemerals. KeyError when unknown."""
        state = self._world.state
        return [message_snapshot(state, m) for m in state.public_log(self._channel(channel).id)]

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 10.0) -> T:  # noqa: ASYNC109 (of the API)
        """The first truthy value of `predicate`, evaluated again on every change; see `Changes.wait_for`."""
        return await self._changes.wait_for(predicate, timeout)

    async def verify_request_url(self) -> bool:
        """Whether the app behind the request URL answers Slack's challenge, as when an app is configured."""
        return self._http is not None and await self._http.verify(self._world.state.new_id(""))

    async def connected(self, n: int = 1, timeout: float = 10.0) -> None:  # noqa: ASYNC109 (of the API)
        """Wait until the app has at least `n` Socket Mode connections."""
        await self.wait_for(lambda: self._sockets.connected >= n, timeout)

    def fault(self, fault: Fault) -> None:
        """Let calls go wrong, as `fault` says."""
        self._faults.add(fault)

    def clear_faults(self) -> None:
        """Forget the faults that did not happen yet."""
        self._faults.clear()

    def duplicate_next(self, n: int = 1, together: bool = False, later: float = 0.0) -> None:
        """Deliver the next `n` events, commands and actions twice: one after the other, both at once, or late."""
        self._world.courier.duplicate_next(n, together, later)

    def close_sockets(self, abrupt: bool = False) -> None:
        """Drop the Socket Mode connections, `abrupt` without a close frame (slack_sdk then needs up to 5 s)."""
        self._sockets.drop(abrupt)

    def silence_sockets(self, attempts: int = 0) -> None:
        """Wedge the Socket Mode connections, and leave the next `attempts` to connect without an answer."""
        self._sockets.silence(attempts)

    async def refresh_sockets(self, reason: Literal["refresh_requested", "warning"] = "refresh_requested") -> None:
        """Ask the app to reconnect, as Slack does every few hours."""
        await self._sockets.refresh(reason)

    def deactivate_user(self, reference: str) -> None:
        """Deactivate somebody's account; the app hears of it, as of every change of a user."""
        user = self._user(reference)
        user.deactivated = True
        self._tell_of(user)

    def set_status(self, reference: str, emoji: str, words: str = "", expiration: int = 0) -> None:
        """Give somebody a status, or with empty ones clear it; the app hears of it."""
        user = self._user(reference)
        user.status_emoji, user.status_text, user.status_expiration = emoji, words, expiration
        self._tell_of(user)

    def _tell_of(self, user: User) -> None:
        self._world.state.put_user(user)
        state, with_email = self._world.state, "users:read.email" in self._world.manifest.scopes
        changed = {"user": user_json(state, user, with_email), "cache_ts": state.epoch(), "event_ts": state.next_ts()}
        self._world.publish("user_change", {"type": "user_change", **changed})

    def archive_channel(self, reference: str) -> None:
        """Archive a channel."""
        channel = self._channel(reference)
        channel.archived = True
        self._world.state.put_channel(channel)
        self._moved(channel, "archive")

    def unarchive_channel(self, reference: str) -> None:
        """Unarchive a channel; its members are still in it."""
        channel = self._channel(reference)
        channel.archived = False
        self._world.state.put_channel(channel)
        self._moved(channel, "unarchive")

    def share_channel(self, reference: str, how: str) -> None:
        """Share a channel: "pending" invites another organisation, "org" adds it to more workspaces, "" ends both."""
        channel = self._channel(reference)
        channel.shared = how
        self._world.state.put_channel(channel)

    def add_to_channel(self, reference: str, who: str | None = None) -> None:
        """Invite somebody (None: the app) into a channel."""
        channel = self._channel(reference)
        user = self._user(who) if who else self._world.state.bot
        if user.id not in channel.members:
            channel.members.append(user.id)
            self._world.state.put_channel(channel)
            self._membership("member_joined_channel", channel, user)

    def remove_from_channel(self, reference: str, who: str | None = None) -> None:
        """Remove somebody (None: the app) from a channel."""
        channel = self._channel(reference)
        user = self._user(who) if who else self._world.state.bot
        if user.id in channel.members:
            channel.members.remove(user.id)
            self._world.state.put_channel(channel)
            self._membership("member_left_channel", channel, user)

    def revoke_token(self) -> None:
        """Revoke the app's tokens."""
        self._world.tokens.revoked = True

    def restore_token(self) -> None:
        """Let the app's tokens hold again, as after a new installation."""
        self._world.tokens.revoked = False

    def move_clock(self, by: timedelta) -> None:
        """Move the clock forwards by a while."""
        self.clock.move(self.clock.now() + by)

    def _moved(self, channel: Channel, event: str) -> None:
        """Publish that a channel was archived or unarchived; of private ones only the members hear."""
        state = self._world.state
        if channel.kind != "channel" and state.bot.id not in channel.members:
            return
        kind = f"{'channel' if channel.kind == 'channel' else 'group'}_{event}"
        self._world.publish(
            kind, {"type": kind, "channel": channel.id, "user": channel.creator, "event_ts": state.next_ts()}
        )

    def _membership(self, kind: str, channel: Channel, user: User) -> None:
        event = {
            "type": kind,
            "user": user.id,
            "channel": channel.id,
            "channel_type": "C" if channel.kind == "channel" else "G",
            "team": self._world.state.team.id,
            "event_ts": self._world.state.next_ts(),
        }
        self._world.publish(kind, event)

    def _connect_url(self) -> str:
        host = self.url.removeprefix("http://")
        return f"ws://{host}/link?ticket={self._sockets.new_ticket()}&app_id={self._world.state.app_id}"

    def _user(self, reference: str) -> User:
        user = self._world.state.find_user(reference)
        if user is None:
            raise KeyError(f"nobody in the workspace is called {reference!r}")
        return user

    def _channel(self, reference: str) -> Channel:
        channel = self._world.state.find_channel(reference)
        if channel is None:
            raise KeyError(f"the workspace has no channel {reference!r}")
        return channel


def _over_http(request_url: str | None, tokens: Tokens, ack_timeout: float) -> HttpDelivery:
    if not request_url:
        raise BadConfiguration("Delivery over HTTP needs a request_url.")
    return HttpDelivery(request_url, tokens.signing_secret, ack_timeout)


def _tokens(state: State) -> Tokens:
    """The app's tokens: the same at every start, so that a running app survives a restart of the sandbox."""
    team = state.team.id
    return Tokens(
        bot=f"xoxb-{make_id('', team, 'bot token')}",
        app=f"xapp-1-{state.app_id}-{make_id('', team, 'app token')}",
        config=f"xoxe.xoxp-1-{make_id('', team, 'configuration token')}",
        signing_secret=make_id("", team, "signing secret").lower(),
        verification=make_id("", team, "verification").lower(),
    )
