"""Rich text, where Slack takes no mrkdwn: a cell with a style or an emoji, and the first words of a rich input."""

from xml.etree.ElementTree import Element as Node

import slackblocks as sb

from bot.slack.markup.errors import CompileError
from bot.slack.markup.inline import emoji_name
from bot.slack.markup.text import blank, cut, line

_STYLES = {"b": "bold", "i": "italic", "s": "strike", "code": "code"}
IN_CELL = frozenset({*_STYLES, "emoji"})


def section(node: Node, limit: int) -> sb.RichTextSection | None:
    """The content of a cell in at most `limit` characters; None when nothing in it can be seen."""
    leaves: list[sb.RichTextElement] = []
    room = _walk(node, frozenset(), limit, leaves)
    if room < 0:
        leaves.append(sb.RichText("…"))
    has_emoji = any(isinstance(leaf, sb.RichTextEmoji) for leaf in leaves)
    return sb.RichTextSection(leaves) if has_emoji or not blank("".join(node.itertext())) else None


def words(text: str) -> sb.RichTextBlock:
    """Plain words as a rich_text block; line breaks stay."""
    return sb.RichTextBlock(sb.RichTextSection([sb.RichText(text)]))


def _walk(node: Node, styles: frozenset[str], room: int, leaves: list[sb.RichTextElement]) -> int:
    """Add the leaves below a node; what is left of the room, below 0 where something had to be cut."""
    room = _add(node.text, styles, room, leaves)
    for child in node:
        if child.tag == "emoji":
            if room >= 0:
                leaves.append(sb.RichTextEmoji(emoji_name(child)))
        elif child.tag in _STYLES:
            room = _walk(child, styles | {_STYLES[child.tag]}, room, leaves)
        else:
            allowed = ", ".join(sorted(IN_CELL))
            raise CompileError(f"<{child.tag}> cannot stand in a cell; these can: {allowed}", child.get("_", "?"))
        room = _add(child.tail, styles, room, leaves)
    return room


def _add(raw: str | None, styles: frozenset[str], room: int, leaves: list[sb.RichTextElement]) -> int:
    text = line(raw or "")
    text = text.lstrip() if not leaves else text
    if not text or room < 0:
        return room
    shown = text if len(text) <= room else cut(text, max(room, 1)).rstrip("…")
    if shown:
        leaves.append(sb.RichText(shown, **dict.fromkeys(styles, True)))
    return room - len(text)
