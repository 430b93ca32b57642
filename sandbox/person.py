"""A person of the workspace: acts, and sees."""

from typing import Any
from zoneinfo import ZoneInfo

from sandbox import acts, forms
from sandbox.errors import FormError, NotPossible
from sandbox.model import Channel, Json, Message, User, View
from sandbox.mrkdwn import escape, typed
from sandbox.payloads import view_json
from sandbox.readable import Reader
from sandbox.snapshot import message_snapshot
from sandbox.viewstore import top
from sandbox.webapi.files import dropped, given
from sandbox.webapi.posting import thread_of
from sandbox.webapi.reactions import react
from sandbox.world import World

Place = Message | View


def visible(channel: Channel, user: User) -> bool:
    """Whether somebody can look into a channel: into public ones of ours as well, if they are one of ours."""
    return user.id in channel.members or (channel.kind == "channel" and not user.stranger)


class Person:
    """Acts as one person, and shows what they see.

    Acts return when the app acknowledged, or after Slack's 3 seconds. What Slack's client would not let a person do
    raises NotPossible.
    """

    def __init__(self, world: World, user: User) -> None:
        self._world = world
        self._user = user

    @property
    def id(self) -> str:
        return self._user.id

    @property
    def name(self) -> str:
        return self._user.name

    @property
    def tz(self) -> str:
        return self._user.tz

    # What a person does

    async def say(self, channel: str, text: str, thread: str | None = None) -> Json:
        """Write a message, in the thread of the message with the timestamp `thread` if given; gives the message.

        `channel` is an id, a name, or "dm" for the direct message with the app. "@handle" and "<@BOT>" are mentions;
        any other markup is shown as typed.
        """
        place = self._writable(channel)
        state = self._world.state
        handles = {user.handle: user.id for user in state.users.values()}
        message = state.post(
            Message(
                channel=place.id,
                ts=state.next_ts(),
                user=self.id,
                text=typed(text, handles, state.bot.id),
                thread_ts=thread_of(self._world, place, thread or ""),
                client_msg_id=state.new_id("").lower(),
            )
        )
        await acts.announce_message(self._world, place, message)
        return message_snapshot(state, message)

    async def drop(self, name: str, content: bytes, channel: str = "dm") -> Json:
        """Drop a file into a conversation, and send it; gives the message."""
        return await self.share(
            dropped(self._world, self._writable(channel), self._user, name, content), channel=channel
        )

    def upload(self, name: str, content: bytes) -> Json:
        """A file of this person's, to be given to a `file_input` with `submit`."""
        return given(self._world, self._user, name, content)

    async def share(self, *files: Json, channel: str = "dm") -> Json:
        """Send a message of files that Slack has already, as when a file is shared again; gives the message."""
        place, state = self._writable(channel), self._world.state
        message = Message(place.id, state.next_ts(), self.id, "", files=list(files), subtype="file_share")
        await acts.announce_message(self._world, place, state.post(message))
        return message_snapshot(state, message)

    async def command(self, line: str, channel: str = "general") -> None:
        """Run a slash command: the whole line, "/proof acme"."""
        place = self._writable(channel)
        name, _, text = line.strip().partition(" ")
        if not name.startswith("/"):
            raise NotPossible(f"{line!r} is no slash command")
        declared = self._world.manifest.commands.get(name)
        if declared is not None and declared.should_escape:
            text = self._escaped(text)
        await acts.command(self._world, self._user, place, name, text.strip())

    async def click(
        self,
        action_id: str,
        *,
        message: Json | None = None,
        view: Json | None = None,
        block_id: str | None = None,
        value: str | None = None,
        selected: Any = None,
    ) -> None:
        """Use the element `action_id`, in the given message or view, else in the newest that this person sees.

        `block_id` and `value` tell several of them apart; `selected` is what is chosen or entered in it. An element
        that is gone by now can still be clicked where the given message or view shows it, as on a slow screen.
        """
        place, block, element = self._find(action_id, message, view, block_id, value)
        if element["type"] in ("button", "icon_button", "feedback_buttons", "workflow_button"):
            action = acts.action_json(self._world, block, element, None, None)
            if element["type"] == "feedback_buttons":
                action["value"] = value
        elif element["type"] == "overflow":
            option = forms.entered({**element, "type": "static_select"}, selected if selected is not None else value)
            action = acts.action_json(self._world, block, element, None, option["selected_option"])
        else:
            entry = forms.entered(element, selected, self._loaded(place, element))
            self._values(place).setdefault(block["block_id"], {})[element["action_id"]] = entry
            if block["type"] == "input" and not block.get("dispatch_action"):
                return
            action = acts.action_json(self._world, block, element, entry, None)
        if isinstance(place, View):
            await acts.act_in_view(self._world, self._user, place, action)
        else:
            await acts.act_in_message(self._world, self._user, place, action, self._values(place))

    async def submit(self, values: dict[str, Any] | None = None, view: Json | None = None) -> None:
        """Submit the modal in front (or `view`) with `values` by action_id or block_id; the rest stays as it is.

        Raises FormError when Slack's client or the app finds errors; the modal then stays open.
        """
        modal = self._modal(view)
        if modal.content.get("submit") is None:
            raise NotPossible("this modal has no submit button")
        inputs = [(b, e) for b, e in forms.elements(modal.blocks) if b["type"] == "input"]
        for key, value in (values or {}).items():
            block, element = _input(inputs, key)
            entry = forms.entered(element, value, self._loaded(modal, element))
            modal.values[block["block_id"]][element["action_id"]] = entry
        errors = {}
        for block, element in inputs:
            entry = modal.values[block["block_id"]][element["action_id"]]
            if problem := forms.refused(element, entry, bool(block.get("optional"))):
                errors[block["block_id"]] = problem
        modal.errors = errors
        if errors:
            self._world.changes.announce(None, frozenset({self.id}))
            raise FormError(errors)
        await acts.submit(self._world, self._user, modal)

    async def close(self, view: Json | None = None) -> None:
        """Close the modal in front (or `view`) without submitting it."""
        await acts.close(self._world, self._user, self._modal(view))

    async def open_home(self) -> None:
        """Open the app's Home tab."""
        await acts.open_home(self._world, self._user)

    async def shortcut(self, callback_id: str, message: Json | None = None) -> None:
        """Run a global shortcut, or one on `message`."""
        target = self._message(message) if message else None
        await acts.shortcut(self._world, self._user, callback_id, target)

    async def options(
        self,
        action_id: str,
        query: str,
        *,
        message: Json | None = None,
        view: Json | None = None,
        block_id: str | None = None,
    ) -> list[Json]:
        """Type `query` into an external select and see the options that the app offers."""
        place, block, element = self._find(action_id, message, view, block_id, None)
        if "external" not in element["type"]:
            raise NotPossible(f"{action_id} does not load its options")
        if len(query) < element.get("min_query_length", 3):
            return []
        answer = await acts.load_options(self._world, self._user, place, block, element, query=query)
        options = forms.options_of(answer)
        key = (self.id, _identity(place), element["action_id"])
        self._world.loaded.setdefault(key, []).extend(options)
        return options

    async def react(self, message: Json, name: str) -> None:
        """Add the emoji `name` to a message."""
        react(self._world, self.id, self._message(message), name)

    # What a person sees

    def sees(self, channel: str = "general") -> list[Json]:
        """The messages of a channel and this person's ephemerals, oldest first."""
        state = self._world.state
        return [message_snapshot(state, m) for m in state.visible(self.id, self._channel(channel).id)]

    def dm(self) -> list[Json]:
        """The direct message with the app, oldest first."""
        return self.sees("dm")

    @property
    def modal(self) -> Json | None:
        """The modal in front of this person."""
        view = top(self._world, self.id)
        return view_json(self._world.state, view) if view else None

    @property
    def home(self) -> Json | None:
        """The app's Home tab as published for this person."""
        view = self._world.homes.get(self.id)
        return view_json(self._world.state, view) if view else None

    def text(self, shown: Json | list[Json] | None) -> str:
        """All that this person reads in a message, a view or a block list, a line a block."""
        now = self._world.clock.now().astimezone(ZoneInfo(self.tz))
        return Reader(self._world.state.name_of, now).text(shown)

    # Finding things

    def _channel(self, reference: str) -> Channel:
        state = self._world.state
        if reference in ("dm", state.bot.id, f"@{state.bot.handle}"):
            return state.direct(self.id, state.bot.id)
        channel = state.find_channel(reference)
        if channel is None or not visible(channel, self._user):
            raise NotPossible(f"{self.name} sees no channel {reference}")
        return channel

    def _writable(self, reference: str) -> Channel:
        channel = self._channel(reference)
        manifest = self._world.manifest
        if self._user.deactivated:
            raise NotPossible(f"{self.name}'s account is deactivated")
        if channel.archived:
            raise NotPossible(f"#{channel.name} is archived")
        if self.id not in channel.members:
            raise NotPossible(f"{self.name} is not in #{channel.name}")
        with_app = channel.kind == "im" and self._world.state.bot.id in channel.members
        if with_app and (not manifest.messages_tab or manifest.messages_read_only):
            raise NotPossible("sending messages to this app has been turned off")
        return channel

    def _escaped(self, text: str) -> str:
        """The text of a command whose manifest asks for ids instead of names."""
        state = self._world.state
        words = []
        for word in text.split(" "):
            user = state.find_user(word) if word.startswith("@") else None
            channel = state.find_channel(word) if word.startswith("#") else None
            if user:
                words.append(f"<@{user.id}|{user.handle}>")
            elif channel:
                words.append(f"<#{channel.id}|{channel.name}>")
            else:
                words.append(escape(word))
        return " ".join(words)

    def _message(self, handle: Json) -> Message:
        message = self._world.state.message(handle["channel"], handle["ts"])
        if message is None or message.ephemeral_to not in (None, self.id):
            raise NotPossible("this message is gone")
        return message

    def _modal(self, handle: Json | None) -> View:
        view = top(self._world, self.id) if handle is None else self._world.views.get(handle["id"])
        if view is None or view.user != self.id or view.content["type"] != "modal":
            raise NotPossible(f"{self.name} has no such modal open")
        return view

    def _places(self) -> list[Place]:
        """Where this person could click, likeliest first: the modal in front, messages newest first, App Home."""
        world = self._world
        modal = top(world, self.id)
        places: list[Place] = [modal] if modal else []
        readable = [c for c in world.state.channels.values() if visible(c, self._user)]
        messages = [m for c in readable for m in world.state.visible(self.id, c.id) if m.blocks]
        messages.sort(key=lambda message: message.ts, reverse=True)
        places += messages
        if home := world.homes.get(self.id):
            places.append(home)
        return places

    def _find(
        self, action_id: str, message: Json | None, view: Json | None, block_id: str | None, value: str | None
    ) -> tuple[Place, Json, Json]:
        places: list[Place]
        if message is not None:
            places = [self._message(message)]
        elif view is not None:
            live_view = self._world.views.get(view["id"])
            if live_view is None or live_view.user != self.id:
                raise NotPossible(f"{self.name} has no such view open")
            places = [live_view]
        else:
            places = self._places()
        seen_before = (message or view or {}).get("blocks") or []
        for place in places:
            for block, element in [*forms.elements(place.blocks), *forms.elements(seen_before)]:
                fits = element["action_id"] == action_id and block_id in (None, block["block_id"])
                if fits and (value is None or element.get("value", value) == value):
                    return place, block, element
        raise NotPossible(f"{self.name} sees nothing to click with the action_id {action_id!r}")

    def _values(self, place: Place) -> dict[str, dict[str, Json]]:
        if isinstance(place, View):
            return place.values
        key = (self.id, place.channel, place.ts)
        earlier = self._world.message_values.get(key)
        values = self._world.message_values[key] = forms.initial_values(place.blocks, earlier)
        return values

    def _loaded(self, place: Place, element: Json) -> list[Json]:
        return self._world.loaded.get((self.id, _identity(place), element["action_id"]), [])


def _identity(place: Place) -> str:
    return place.id if isinstance(place, View) else f"{place.channel}/{place.ts}"


def _input(inputs: list[tuple[Json, Json]], key: str) -> tuple[Json, Json]:
    for block, element in inputs:
        if key in (element["action_id"], block["block_id"]):
            return block, element
    keys = ", ".join(f"{block['block_id']}/{element['action_id']}" for block, element in inputs)
    raise NotPossible(f"the modal has no input {key!r}; it has {keys}")
