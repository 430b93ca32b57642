"""auth.test, api.test, apps.connections.open, team.info, bots.info."""

from sandbox.errors import SlackError
from sandbox.model import Json
from sandbox.webapi.registry import Call, method


@method("api.test", token="any")
def api_test(call: Call) -> Json:
    if code := call.text("error"):
        raise SlackError(code, args=call.args)
    return {"args": call.args}


@method("auth.test", token="any")
def auth_test(call: Call) -> Json:
    state = call.world.state
    return {
        "url": f"{call.world.url}/",
        "team": state.team.name,
        "user": state.bot.handle,
        "team_id": state.team.id,
        "user_id": state.bot.id,
        "bot_id": state.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", token="app")
def connections_open(call: Call) -> Json:
    return {"url": call.world.connect_url()}


@method("team.info", "team:read")
def team_info(call: Call) -> Json:
    state = call.world.state
    team_id = call.text("team") or state.team.id
    connected = {other for channel in state.channels.values() for other in state.connected_teams(channel)}
    if team_id != state.team.id and team_id not in connected:
        raise SlackError("team_not_found")
    team = state.team if team_id == state.team.id else state.organisations[team_id]
    return {
        "team": {
            "id": team.id,
            "name": team.name,
            "domain": team.domain,
            "url": f"{call.world.url}/",
            "email_domain": "",
            "icon": {"image_default": True},
        }
    }


@method("bots.info", "users:read")
def bots_info(call: Call) -> Json:
    state = call.world.state
    if call.required("bot") != state.bot_id:
        raise SlackError("bot_not_found")
    return {
        "bot": {
            "id": state.bot_id,
            "deleted": False,
            "name": state.bot.name,
            "updated": 1_700_000_000,
            "app_id": state.app_id,
            "user_id": state.bot.id,
            "icons": {},
        }
    }
