"""views.*: modals and App Home."""

from sandbox.errors import SlackError
from sandbox.model import Json, View
from sandbox.payloads import view_json
from sandbox.viewstore import checked_view, open_modal, publish_home, push_modal, replace_view
from sandbox.webapi.registry import Call, method


@method("views.open")
def open_view(call: Call) -> Json:
    world = call.world
    trigger_id = call.text("trigger_id") or call.text("interactivity_pointer")
    content = checked_view(world, _view(call), "modal")
    if not trigger_id:
        raise call.missing("trigger_id")
    trigger = world.take_trigger(trigger_id)
    view = open_modal(world, trigger.user, content)
    trigger.used = True
    return {"view": view_json(world.state, view)}


@method("views.push")
def push_view(call: Call) -> Json:
    world = call.world
    content = checked_view(world, _view(call), "modal")
    trigger = world.take_trigger(call.required("trigger_id"))
    if trigger.view is None or trigger.view not in world.views:
        raise SlackError("not_found")
    view = push_modal(world, trigger.user, content)
    trigger.used = True
    return {"view": view_json(world.state, view)}


@method("views.update")
def update_view(call: Call) -> Json:
    world = call.world
    content = _view(call)
    view = _wanted(call)
    content = checked_view(world, content, view.content["type"])
    _check_hash(call, view)
    replace_view(world, view, content)
    return {"view": view_json(world.state, view)}


@method("views.publish")
def publish_view(call: Call) -> Json:
    world = call.world
    user = world.state.users.get(call.required("user_id"))
    if user is None or user.bot:
        raise SlackError("user_not_found")
    if not world.manifest.home_tab:
        raise SlackError("not_enabled")
    content = checked_view(world, _view(call), "home")
    home = world.homes.get(user.id)
    if home is not None:
        _check_hash(call, home)
    return {"view": view_json(world.state, publish_home(world, user.id, content))}


def _view(call: Call) -> Json:
    if not call.args.get("view"):
        raise call.missing("view")
    view = call.structure("view", "invalid_arguments")
    if not isinstance(view, dict):
        raise call.invalid("must be an object [json-pointer:/view]")
    return view


def _wanted(call: Call) -> View:
    views = call.world.views
    if view_id := call.text("view_id"):
        view = views.get(view_id)
    elif external_id := call.text("external_id"):
        view = next((v for v in views.values() if v.external_id == external_id), None)
    else:
        raise call.missing("view_id")
    if view is None:
        raise SlackError("not_found")
    return view


def _check_hash(call: Call, view: View) -> None:
    sent = call.text("hash")
    if sent and sent != view.hash:
        raise SlackError("hash_conflict")
