"""Slack's text markup: escaping, mentions, what people type, and what people read."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

_FORM = re.compile(
    r"<(?:@[UWB][A-Z0-9]+(?:\|[^<>]*)?|#[CGD][A-Z0-9]+(?:\|[^<>]*)?|!subteam\^[A-Z0-9]+(?:\|[^<>]*)?"
    r"|!(?:channel|here|everyone)(?:\|[^<>]*)?|!date\^-?\d+\^[^<>|]*(?:\|[^<>]*)?"
    r"|(?:https?|mailto|tel|slack|ftp):[^<>|]*(?:\|[^<>]*)?)>"
)
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")
_DATE_TOKEN = re.compile(r"\{(\w+)\}")


def escape(text: str) -> str:
    """Plain text as mrkdwn that shows exactly it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """The three entities of mrkdwn back to their characters."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _split(text: str) -> Iterator[tuple[bool, str]]:
    """The parts of a text in order: (is a <...> form of Slack's, part)."""
    at = 0
    for match in _FORM.finditer(text):
        if match.start() > at:
            yield False, text[at : match.start()]
        yield True, match.group()
        at = match.end()
    if at < len(text):
        yield False, text[at:]


def normalise(text: str) -> str:
    """A text as Slack keeps it: its own <...> forms stay, every other control character becomes an entity."""
    return "".join(
        part if is_form else _BARE_AMPERSAND.sub("&amp;", part).replace("<", "&lt;").replace(">", "&gt;")
        for is_form, part in _split(text)
    )


def rung_by(text: str) -> list[str]:
    """Whom a text notifies: user ids, user group ids, and "channel", "here" or "everyone"."""
    rung = []
    for is_form, part in _split(text):
        if not is_form:
            continue
        body = part[1:-1].split("|")[0]
        if body.startswith("@"):
            rung.append(body[1:])
        elif body.startswith("!subteam^"):
            rung.append(body.removeprefix("!subteam^"))
        elif body in ("!channel", "!here", "!everyone"):
            rung.append(body[1:])
    return rung


def rung_by_blocks(node: Any) -> list[str]:
    """Whom the mrkdwn, markdown and rich text below `node` notify."""
    rung: list[str] = []
    if isinstance(node, list):
        for child in node:
            rung += rung_by_blocks(child)
    elif isinstance(node, dict):
        kind = node.get("type")
        if kind in ("mrkdwn", "markdown") and isinstance(node.get("text"), str):
            return rung_by(node["text"])
        if kind == "user" and "user_id" in node:
            return [node["user_id"]]
        if kind == "usergroup" and "usergroup_id" in node:
            return [node["usergroup_id"]]
        if kind == "broadcast" and "range" in node:
            return [node["range"]]
        for child in node.values():
            rung += rung_by_blocks(child)
    return rung


def typed(text: str, users: dict[str, str], bot_id: str) -> str:
    """What a person typed, as Slack's client sends it.

    `users` maps handles to ids. "@handle", "<@ID>" and "<@BOT>" become mentions; everything else is escaped, so
    that a typed "<!channel>" is only shown.
    """
    ids = set(users.values()) | {bot_id}
    marked = text.replace("<@BOT>", f"<@{bot_id}>")

    def mention(match: re.Match[str]) -> str:
        identity = users.get(match.group(1).rstrip(".-_"))
        return f"<@{identity}>" if identity else match.group()

    parts = []
    for is_form, part in _split(marked):
        if is_form and part.startswith("<@") and part[2:-1].split("|")[0] in ids:
            parts.append(part)
        else:
            parts.append(re.sub(r"(?<!\S)@([a-z0-9][a-z0-9._-]*)", mention, escape(part)))
    return "".join(parts)


def readable(text: str, name_of: Callable[[str], str], now: datetime) -> str:
    """A mrkdwn text as it is read at `now` in its time zone; `name_of` gives "@name" or "#name" for an id."""
    shown = []
    for is_form, part in _split(text):
        if not is_form:
            shown.append(unescape(part))
            continue
        body, _, label = part[1:-1].partition("|")
        if body.startswith(("@", "#")):
            shown.append(name_of(body[1:]))
        elif body.startswith("!subteam^"):
            shown.append(unescape(label) or name_of(body.removeprefix("!subteam^")))
        elif body.startswith("!date^"):
            shown.append(date_text(body, unescape(label), now))
        elif body.startswith("!"):
            shown.append(f"@{body[1:]}")
        else:
            shown.append(unescape(label or body))
    return "".join(shown)


def date_text(body: str, fallback: str, now: datetime) -> str:
    """A "!date^epoch^format^link" as shown at `now` in its time zone; the fallback when a token is unknown."""
    fields = body.split("^")
    try:
        moment = datetime.fromtimestamp(int(fields[1]), UTC).astimezone(now.tzinfo)
        return _DATE_TOKEN.sub(lambda token: _date_part(token.group(1), moment, now), fields[2])
    except (KeyError, ValueError, OverflowError, OSError):
        return fallback


def _date_part(token: str, moment: datetime, now: datetime) -> str:
    days = (moment.date() - now.date()).days
    pretty = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days, "") if token.endswith("_pretty") else ""
    clock = f"{moment:%I:%M %p}".lstrip("0")
    forms = {
        "date_num": f"{moment:%Y-%m-%d}",
        "date": f"{moment:%B} {moment.day}, {moment.year}",
        "date_short": f"{moment:%b} {moment.day}, {moment.year}",
        "date_long": f"{moment:%A}, {moment:%B} {moment.day}, {moment.year}",
        "date_slash": f"{moment:%m/%d/%Y}",
        "day_divider_pretty": f"{moment:%A}, {moment:%B} {moment.day}",
        "time": clock,
        "time_secs": f"{moment:%I:%M:%S %p}".lstrip("0"),
        "ago": f"{moment:%b} {moment.day}, {moment.year} at {clock}",
    }
    base = token if token in forms else token.removesuffix("_pretty")
    return pretty or forms[base]
