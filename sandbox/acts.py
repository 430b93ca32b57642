"""What people do, as far as the app hears of it, and what the app's answer does to what they see."""

import asyncio
from typing import Any

from sandbox import payloads
from sandbox.blocks import check_options
from sandbox.courier import NoAnswer, Parcel
from sandbox.errors import FormError, NotPossible, SlackError
from sandbox.forms import FIELDS
from sandbox.model import Channel, Json, Message, User, View
from sandbox.responses import respond
from sandbox.viewstore import checked_view, close_views, push_modal, replace_view, stack
from sandbox.webapi.posting import EVENT_OF_CHANNEL, message_event
from sandbox.world import ResponseUrl, World

TROUBLE = "We had some trouble connecting. Try again?"


async def announce_message(world: World, channel: Channel, message: Message) -> None:
    """Deliver the events of a message that a person wrote, and wait until the app took them."""
    state = world.state
    if state.bot.id not in channel.members:
        return
    event = message_event(world, channel, message)
    parcels = [world.event(EVENT_OF_CHANNEL[channel.kind], event)]
    if state.bot.id in message.mentions and channel.kind != "im":
        mention = {**event, "type": "app_mention", "team": state.team.id}
        del mention["channel_type"]
        parcels.append(world.event("app_mention", mention))
    await asyncio.gather(*(world.courier.settle(parcel) for parcel in parcels if parcel))


async def command(world: World, user: User, channel: Channel, name: str, text: str) -> None:
    """Run a slash command; what goes wrong is shown by Slackbot, as in Slack."""
    state = world.state
    if name not in world.manifest.commands or "commands" not in world.manifest.scopes:
        state.say_as_slackbot(user.id, channel.id, f"{name} is not a valid command.")
        return
    payload = payloads.command_payload(world, user, channel, name, text)
    try:
        answer = await world.courier.deliver(Parcel("slash_commands", payload, answerable=True))
        if answer:
            body = {"text": answer} if isinstance(answer, str) else answer
            respond(world, ResponseUrl(channel.id, user.id, world.clock.now()), body)
    except NoAnswer as failure:
        state.say_as_slackbot(user.id, channel.id, f'{name} failed with the error "{failure.shown}"')
    except SlackError:
        state.say_as_slackbot(user.id, channel.id, f'{name} failed with the error "invalid_command_response"')


async def act_in_message(world: World, user: User, message: Message, action: Json, values: Json) -> None:
    """Use an element of a message."""
    _check_interactive(world)
    payload = payloads.message_action_payload(world, user, message, action, values)
    try:
        await world.courier.deliver(Parcel("interactive", payload))
    except NoAnswer as failure:
        text = f'{world.manifest.name} failed with the error "{failure.shown}"'
        world.state.say_as_slackbot(user.id, message.channel, text)


async def act_in_view(world: World, user: User, view: View, action: Json) -> None:
    """Use an element of a modal or of App Home."""
    _check_interactive(world)
    try:
        await world.courier.deliver(Parcel("interactive", payloads.view_action_payload(world, user, view, action)))
    except NoAnswer:
        view.errors = {"*": TROUBLE}
        world.changes.announce(None, frozenset({user.id}))


async def submit(world: World, user: User, view: View) -> None:
    """Submit a modal and do what the app answers. FormError when the modal stays open."""
    _check_interactive(world)
    payload = payloads.submission_payload(world, user, view)
    try:
        answer = await world.courier.deliver(Parcel("interactive", payload, answerable=True))
        _apply_submission(world, user, view, answer)
    except NoAnswer:
        _refuse(world, view, {"*": TROUBLE})
    except SlackError as error:
        _refuse(world, view, {"*": f"{TROUBLE} ({error.code}: {error.details})"})


def _refuse(world: World, view: View, errors: dict[str, str]) -> None:
    view.errors = errors
    world.changes.announce(None, frozenset({view.user}))
    raise FormError(errors)


def _apply_submission(world: World, user: User, view: View, answer: Any) -> None:
    if not answer:
        close_views(world, [view])
        return
    action = answer.get("response_action") if isinstance(answer, dict) else None
    if action == "errors":
        errors = answer.get("errors") or {}
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not errors or not set(errors) <= inputs:
            raise SlackError("invalid_errors", errors=errors, inputs=sorted(inputs))
        _refuse(world, view, {block: str(text) for block, text in errors.items()})
    elif action == "update":
        replace_view(world, view, checked_view(world, answer.get("view"), "modal"))
    elif action == "push":
        push_modal(world, user.id, checked_view(world, answer.get("view"), "modal"))
    elif action == "clear":
        close_views(world, list(stack(world, user.id)))
    else:
        raise SlackError("invalid_response_action", answer=answer)


async def close(world: World, user: User, view: View) -> None:
    """Close a modal by its button; the app hears of it when the view asked for that."""
    open_views = stack(world, user.id)
    whole = bool(view.content.get("clear_on_close"))
    closing = list(reversed(open_views)) if whole else [view]
    cleared = whole and len(closing) > 1
    notified = [v for v in closing if v.content.get("notify_on_close")]
    parcels = [Parcel("interactive", payloads.closed_payload(world, user, v, cleared)) for v in notified]
    close_views(world, closing)
    await asyncio.gather(*(world.courier.settle(parcel) for parcel in parcels))


async def open_home(world: World, user: User) -> None:
    """Open the App Home tab."""
    if not world.manifest.home_tab:
        raise NotPossible(f"{world.manifest.name} has no Home tab")
    event: Json = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": world.state.direct(user.id, world.state.bot.id).id,
        "tab": "home",
        "event_ts": world.state.next_ts(),
    }
    if home := world.homes.get(user.id):
        event["view"] = payloads.view_json(world.state, home)
    if parcel := world.event("app_home_opened", event):
        await world.courier.settle(parcel)


async def shortcut(world: World, user: User, callback_id: str, message: Message | None) -> None:
    """Run a global shortcut, or one on a message."""
    _check_interactive(world)
    declared = world.manifest.shortcuts.get(callback_id)
    if declared is None or (declared.type == "message") != (message is not None):
        raise NotPossible(f"the manifest has no such shortcut: {callback_id}")
    if message is None:
        payload = payloads.shortcut_payload(world, user, callback_id)
    else:
        payload = payloads.message_shortcut_payload(world, user, callback_id, message)
    try:
        await world.courier.deliver(Parcel("interactive", payload))
    except NoAnswer as failure:
        channel_id = message.channel if message else world.state.direct(user.id, world.state.bot.id).id
        text = f'{declared.name} failed with the error "{failure.shown}"'
        world.state.say_as_slackbot(user.id, channel_id, text)


async def load_options(
    world: World, user: User, place: Message | View, block: Json, element: Json, *, query: str
) -> Json:
    """Ask the app for the options of an external select: {"options"} or {"option_groups"}."""
    _check_interactive(world)
    payload = payloads.suggestion_payload(world, user, place, element, block_id=block["block_id"], query=query)
    try:
        answer = await world.courier.deliver(Parcel("interactive", payload, answerable=True))
    except NoAnswer as failure:
        raise NotPossible(f"no options came for {element['action_id']}: {failure.shown}") from failure
    if problems := check_options(answer):
        raise NotPossible(f"the options for {element['action_id']} are not valid: {'; '.join(problems)}")
    return answer if isinstance(answer, dict) else {"options": []}


def action_json(world: World, block: Json, element: Json, entry: Json | None, option: Json | None) -> Json:
    """The `actions` entry of a block_actions payload."""
    kind = element["type"]
    action: Json = {"action_id": element["action_id"], "block_id": block["block_id"], "type": kind}
    for key in ("text", "value", "style", "placeholder"):
        if key in element and kind in ("button", "icon_button", "workflow_button", "static_select", "users_select"):
            action[key] = element[key]
    if option is not None:
        action["selected_option"] = option
    if entry is not None:
        action |= {key: value for key, value in entry.items() if key != "type"}
    if kind in FIELDS and FIELDS[kind].initial in element:
        action[FIELDS[kind].initial] = element[FIELDS[kind].initial]
    action["action_ts"] = world.state.next_ts()
    return action


def _check_interactive(world: World) -> None:
    if not world.manifest.interactivity:
        raise NotPossible(f"{world.manifest.name} is not configured to handle interactive responses")
