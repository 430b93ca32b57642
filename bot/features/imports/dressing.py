"""Undresses cells: what remains is the text that a person would read in the table."""

from __future__ import annotations

import html
import re
import unicodedata

# Invisible characters that exports drag along. Joiners stand inside names (emoji, Persian): they go at the ends only.
_INVISIBLE = "\u200b\u2060\ufeff\u00ad"
_AT_ENDS = _INVISIBLE + "\u200c\u200d\u200e\u200f\u061c"
# What steers a terminal or turns the direction of a text belongs to no name. Tabs and line ends are spaces.
_STEERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
_COLOURS = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
# Letters that are written in parts, as on a Mac: an e and its accent, the parts of a Korean syllable.
_PARTS = "\u0300-\u036f\u3099\u309a\u1100-\u11ff"
_SUSPICIOUS = re.compile(rf"[&<=\u00a0\u202f{_PARTS}{_AT_ENDS}]|^['\"\[]|\(https?://|{_STEERING.pattern}")
_TAG = re.compile(
    r"</?(?:a|abbr|b|br|center|div|em|font|h[1-6]|i|img|li|nobr|ol|p|small|span|strong|sub|sup|table|tbody|td|th|tr|u|ul)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\s*/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TEXT_GUARD = re.compile(r'="((?:[^"]|"")*)"')
_HYPERLINK = re.compile(r'=HYPERLINK\(\s*"[^"]*"\s*[,;]\s*"((?:[^"]|"")*)"\s*\)', re.IGNORECASE)
_QUOTED = re.compile(r'"([^"]+)"')
# As Markdown writes a link, and as Notion and Airtable export one.
_LINK = re.compile(r"(?:\[([^\[\]]+)\]|([^()\[\]]+?))\s*\(https?://[^\s()]+\)")
_FORMULA_GUARD = re.compile(r"'(?=[=+\-@])")
_DEEPEST = 3


def undressed(text: str) -> str:
    """`text` without spreadsheet guards (`="00123"`), quotes, links, tags, entities and invisible characters; trimmed.

    Only tags that exports are known for are taken as tags, so `<!channel>` and `<Acme>` stay. No-break spaces become
    plain ones.
    """
    if not _SUSPICIOUS.search(text):
        return text
    text = unicodedata.normalize("NFC", _visible(text))
    for guard in (_TEXT_GUARD, _HYPERLINK):
        if match := guard.fullmatch(text):
            text = match[1].replace('""', '"')
    if match := _QUOTED.fullmatch(text) or _LINK.fullmatch(text):
        text = next(part for part in match.groups() if part)
    text = _FORMULA_GUARD.sub("", text) if text.startswith("'") else text
    text = _TAG.sub("", _BREAK.sub(" ", text))
    for _ in range(_DEEPEST):
        plain = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
        if plain == text:
            break
        text = plain
    return _visible(text)


def bare_id(text: str) -> str:
    """An id without what spreadsheets put before it, and without spaces at its ends or no-break ones inside."""
    return undressed(text).removeprefix("'").strip().replace("\u00a0", "")


def _visible(text: str) -> str:
    text = _STEERING.sub("", _COLOURS.sub("", text))
    for char in _INVISIBLE:
        if char in text:
            text = text.replace(char, "")
    previous = ""
    while text != previous:
        previous, text = text, text.strip().strip(_AT_ENDS)
    return text.replace("\u00a0", " ").replace("\u202f", " ") if "\u00a0" in text or "\u202f" in text else text
