"""A small foreign Bolt app, which orders lunch, and its workspace: what the tests of the page run on."""

from typing import Any

from slack_bolt.async_app import AsyncApp

Json = dict[str, Any]

WORKSPACE: Json = {
    "team": {"id": "T0LUNCH", "name": "Kitchen", "domain": "kitchen"},
    "users": [
        {"handle": "ada", "name": "Ada Nyman", "title": "Cook", "tz": "Europe/Stockholm"},
        {"handle": "ben", "name": "Ben Castle", "title": "Waiter", "tz": "America/New_York"},
        {"handle": "eve", "name": "Eve <script>window.hacked=1</script>", "tz": "Asia/Tokyo"},
    ],
    "channels": [
        {"name": "general", "members": ["ada", "ben", "eve"], "bot": True},
        {"name": "kitchen", "members": ["ada"], "bot": True, "private": True},
        {"name": "closed", "members": ["ada"], "archived": True},
    ],
}

SCOPES = ["commands", "chat:write", "im:write", "im:history", "channels:history", "users:read", "reactions:write"]
MANIFEST: Json = {
    "display_information": {"name": "Lunch"},
    "features": {
        "bot_user": {"display_name": "lunch"},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "slash_commands": [
            {"command": "/lunch", "description": "Order lunch", "usage_hint": "<dish> [for @person]"},
            {"command": "/menu", "description": "What there is today"},
        ],
        "shortcuts": [
            {"name": "Order this", "type": "message", "callback_id": "order_this", "description": "Orders it"},
        ],
    },
    "oauth_config": {"scopes": {"bot": SCOPES}},
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "message.im"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def option(text: str, value: str) -> Json:
    return {"text": plain(text), "value": value}


def button(text: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def field(block_id: str, label: str, kind: str, **more: Any) -> Json:
    """An input block; `hint`, `optional` and `dispatch` belong to the block, the rest to its element."""
    outer: Json = {"optional": more.pop("optional", False), "dispatch_action": more.pop("dispatch", False)}
    if hint := more.pop("hint", None):
        outer["hint"] = plain(hint)
    element = {"type": kind, "action_id": "entry", **more}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **outer}


def order_form(dish: str = "", hot: bool = False) -> Json:
    """The modal in which lunch is ordered; a hot dish asks for the heat as well."""
    choices = [option("Cold", "cold"), option("Hot", "hot")]
    heat = [field("heat", "How hot?", "number_input", is_decimal_allowed=False, min_value="1", max_value="5")]
    return {
        "type": "modal",
        "callback_id": "order",
        "title": plain("Order lunch"),
        "submit": plain("Order"),
        "close": plain("Not hungry"),
        "blocks": [
            field("kind", "Kind", "radio_buttons", options=choices, dispatch=True),
            *(heat if hot else []),
            field("dish", "Dish", "plain_text_input", initial_value=dish or " ", min_length=3, hint="As on the menu"),
            field("place", "Place", "external_select", min_query_length=1, placeholder=plain("Type"), optional=True),
            field("side", "Side", "static_select", options=[option("Bread", "bread"), option("Rice", "rice")]),
            field("guests", "Guests", "multi_users_select", optional=True),
            field("day", "Day", "datepicker", optional=True),
            field("when", "When", "datetimepicker", optional=True),
            field(
                "extras", "Extras", "checkboxes", options=[option("Salt", "salt"), option("Oil", "oil")], optional=True
            ),
            field("mail", "Receipt to", "email_text_input", optional=True),
            {"type": "actions", "block_id": "more", "elements": [button("Allergens", "allergens")]},
        ],
    }


class Lunch:
    """The app; `orders` are the values that were submitted, `used` the action ids that were used."""

    def __init__(self) -> None:
        self.orders: list[Json] = []
        self.used: list[Json] = []

    def listen(self, app: AsyncApp) -> None:
        """Register all listeners."""
        app.command("/lunch")(self._lunch)
        app.command("/menu")(self._menu)
        app.options("entry")(self._places)
        app.view("order")(self._order)
        app.action("entry")(self._entry)
        app.action("allergens")(self._allergens)
        app.action({"block_id": "card"})(self._card)
        app.event("app_home_opened")(self._home)
        app.shortcut("order_this")(self._order_this)

    async def _lunch(self, ack: Any, command: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=order_form(command["text"]))

    async def _menu(self, ack: Any, respond: Any) -> None:
        await ack()
        card = {"type": "actions", "block_id": "card", "elements": [button("Soup", "soup", style="primary", value="1")]}
        await respond(text="Soup today", blocks=[section("*Soup* today"), card])

    async def _places(self, ack: Any, payload: Json) -> None:
        names = ["Corner Café", "Corner Shop", "Harbour"]
        found = [option(name, name.lower()) for name in names if payload["value"].lower() in name.lower()]
        await ack(options=found)

    async def _order(self, ack: Any, view: Json) -> None:
        values = view["state"]["values"]
        if values["dish"]["entry"]["value"] == "stone":
            await ack(response_action="errors", errors={"dish": "Nobody eats stones."})
            return
        self.orders.append(values)
        await ack()

    async def _entry(self, ack: Any, body: Json, client: Any) -> None:
        await ack()
        chosen = body["actions"][0]["selected_option"]["value"]
        await client.views_update(view_id=body["view"]["id"], view=order_form(hot=chosen == "hot"))

    async def _allergens(self, ack: Any, body: Json, client: Any) -> None:
        await ack()
        self.used.append(body["view"]["state"]["values"])
        view = {"type": "modal", "title": plain("Allergens"), "blocks": [section("Nuts and *gluten*")]}
        await client.views_push(trigger_id=body["trigger_id"], view=view)

    async def _card(self, ack: Any, body: Json, respond: Any) -> None:
        await ack()
        self.used.append(body["actions"][0])
        await respond(text="Soup is on its way", replace_original=True)

    async def _home(self, event: Json, client: Any) -> None:
        blocks = [section("Your *orders*", accessory=button("Again", "again", value="1"))]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    async def _order_this(self, ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=order_form(body["message"]["text"]))
