"""What Slack sends, read into typed values: who acts, what was clicked, what was filled in.

Nothing here is trusted: ids are parsed as numbers, and the use case that gets them checks the rights.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.app.actor import UserError
from bot.app.submissions import Submission
from bot.app.typed import day_of
from bot.slack.refusals import SlackRefusal
from bot.store.types import storable

Body = Mapping[str, Any]
_LARGEST_ID = 2**63 - 1
_LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class Caller:
    """Who caused a payload: the user, the workspace it belongs to, and the workspace the user belongs to."""

    user_id: str
    team_id: str
    home_team_id: str


def sender_of(body: Body) -> Caller:
    """The sender of a command, an interaction or an event.

    In a channel that organisations share, `team` of a modal and `team_id` of an event are those of the person; the
    workspace that has installed us is then named beside it (slackapi/bolt-js#1614; Bolt's `extract_team_id`).
    """
    user = body.get("user")
    if isinstance(user, Mapping):
        home = user.get("team_id") or ""
        installed = (body.get("view") or {}).get("app_installed_team_id")
        team_id = installed or (body.get("team") or {}).get("id") or home
        return Caller(str(user["id"]), str(team_id), str(home or team_id))
    event = body.get("event") or {}
    user_id = body.get("user_id") or event.get("user")
    if isinstance(user_id, Mapping):
        user_id = user_id.get("id")
    sent_by = str(body.get("team_id") or "")
    authorization = next(iter(body.get("authorizations") or ()), None) or {}
    team_id = str(authorization.get("team_id") or sent_by)
    return Caller(str(user_id or ""), team_id, str(event.get("user_team") or event.get("team") or sent_by or team_id))


def surface_of(body: Body) -> str:
    """Where somebody acted, as history names it: command, modal, button, home, shortcut or event."""
    if "command" in body:
        return "command"
    kind = body.get("type")
    if kind == "view_submission":
        return "modal"
    if kind == "block_actions":
        return "home" if (body.get("view") or {}).get("type") == "home" else "button"
    return "shortcut" if kind in ("shortcut", "message_action") else "event"


def number(value: object) -> int:
    """The row id that a button or `private_metadata` carries; raises `UserError` if it is none."""
    try:
        row_id = int(str(value)[:_LONGEST_NUMBER])
    except ValueError:
        raise UserError(SlackRefusal.STALE) from None
    if abs(row_id) > _LARGEST_ID:
        raise UserError(SlackRefusal.STALE)
    return row_id


def numbers(value: object, count: int) -> list[int]:
    """The `count` row ids in "12:7"; raises `UserError` if they are not that many numbers."""
    parts = str(value).split(":")
    if len(parts) != count:
        raise UserError(SlackRefusal.STALE)
    return [number(part) for part in parts]


def pair(value: object) -> tuple[str, int]:
    """The word and the row id in "kept:7"; raises `UserError` if there is no number."""
    word, _, row_id = str(value).partition(":")
    return word, number(row_id)


def clicked(body: Body) -> str:
    """The value of what was clicked or chosen: a button's value, an option, a user, a date."""
    action = body["actions"][0]
    values = _chosen(action)
    return values[0] if values else ""


def submission_id(body: Body) -> str:
    """An id that is the same for every delivery of one submitted modal or one press of a button.

    A form that may be opened again in the same modal, after something was saved, writes "12@@345" in its metadata: what
    it had seen is part of its id.
    """
    if body.get("type") == "view_submission":
        again = "@@" in str(body["view"].get("private_metadata") or "")
        return f"{body['view']['id']}:{body['view'].get('callback_id')}" + (f"@{seen_of(body)}" if again else "")
    actions = body.get("actions") or [{}]
    where = body.get("container") or {}
    place = where.get("message_ts") or where.get("view_id") or ""
    return f"{place}:{actions[0].get('action_id')}:{actions[0].get('action_ts')}"


def submission_of(body: Body) -> Submission:
    """What tells a second delivery of this payload from another submission; `bot.app.submissions` has the rules."""
    if body.get("type") == "view_submission":
        state_json = json.dumps((body["view"].get("state") or {}).get("values") or {}, sort_keys=True)
        return Submission(submission_id(body), hashlib.sha256(state_json.encode()).hexdigest())
    if body.get("actions"):
        return Submission(submission_id(body))
    return Submission(str(body.get("event_id") or body["trigger_id"]))


def seen_of(body: Body) -> int | None:
    """The newest line of history that a submitted form could show; None for what is no form.

    It stands behind the row ids in `private_metadata`: "12:7@345". A form without it has seen nothing.
    """
    if body.get("type") != "view_submission":
        return None
    seen = re.search(r"@([0-9]{1,18})\Z", str(body["view"].get("private_metadata") or ""))
    return int(seen[1]) if seen else 0


def inputs_of(view: Body) -> list[str]:
    """The block ids of the inputs of a modal, in their order."""
    return [str(block["block_id"]) for block in view.get("blocks", []) if block.get("type") == "input"]


def input_called(view: Body, name: str | None) -> str | None:
    """The block id of the input of this name: that of the block or of its element; None where there is none."""
    for block in view.get("blocks", []):
        if block.get("type") == "input" and name in (block["block_id"], (block.get("element") or {}).get("action_id")):
            return str(block["block_id"])
    return None


class Form:
    """The values of a submitted modal by the name of the input, which is both block and action id."""

    def __init__(self, body: Body) -> None:
        view = body["view"]
        self.metadata = str(view.get("private_metadata") or "").partition("@")[0]
        self._offered = _offered(view)
        self._chosen: dict[str, list[str]] = {}
        self._files: dict[str, list[tuple[str, str, str | None]]] = {}
        for block_id, elements in ((view.get("state") or {}).get("values") or {}).items():
            for action_id, element in elements.items():
                self._chosen[block_id] = self._chosen[action_id] = _chosen(element)
                if element.get("type") == "file_input":
                    self._files[block_id] = self._files[action_id] = _files(element)

    def __contains__(self, name: str) -> bool:
        """Whether the modal had this input, filled in or not."""
        return name in self._chosen

    def _given(self, name: str) -> list[str]:
        """What was filled in; a choice that this form did not offer is refused."""
        values, offered = self._chosen.get(name) or [], self._offered.get(name)
        if offered is not None and not set(values) <= set(offered):
            raise UserError(SlackRefusal.STALE, name)
        return values

    def text(self, name: str) -> str | None:
        """What stands in the input `name`; None when it is empty or not there."""
        values = self._given(name) or [""]
        return values[0].strip() or None

    def words(self, name: str) -> str:
        """What stands in a required input; raises `UserError` on that input when it is blank."""
        words = self.text(name)
        if words is None:
            raise UserError(SlackRefusal.INPUT_EMPTY, name)
        return words

    def many(self, name: str) -> list[str]:
        """The values chosen in checkboxes or a multi-select."""
        return list(self._given(name))

    def offered(self, name: str) -> list[str]:
        """The values of all options that the input `name` offered; Slack sends the form back as it was shown."""
        return list(self._offered.get(name) or [])

    def files(self, name: str) -> list[tuple[str, str, str | None]]:
        """The files that were given to the input `name`: Slack's id, name and media type of each."""
        return list(self._files.get(name, ()))

    def day(self, name: str) -> date | None:
        """The date of a date picker."""
        text = self.text(name)
        return None if text is None else day_of(text, name)

    def required_day(self, name: str) -> date:
        """The date of a date picker that must be filled in; raises `UserError` on that input when it is not."""
        day = self.day(name)
        if day is None:
            raise UserError(SlackRefusal.DAY_MISSING, name)
        return day

    def row(self, name: str) -> int | None:
        """The row id of a chosen option."""
        text = self.text(name)
        return None if text is None else number(text)


def _offered(view: Body) -> dict[str, list[str]]:
    """The values of the options of each input, under the names of its block and of its element."""
    offered = {}
    for block in view.get("blocks") or []:
        element = block.get("element") or {}
        options = [*(element.get("options") or [])]
        for group in element.get("option_groups") or []:
            options += group["options"]
        if block.get("type") == "input" and options:
            offered[block["block_id"]] = offered[element["action_id"]] = [str(option["value"]) for option in options]
    return offered


def _files(element: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
    given = [file for file in element.get("files") or [] if isinstance(file, Mapping) and file.get("id")]
    return [
        (
            str(file["id"]),
            _text(file.get("name") or file["id"]),
            _text(file["mimetype"]) if file.get("mimetype") else None,
        )
        for file in given
    ]


_SINGLE = ("value", "selected_date", "selected_time", "selected_user", "selected_channel", "selected_conversation")
_MULTIPLE = ("selected_users", "selected_channels", "selected_conversations")


def _text(value: object) -> str:
    """What was typed or chosen, without what no database of ours can keep or be asked for."""
    return storable(str(value))


def _rich_words(node: Mapping[str, Any]) -> str:
    """The words of rich text: a line a paragraph or item, mentions and emoji as Slack writes them in plain text."""
    if "elements" in node:
        glue = "\n" if node.get("type") in ("rich_text", "rich_text_list") else ""
        return glue.join(_rich_words(child) for child in node["elements"])
    if node.get("type") == "emoji":
        return f":{node.get('name')}:"
    mentioned = node.get("user_id") or node.get("channel_id")
    return f"@{mentioned}" if mentioned else str(node.get("text") or node.get("url") or "")


def _chosen(element: Mapping[str, Any]) -> list[str]:
    if rich := element.get("rich_text_value"):
        return [_text(_rich_words(rich))]
    if option := element.get("selected_option"):
        return [_text(option["value"])]
    if "selected_options" in element:
        return [_text(option["value"]) for option in element["selected_options"] or []]
    for name in _MULTIPLE:
        if name in element:
            return [_text(item) for item in element[name] or []]
    for name in (*_SINGLE, "selected_date_time"):
        if element.get(name) is not None:
            return [_text(element[name])]
    return []
