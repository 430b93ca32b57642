"""users.* and usergroups.*."""

from sandbox.errors import SlackError
from sandbox.model import Json
from sandbox.payloads import user_json
from sandbox.webapi.registry import Call, method, page


def _may_see_email(call: Call) -> bool:
    return "users:read.email" in call.world.manifest.scopes


@method("users.info", "users:read")
def info(call: Call) -> Json:
    return {"user": user_json(call.world.state, call.user(), _may_see_email(call))}


@method("users.list", "users:read")
def list_users(call: Call) -> Json:
    state = call.world.state
    users = [user_json(state, user, _may_see_email(call)) for user in state.users.values() if not user.stranger]
    return {**page(call, users, "members", 1000, 1000), "cache_ts": state.epoch()}


@method("users.lookupByEmail", "users:read.email")
def lookup_by_email(call: Call) -> Json:
    email = call.required("email").lower()
    state = call.world.state
    for user in state.users.values():
        if user.email.lower() == email and not user.deactivated and not user.stranger and not user.bot:
            return {"user": user_json(state, user)}
    raise SlackError("users_not_found")


@method("usergroups.users.list", "usergroups:read")
def usergroup_members(call: Call) -> Json:
    call.required("usergroup")
    raise SlackError("no_such_subteam")


@method("usergroups.list", "usergroups:read")
def usergroups(call: Call) -> Json:
    return {"usergroups": []}
