"""Opens, stacks, changes and closes the views of people, with Slack's rules about it."""

import hashlib
import json
from typing import Any

from sandbox.blocks import finish_view
from sandbox.errors import SlackError
from sandbox.forms import initial_values
from sandbox.model import Json, View
from sandbox.world import World

DEEPEST_STACK = 3
LARGEST_VIEW = 250_000


def checked_view(world: World, content: Any, kind: str) -> Json:
    """A view's JSON, valid and with all ids filled in. SlackError when Slack would refuse it."""
    if not isinstance(content, dict):
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] view must be an object"]})
    view = finish_view(content, kind, world.state.new_id)
    if len(json.dumps(content)) > LARGEST_VIEW:
        raise SlackError("view_too_large")
    return view


def stack(world: World, user_id: str) -> list[View]:
    """The modals that a person has open, top last."""
    return world.stacks.setdefault(user_id, [])


def top(world: World, user_id: str) -> View | None:
    """The modal in front of a person."""
    views = stack(world, user_id)
    return views[-1] if views else None


def open_modal(world: World, user_id: str, content: Json) -> View:
    """Show a modal on an empty stack; modals that were open are gone."""
    for view in stack(world, user_id):
        del world.views[view.id]
    world.stacks[user_id] = []
    return _place(world, user_id, content, None)


def push_modal(world: World, user_id: str, content: Json) -> View:
    """Put a modal on top of the open ones. SlackError with three of them open."""
    views = stack(world, user_id)
    if len(views) >= DEEPEST_STACK:
        raise SlackError("push_limit_reached")
    return _place(world, user_id, content, views[-1] if views else None)


def _place(world: World, user_id: str, content: Json, below: View | None) -> View:
    _check_external_id(world, content, None)
    view_id = world.state.new_id("V")
    view = View(view_id, user_id, content, "", below.root_id if below else view_id, below.id if below else None)
    view.values = initial_values(view.blocks)
    _stamp(world, view)
    world.views[view.id] = view
    stack(world, user_id).append(view)
    world.changes.announce(None, frozenset({user_id}))
    return view


def replace_view(world: World, view: View, content: Json) -> None:
    """Show other content in an open view; what was entered stays where the inputs are the same."""
    _check_external_id(world, content, view)
    view.content = content
    view.values = initial_values(view.blocks, view.values)
    view.errors = {}
    _stamp(world, view)
    world.changes.announce(None, frozenset({view.user}))


def close_views(world: World, views: list[View]) -> None:
    """Take views away from their person."""
    for view in views:
        world.views.pop(view.id, None)
        open_views = stack(world, view.user)
        if view in open_views:
            open_views.remove(view)
        world.changes.announce(None, frozenset({view.user}))


def publish_home(world: World, user_id: str, content: Json) -> View:
    """Show App Home content to a person."""
    view = world.homes.get(user_id)
    if view is None:
        view_id = world.state.new_id("V")
        view = View(view_id, user_id, content, "", view_id)
        world.homes[user_id] = view
        world.views[view_id] = view
    view.content = content
    view.values = initial_values(view.blocks, view.values)
    _stamp(world, view)
    world.state.record("home", {"user": user_id, "id": view.id, "content": content})
    world.changes.announce(None, frozenset({user_id}))
    return view


def _check_external_id(world: World, content: Json, own: View | None) -> None:
    external_id = content.get("external_id")
    if external_id and any(v.external_id == external_id and v is not own for v in world.views.values()):
        raise SlackError("duplicate_external_id")


def _stamp(world: World, view: View) -> None:
    digest = hashlib.sha256(json.dumps(view.content, sort_keys=True).encode()).hexdigest()[:8]
    view.hash = f"{world.state.next_ts()}.{digest}"
