"""Text from people, made safe to show in Slack.

Slack knows two kinds of text. `plain_text` is shown as it stands: nothing in it is a mention, a link or a style, so
nothing in it is escaped. `mrkdwn` is parsed: "&", "<" and ">" are entities (https://docs.slack.dev/messaging/
formatting-message-text), and the style characters have no escape at all, so they become look-alikes. Zero-width
characters are no way out: Slack takes them for a word's edge, where styles begin.
"""

import re
import unicodedata
from functools import lru_cache

from bot.slack.markup import limits

ELLIPSIS = "…"
NOTHING = "—"

_SHORT = 60
_NOT_CARRIED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SPACE = re.compile("[ \t\n\v\f\r\x85\u2028\u2029]+")
_SPACE_TO_COLLAPSE = re.compile("  +| *[\t\n\v\f\r\x85\u2028\u2029][ \t\n\v\f\r\x85\u2028\u2029]*")
_INVISIBLE = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0]*"
)
_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
_RTL_RUN = re.compile(f"[{_RTL}](?:[^A-Za-z]*[{_RTL}])?")
_STYLE = re.compile("[*~`＊｀＿]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LOOKALIKE = {"*": "∗", "＊": "﹡", "_": "ˍ", "＿": "ˍ", "~": "∼", "`": "ˋ", "｀": "ˋ"}
_QUOTE = re.compile("^(?=&gt;|＞)", re.MULTILINE)
_PART_OF_ENTITY = re.compile("&[a-z]{0,3}$")
_URL = re.compile(r"(?:https?://|mailto:|tel:|slack://)[^\s]+", re.IGNORECASE)


def carried(text: str) -> str:
    """`text` without what XML 1.0 or PostgreSQL cannot carry: control characters and lone surrogates."""
    return _NOT_CARRIED.sub("", text)


def contained(text: str) -> str:
    """`text` with its writing direction kept to itself.

    Direction overrides go, and right-to-left runs are isolated, so that a name cannot turn the words around it.
    """
    return text if text.isascii() else _RTL_RUN.sub("\u2068\\g<0>\u2069", _DIRECTION.sub("", text))


def line(text: str) -> str:
    """`text` as one piece of a line: white space collapsed, and its writing direction kept to itself."""
    return _SPACE_TO_COLLAPSE.sub(" ", contained(text))


def escape(text: str) -> str:
    """Entities for the three characters that mrkdwn parses, so that "<!channel>" is only shown."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unstyled(text: str) -> str:
    """Escaped `text` in which no character opens or closes a style.

    An underscore inside a word stays, because Slack leaves it alone: "first_value_at", ":white_check_mark:".
    """
    return escape(_STYLE.sub(lambda match: _LOOKALIKE[match.group()], text))


def unquoted(text: str) -> str:
    """mrkdwn whose lines do not start with an escaped ">", which Slack would draw as a quotation."""
    return _QUOTE.sub("\u00ad", text) if "&gt;" in text or "＞" in text else text


def blank(text: str) -> bool:
    """Whether nothing in `text` can be seen."""
    return _INVISIBLE.fullmatch(text) is not None


def plain(text: str, limit: int) -> str:
    """`text` for a plain_text object: one line, cut at `limit`, never empty."""
    return _kept_plain(text, limit) if len(text) <= _SHORT else _plain(text, limit)


def _plain(text: str, limit: int) -> str:
    text = line(text).strip()
    return NOTHING if blank(text) else cut(text, limit)


_kept_plain = lru_cache(maxsize=2048)(_plain)
"""Kept for short texts, because most are labels of buttons, which stand in every message."""


def sentence(text: str, limit: int) -> str:
    """`text` for a mrkdwn field without markup of ours: one line, escaped, cut at `limit`, never empty."""
    text = unquoted(unstyled(line(text).strip()))
    return NOTHING if blank(text) else cut(text, limit)


def link(url: str) -> str | None:
    """`url` as it may stand in mrkdwn or a url field, unescaped; None when no reader could open it."""
    url = _DIRECTION.sub("", url).strip()
    url = _SPACE.sub("%20", url).replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
    return url if _URL.fullmatch(url) and len(url) <= limits.URL else None


def cut(text: str, limit: int) -> str:
    """`text` in at most `limit` characters (at least 1), ended with "…" after a whole word if it had to be cut.

    It never ends inside an entity or a grapheme cluster. Doing it twice changes nothing.
    """
    if len(text) <= limit:
        return text
    end = _whole(text, limit - 1)
    head = text[:end]
    if not text[end].isspace():
        word = max(head.rfind(" "), head.rfind("\n"))
        head = head[:word] if word > end * 0.6 else head
    return head.rstrip() + ELLIPSIS


def _whole(text: str, end: int) -> int:
    """The last place up to `end` where `text` can be split."""
    while end > 0:
        entity = _PART_OF_ENTITY.search(text, max(0, end - 4), end)
        if entity:
            end = entity.start()
        elif _joined(text, end):
            end -= 1
        else:
            break
    return end


def _joined(text: str, at: int) -> bool:
    """Whether the characters around `at` are one grapheme to a reader (the cases of UAX #29 that people type)."""
    before, after = text[at - 1], text[at]
    if after < "\u0300":
        return False
    if before == "\u200d" or after in "\u200c\u200d" or unicodedata.category(after)[0] == "M":
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f" or "\u1160" <= after <= "\u11ff":
        return True
    if not "\U0001f1e6" <= after <= "\U0001f1ff":
        return False
    flags = len(text[:at]) - len(text[:at].rstrip("".join(map(chr, range(0x1F1E6, 0x1F200)))))
    return flags % 2 == 1
