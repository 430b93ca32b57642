"""What every listener stands on: a unit of work for the person who acted, and views on their way to Slack.

A listener is three steps: parse, one call of `write`, `write_and_show` or `read`, render. It lets every exception pass:
`bot.slack.app` gives them to `Failures`, which finds the words and the place where the person sees them.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import aiohttp
import structlog
from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.orm import Session

from bot.app import submissions
from bot.app.actor import Actor, UserError, must_read
from bot.domain.values.clock import Clock
from bot.slack import files
from bot.slack.lanes import Lane
from bot.slack.markup import Message
from bot.slack.payload import Body, Caller, seen_of, sender_of, submission_of, surface_of
from bot.slack.people import is_person, read_user
from bot.slack.refusals import SlackRefusal
from bot.slack.render import Renderer
from bot.slack.response_url import ForeignAddressError, ResponseUrl, response_url
from bot.store import members, workspaces
from bot.store.engine import PEOPLE_AT_ONCE, Database

log = structlog.get_logger("slack")
T = TypeVar("T")
Json = dict[str, Any]
Work = Callable[[Session, Actor, datetime], T]
Show = Callable[[Session, Actor, int, datetime], T]

# Slack waits three seconds for an answer; what is left is for the way there and back.
ANSWER_SECONDS = 2.4
_MEETING_SECONDS = 1.0
_MET_AT_ONCE = 20
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class TooSlowError(Exception):
    """The database did not answer in the time that Slack gives us; the unit of work may still end well."""


class _UnknownUserError(Exception):
    """No member of ours has the sender's id yet."""


class Edge:
    """The Slack edge of one workspace app. `session` is the one HTTP session of the process."""

    def __init__(
        self,
        database: Database,
        renderer: Renderer,
        clock: Clock,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
    ) -> None:
        self.client = client
        self._database = database
        self._renderer = renderer
        self._clock = clock
        self._session = session
        self._workspaces: dict[str, int] = {}
        self._takes_files: bool | None = None
        # Many reads or writes of one person leave half of the threads to the others.
        self._reads = Lane("reads", threads=PEOPLE_AT_ONCE, each=PEOPLE_AT_ONCE // 2)
        self._writes = Lane("writes", threads=PEOPLE_AT_ONCE, each=PEOPLE_AT_ONCE // 2)
        self._surveys = Lane("surveys", threads=2, each=1)

    def close(self) -> None:
        """Begin nothing more for anybody."""
        for lane in (self._reads, self._writes, self._surveys):
            lane.close()

    async def write(self, body: Body, do: Work[T], surface: str | None = None) -> T | None:
        """Run `do(session, actor, now)` in one transaction for the person who sent `body`, commit, return its result.

        Delivered or sent again, `body` does nothing and the result is None; `bot.app.submissions` says what counts
        as the same. Raises `UserError` for people without the right to anything, `TooSlowError`, and whatever `do`
        raises; then nothing is kept. `surface` is what history names; it is told from the payload unless given.
        """
        submission = submission_of(body)

        def unit(session: Session, actor: Actor, now: datetime) -> T | None:
            done: list[T] = []
            submissions.once(session, actor, submission, lambda: done.append(do(session, actor, now)), now)
            return done[0] if done else None

        return await self._unit(self._writes, self._writing, body, unit, surface)

    async def write_and_show(self, body: Body, do: Work[int], show: Show[T], surface: str | None = None) -> T:
        """The same for work that has an answer: `show(session, actor, number, now)` of the number that `do` returned.

        The number is kept, so that a second delivery is answered too, with how things stand by then.
        """
        submission = submission_of(body)

        def unit(session: Session, actor: Actor, now: datetime) -> T:
            done = submissions.once(session, actor, submission, lambda: do(session, actor, now), now)
            assert done.result is not None
            return show(session, actor, done.result, max(now, done.at))

        return await self._unit(self._writes, self._writing, body, unit, surface)

    async def read(self, body: Body, fn: Work[T], surface: str | None = None) -> T:
        """Run a unit that only reads, and return its result: it waits for no writer."""
        return await self._unit(self._reads, self._database.reading, body, fn, surface)

    async def survey(self, body: Body, fn: Work[T]) -> T:
        """The same for a unit that reads very many accounts: each person has one at a time, beside all other reads.

        Raises `UserError` while their last one is still running, also when Slack has long given up on it.
        """
        if self.is_surveying(body):
            raise UserError(SlackRefusal.SURVEY_RUNNING)
        return await self._unit(self._surveys, self._database.reading, body, fn, None)

    async def work_for_anybody(self, body: Body, work: Callable[[Session, int, datetime], T], *, writes: bool) -> T:
        """Run `work(session, workspace_id, now)` without asking whether the sender is one of ours.

        For `bot.slack.outside` only: whoever calls it has to say who the sender is and what they may do.
        """
        sender, now = sender_of(body), self._clock.now()
        lane, transaction = (self._writes, self._writing) if writes else (self._reads, self._database.reading)

        def once() -> T:
            with transaction() as session:
                return work(session, self._workspace(session, sender.team_id), now)

        try:
            return await _in_time(lane, sender, once)
        except UserError as error:
            await self._renew(sender, error, now)
            raise

    def is_surveying(self, body: Body) -> bool:
        """Whether a survey of the sender's is still running."""
        return self._surveys.is_full(_person(sender_of(body)))

    async def meet_all(self, body: Body, slack_ids: Collection[str], field: str | None = None) -> None:
        """Ask Slack who those of these people are whom nobody has met yet, and remember them.

        `UserError` at `field` where they are too many to ask about, or Slack does not say.
        """
        sender = sender_of(body)
        known_ids = await self.read(
            body, lambda session, actor, now: members.known(session, actor.workspace_id, slack_ids)
        )
        unknown = sorted(set(slack_ids) - known_ids)
        if len(unknown) > _MET_AT_ONCE:
            raise UserError(SlackRefusal.READERS_UNKNOWN, field)
        try:
            async with asyncio.timeout(_MEETING_SECONDS):
                answers = await asyncio.gather(*(self.client.users_info(user=slack_id) for slack_id in unknown))
        except (SlackApiError, TimeoutError) as error:
            raise UserError(SlackRefusal.READERS_UNKNOWN, field) from error
        await self._remember(sender, [answer["user"] for answer in answers if is_person(answer["user"])])

    async def file(self, slack_id: str) -> bytes:
        """The content of a file that somebody gave us; `UserError` when it cannot be read."""
        return await files.read(self.client, self._session, slack_id)

    async def takes_files(self) -> bool:
        """Whether people can give us files: only where the workspace lets us read them. Asked once."""
        if self._takes_files is None:
            try:
                async with asyncio.timeout(_MEETING_SECONDS):
                    self._takes_files = await files.may_be_read(self.client)
            except (SlackApiError, aiohttp.ClientError, TimeoutError):
                return False
        return self._takes_files

    async def send_file(self, body: Body, name: str, content: bytes) -> None:
        """Send a file to the person who sent `body`, in their direct messages with us."""
        await files.send(self.client, self._session, sender_of(body).user_id, name, content)

    def message(self, view: object) -> Message:
        """The message of an `XxxView` by its template `xxx.html`."""
        return self._renderer.message(template_of(view), view=view, place="message")

    def modal(self, view: object) -> Json:
        """The modal of a view, complete for views.open and for `ack(response_action="update", view=…)`."""
        return self._renderer.modal(template_of(view), view=view)

    def in_modal(self, view: object, title: str) -> Json:
        """A message's blocks as a modal to read and close: the answer to a form that came from no message."""
        words = {"title": title, "close": "Done"}
        labels = {name: {"type": "plain_text", "text": text} for name, text in words.items()}
        shown = self._renderer.message(template_of(view), view=view, place="modal")
        return {"type": "modal", **labels, "blocks": shown.blocks}

    def home(self, view: object) -> Json:
        """The App Home of a view."""
        return self._renderer.home(template_of(view), view=view)

    async def answer(self, ack: AsyncAck, view: object, *, in_channel: bool = False) -> None:
        """Answer a command in its acknowledgement: only the person sees it, unless `in_channel`."""
        await ack(as_reply(self.message(view), in_channel=in_channel))

    async def respond(self, body: Body, view: object, *, replace: bool = False, in_channel: bool = False) -> None:
        """Answer through the payload's response_url: beside the message that was clicked, or in its place.

        Raises `LookupError` where there is no message to answer (a modal, App Home).
        """
        url = self.response_url(body)
        if url is None:
            raise LookupError("this payload came without an address for answers")
        reply = as_reply(self.message(view), in_channel=in_channel) | {"replace_original": replace}
        await self.post_to(url, reply)

    async def open(self, body: Body, view: object) -> None:
        """Open a modal; on top of the one that was clicked in, if it was one."""
        await self._open(body, self.modal(view))

    async def show(self, body: Body, view: object, title: str) -> None:
        """Show a message's view to the person who clicked: beside the message, or as a modal over App Home."""
        if self.response_url(body):
            await self.respond(body, view)
            return
        await self._open(body, self.in_modal(view, title))

    async def replace(self, body: Body, view: object, title: str) -> None:
        """Show a view in the place of what was clicked in: a modal, or a message that only the person sees."""
        if (body.get("view") or {}).get("type") != "modal":
            await self.respond(body, view, replace=True)
            return
        await self._update(body, self.in_modal(view, title))

    async def update(self, body: Body, view: object) -> None:
        """Show another form in the modal that was used."""
        await self._update(body, self.modal(view))

    async def publish(self, body: Body, view: object) -> None:
        """Show this App Home to the person who sent `body`."""
        await self.client.views_publish(user_id=sender_of(body).user_id, view=self.home(view))

    def response_url(self, body: Body) -> ResponseUrl | None:
        """Where an answer to what was clicked can be posted; None for a modal, App Home, and a foreign address."""
        given = body.get("response_url")
        if not given:
            return None
        try:
            return response_url(given, self.client.base_url)
        except ForeignAddressError:
            log.error("slack.foreign_response_url", type=body.get("type") or body.get("command"))
            return None

    async def post_to(self, url: ResponseUrl, reply: Json) -> None:
        """Post a reply to a response_url; raises `aiohttp.ClientError` when Slack does not take it."""
        async with (
            asyncio.timeout(ANSWER_SECONDS),
            self._session.post(url.address, json=reply, proxy=self.client.proxy, allow_redirects=False) as response,
        ):
            response.raise_for_status()
            if response.status >= 300:
                raise aiohttp.ClientError(f"Slack answered {response.status}")

    async def _update(self, body: Body, modal: Json) -> None:
        shown = body["view"]
        with _unless("hash_conflict", "not_found"):  # it was changed or closed since: they see something newer
            async with asyncio.timeout(ANSWER_SECONDS):
                await self.client.views_update(view_id=shown["id"], hash=shown.get("hash"), view=modal)

    async def _open(self, body: Body, modal: Json) -> None:
        inside = (body.get("view") or {}).get("type") == "modal"
        call = self.client.views_push if inside else self.client.views_open
        with _unless("exchanged_trigger_id"):  # a trigger opens one modal: the first delivery has opened it
            async with asyncio.timeout(ANSWER_SECONDS):
                await call(trigger_id=body["trigger_id"], view=modal)

    def _writing(self) -> AbstractContextManager[Session]:
        return self._database.begin(hurried=True)

    async def _unit(
        self,
        lane: Lane,
        transaction: Callable[[], AbstractContextManager[Session]],
        body: Body,
        fn: Work[T],
        surface: str | None,
    ) -> T:
        sender, now = sender_of(body), self._clock.now()
        named = surface or surface_of(body)

        def once() -> T:
            with transaction() as session:
                return fn(session, replace(self._actor(session, sender, named), seen=seen_of(body)), now)

        try:
            return await _in_time(lane, sender, once)
        except UserError as error:
            await self._renew(sender, error, now)
            raise
        except _UnknownUserError:
            await self._meet(sender)
            return await _in_time(lane, sender, once)

    async def _renew(self, sender: Caller, error: UserError, now: datetime) -> None:
        """Have a stale message show how things stand; the refused work itself kept nothing."""
        renew = error.renew
        if renew is None:
            return

        def unit() -> None:
            with self._writing() as session:
                renew(session, now)

        await _in_time(self._writes, sender, unit)

    def _actor(self, session: Session, sender: Caller, surface: str) -> Actor:
        if sender.home_team_id != sender.team_id:
            raise UserError(SlackRefusal.SENDER_NOT_A_MEMBER)
        member = members.by_slack_id(session, self._workspace(session, sender.team_id), sender.user_id)
        if member is None:
            raise _UnknownUserError
        actor = Actor(member, surface)
        must_read(actor)
        return actor

    def _workspace(self, session: Session, team_id: str) -> int:
        workspace_id = self._workspaces.get(team_id)
        if workspace_id is None:
            workspace_id = workspaces.id_of(session, team_id)
            if workspace_id is None:
                raise UserError(SlackRefusal.NOT_INSTALLED)
            self._workspaces[team_id] = workspace_id
        return workspace_id

    async def _meet(self, sender: Caller) -> None:
        """Ask Slack who the sender is and remember it."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await self.client.users_info(user=sender.user_id)
        except SlackApiError as error:
            raise UserError(SlackRefusal.SENDER_UNKNOWN) from error
        await self._remember(sender, [answer["user"]])

    async def _remember(self, sender: Caller, users: Collection[Json]) -> None:
        people = [read_user(user, sender.team_id) for user in users]

        def remember() -> None:
            with self._writing() as session:
                for user in people:
                    members.remember(session, self._workspace(session, sender.team_id), user)

        if people:
            await _in_time(self._writes, sender, remember)


@contextmanager
def _unless(*codes: str) -> Iterator[None]:
    """Let Slack refuse with one of these codes: what was to be shown is not needed any more."""
    try:
        yield
    except SlackApiError as error:
        code = error.response.get("error")
        if code not in codes:
            raise
        log.info("slack.not_needed", code=code)


async def _in_time(lane: Lane, sender: Caller, work: Callable[[], T]) -> T:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await lane.run(_person(sender), work)
    except TimeoutError as error:
        raise TooSlowError from error


def _person(sender: Caller) -> tuple[str, str]:
    return sender.team_id, sender.user_id


def template_of(view: object) -> str:
    """The template of a view: `NewAccountView` of `bot.features.accounts.views` is `accounts/new_account.html`."""
    return _template_of(type(view).__module__, type(view).__name__)


@cache
def _template_of(module: str, name: str) -> str:
    folder = module.removeprefix("bot.").removeprefix("features.").partition(".")[0]
    return f"{folder}/{_CAPITAL.sub('_', name.removesuffix('View')).lower()}.html"


def as_reply(message: Message, *, in_channel: bool = False) -> Json:
    """A message as commands and response_urls take it."""
    kind = "in_channel" if in_channel else "ephemeral"
    return {"response_type": kind, "text": message.text, "blocks": message.blocks}
