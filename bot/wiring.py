"""The composition root: builds the parts of the running bot and connects them; nothing else does."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import timedelta

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from sqlalchemy.orm import Session

from bot import log as bot_log
from bot import metrics
from bot.app.message_kinds import MessageKind, composers
from bot.domain.values.clock import Clock, SystemClock
from bot.features.undelivered import reroute
from bot.features.workspace.install import (
    Installation,
    OtherWorkspaceError,
    connection_failure_sentence,
    follow_people,
    install,
    sync_members,
)
from bot.outbox.sender import Sender, SenderSettings
from bot.outbox.types import Claimed, NotSent, PermanentFailure
from bot.outbox.wakeup import Wakeup
from bot.rooms import MESSAGE_KINDS, new_renderer, register_listeners, with_pruning
from bot.scheduler.jobs import Job
from bot.scheduler.runner import Clockwork
from bot.settings import Settings
from bot.slack import app as slack_app
from bot.slack import errors, lease_guard
from bot.slack.edge import Edge
from bot.slack.gateway import Gateway, Prepared
from bot.slack.http import HttpRequests
from bot.slack.render import Renderer
from bot.slack.sockets import Patience, Sockets
from bot.store import engine
from bot.store.admin import migrations
from bot.store.engine import Database
from bot.web import app as web_app
from bot.web.health import Health
from bot.web.server import WebServer
from bot.web.signatures import signed_only

_ANSWERS_SECONDS = 3.0
_START_WAITS = (0.5, 1.0, 2.0)

log = structlog.get_logger("bot")


class CannotStartError(Exception):
    """The bot cannot run; the message is one sentence that says how to mend it."""


class Bot:
    """One replica: everything between `start` and `stop`.

    `sending` sets the pace of the outbox, `patience` that of the socket; `jobs` are what the clock triggers (None: all
    there are), `kinds` all kinds of message; `extra` registers more listeners. Bots in one process may share a
    `renderer`, which keeps the templates that it has compiled. It refuses a database that holds another workspace,
    unless it need not be `alone`.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        sending: SenderSettings | None = None,
        patience: Patience | None = None,
        jobs: Sequence[Job] | None = None,
        kinds: Sequence[MessageKind] = MESSAGE_KINDS,
        extra: Callable[[AsyncApp, Edge], None] | None = None,
        renderer: Renderer | None = None,
        alone: bool = True,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.database = Database(settings.database_url, listen_url=settings.listen_url)
        self.renderer = renderer or new_renderer()
        self._sending = sending or SenderSettings(http_seconds=slack_app.HTTP_SECONDS)
        self._patience = patience
        self._jobs = with_pruning(timedelta(days=settings.outbox_days)) if jobs is None else jobs
        self._kinds = {kind.name: kind for kind in kinds}
        self._extra = extra
        self._alone = alone
        self._running: asyncio.Task[None] | None = None
        self._meeting: asyncio.Task[int] | None = None
        self._parts = AsyncExitStack()

    async def start(self) -> None:
        """Migrate, learn who we are, then take payloads, run the clock and send. Raises `CannotStartError`.

        When it fails or is cancelled, what it had opened is closed again.
        """
        self._check()
        try:
            self._parts.callback(self.database.dispose)
            await self._migrate()
            await self._prove_guard()
            await asyncio.to_thread(slack_app.read_texts)
            self._http = slack_app.http_session()
            self._parts.push_async_callback(self._http.close)
            await self._connect(self._http)
        except BaseException:
            await self._parts.aclose()
            raise

    async def stop(self) -> None:
        """Answer and send what is under way, hand back what is claimed, close everything."""
        await self._parts.aclose()
        log.info("bot.stopped")

    async def tick(self) -> None:
        """Do now everything that has become due, and send it: for tests and the demo, after the clock has moved."""
        self._wakeup.set()
        while await self._clockwork.tick() + await self._sender.drain():
            pass

    async def drain(self) -> int:
        """Send everything that is due; returns how many messages came to their end."""
        return await self._sender.drain()

    @property
    def where(self) -> Installation:
        """The workspace that our token lets us into; known after `start`."""
        return self._where

    @property
    def port(self) -> int:
        """Where the HTTP edge listens; known after `start`."""
        return self._web.port

    async def wait_for_member_sync(self) -> int:
        """Return when all people of the workspace are known; the number of them."""
        assert self._meeting is not None
        return await asyncio.shield(self._meeting)

    def _check(self) -> None:
        if not self.settings.slack_bot_token:
            raise CannotStartError("SLACK_BOT_TOKEN is not set. Install the app from manifest.yml and copy its token.")
        if not (self.settings.slack_app_token or self.settings.slack_signing_secret.strip()):
            raise CannotStartError("Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP.")

    async def _migrate(self) -> None:
        try:
            await asyncio.to_thread(migrations.upgrade, self.database)
        except migrations.TooNewError as error:
            raise CannotStartError(str(error)) from error

    async def _prove_guard(self) -> None:
        try:
            await lease_guard.prove()
        except lease_guard.UnguardedError as error:
            raise CannotStartError(
                f"With aiohttp {aiohttp.__version__} a message could be sent twice. Install what constraints.txt names."
            ) from error

    async def _connect(self, http: aiohttp.ClientSession) -> None:
        settings = self.settings
        self._client = slack_app.web_client(settings.slack_bot_token, settings.slack_api_url, http)
        self._where = await self._install()
        self.database.serve([self._where.workspace_id])
        edge = Edge(self.database, self.renderer, self.clock, self._client, http)
        self._parts.callback(edge.close)
        bolt = slack_app.ProoflineApp(self._client, self._identity(), metrics.ACK_SECONDS.observe)
        self._parts.push_async_callback(bolt.finish)
        slack_app.tell_failures(bolt, edge)
        register_listeners(bolt, edge)  # first: Bolt asks one listener after the other whether a payload is its own
        follow_people(bolt, self.database, self._where, self.clock)
        if self._extra is not None:
            self._extra(bolt, edge)
        self._wakeup = Wakeup(self.database)
        kinds = self._kinds.values()
        gateway = Gateway(
            self.database,
            self.renderer,
            self.clock,
            self._client,
            composers(kinds),
            in_channels=[kind.name for kind in kinds if kind.in_channel],
        )
        self._sender: Sender[Prepared] = Sender(
            self.database,
            gateway,
            now=self.clock.now,
            on_dead=self._on_dead,
            wakeup=self._wakeup,
            settings=self._sending,
            observer=metrics.Counting(),
        )
        self._clockwork = Clockwork(self.database, self.clock, self._jobs, settings.tick_seconds)
        metrics.expect(self._kinds, [job.name for job in self._jobs])
        await self._begin(bolt)

    async def _install(self) -> Installation:
        """Ask Slack where we are; what may pass (a 500, a 429, a lost connection) is tried again a few times."""
        for wait in (*_START_WAITS, None):
            try:
                return await install(self._client, self.database, self.clock.now(), alone=self._alone)
            except OtherWorkspaceError as error:
                raise CannotStartError(str(error)) from error
            except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                meaning = errors.outcome_of(error)
                if wait is None or isinstance(meaning, PermanentFailure):
                    raise CannotStartError(connection_failure_sentence(error, self.settings.slack_api_url)) from error
                retry_after = meaning.retry_after if isinstance(meaning, NotSent) else None
                log.warning("slack.not_yet", why=meaning.why, retry_seconds=retry_after or wait)
                await asyncio.sleep(retry_after or wait)
        raise AssertionError("the last try returns or raises")

    async def _begin(self, bolt: slack_app.ProoflineApp) -> None:
        """Start the HTTP server and the workers, then the socket; `stop` ends them in the opposite order."""
        settings, parts = self.settings, self._parts
        sockets = self._sockets(bolt) if settings.socket_mode else None
        health = Health(
            self.database,
            self.clock,
            self._where.workspace_id,
            connected=sockets.connected if sockets else None,
            clock_trouble=self._clockwork.trouble,
        )
        over_http = None if sockets else signed_only(settings.slack_signing_secret, HttpRequests(bolt).handle)
        app = web_app.build(health.ready, health.refresh, over_http, settings.monitoring_token)
        self._web = WebServer(app, settings.listen_host, settings.port)
        parts.callback(self._wakeup.close)
        parts.push_async_callback(self._stop_working)
        parts.push_async_callback(self._web.stop)
        if sockets is not None:
            parts.push_async_callback(sockets.stop, _ANSWERS_SECONDS)
        try:
            await self._web.start()
        except OSError as error:
            raise CannotStartError(f"Port {settings.port} is taken: set PORT to another. ({error})") from error
        self._meeting = asyncio.create_task(self._meet_everybody())
        self._running = asyncio.create_task(self._sender.run())
        self._clockwork.start()
        if sockets is not None:
            await sockets.start()
        log.info("bot.started", team=self._where.team, socket_mode=settings.socket_mode, port=self.port)

    def _sockets(self, bolt: slack_app.ProoflineApp) -> Sockets:
        return Sockets(
            bolt,
            self.settings.slack_app_token,
            replaced=metrics.SOCKETS_REPLACED.inc,
            counted=metrics.SOCKET_CONNECTIONS.set,
            patience=self._patience,
        )

    def _identity(self) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=self._where.team_id,
            bot_user_id=self._where.bot_user_id,
            bot_id=self._where.bot_id,
            bot_token=self.settings.slack_bot_token,
        )

    async def _stop_working(self) -> None:
        await self._clockwork.stop()
        await self._sender.stop()
        if self._running is not None:
            await self._running
        if self._meeting is not None:
            self._meeting.cancel()
            with suppress(asyncio.CancelledError):
                await self._meeting

    async def _meet_everybody(self) -> int:
        settings = self.settings
        patient = slack_app.patient_client(settings.slack_bot_token, settings.slack_api_url, self._http)
        try:
            return await sync_members(patient, self.database, self._where, self.clock)
        except Exception:
            log.exception("bot.people_unknown")
            return 0

    def _on_dead(self, session: Session, row: Claimed, code: str) -> None:
        reroute.handle_permanent_failure(
            self._kinds, session, row, self.clock.now(), code=code, problem=problem_of(code)
        )


def problem_of(code: str) -> reroute.Problem:
    """What Slack's refusal is about."""
    if code in errors.PERSON_GONE:
        return reroute.Problem.PERSON
    return reroute.Problem.CHANNEL if code in errors.CHANNEL_GONE else reroute.Problem.MESSAGE


async def serve(settings: Settings, clock: Clock | None = None, sending: SenderSettings | None = None) -> None:
    """Run until SIGTERM or SIGINT, which also end a start that still waits; a second one ends the process at once."""
    structlog.contextvars.bind_contextvars(replica=settings.replica)
    bot = Bot(settings, clock or SystemClock(), sending=sending)
    starting, stop_request = asyncio.create_task(bot.start()), asyncio.create_task(_asked_to_stop())
    await asyncio.wait({starting, stop_request}, return_when=asyncio.FIRST_COMPLETED)
    if not stop_request.done():
        starting.result()
    await stop_request
    log.info("bot.stopping")
    starting.cancel()
    with suppress(asyncio.CancelledError):
        await starting
    await bot.stop()


async def _asked_to_stop() -> None:
    """Return at the first SIGTERM or SIGINT; from then on they do what they do in any process."""
    stop_requested = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(name)
            signal.signal(name, signal.SIG_DFL)
        stop_requested.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
    await stop_requested.wait()


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Everything of the settings that no log may hold."""
    tokens = (settings.slack_bot_token, settings.slack_app_token, settings.slack_config_token)
    return (
        *tokens,
        settings.slack_signing_secret,
        settings.monitoring_token,
        *engine.secrets_of(settings.database_url),
        *engine.secrets_of(settings.listen_url),
    )


def run(settings: Settings) -> None:
    """Run a replica in this process until it is told to stop. Raises `CannotStartError`."""
    bot_log.configure(settings.log_level, settings.log_json, secrets_of(settings))
    asyncio.run(serve(settings))


def doctor(settings: Settings, replicas: int = 1) -> bool:
    """Print what is well and what is not, a line each; returns whether all is well for that many replicas."""
    from bot.slack.doctor import examine  # a running bot never needs it

    return asyncio.run(examine(settings, lambda finding: print(finding, flush=True), replicas))
