"""What stands inside a text: `<b>`, `<a>`, `<user/>`, `<date/>`, `<li>` … and the words between, as mrkdwn."""

import re
from collections.abc import Container
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from xml.etree.ElementTree import Element

from bot.domain.values.text import day
from bot.slack.markup.errors import CompileError
from bot.slack.markup.text import (
    ELLIPSIS,
    NOTHING,
    blank,
    contained,
    cut,
    escape,
    line,
    link,
    plain,
    unquoted,
    unstyled,
)

STYLES = {"b": "*", "i": "_", "s": "~"}
CODE, FENCE = "`", "```"
INLINE = frozenset({*STYLES, "code", "pre", "br", "a", "user", "channel", "date", "emoji", "quote", "li"})

LINK_LABEL = 300
"""Ours: a link cannot be cut, so its words are, before it crowds out the text it stands in."""

_USER = re.compile("[UW][A-Z0-9]+")
_CHANNEL = re.compile("[CG][A-Z0-9]+")
_EMOJI = re.compile("[a-z0-9_+'-]+")
_DATE_FORMAT = re.compile(
    r"(?:[^{}<>|^&]|\{(?:date(?:_num|_slash|(?:_short|_long)?(?:_pretty)?)|day_divider_pretty|time(?:_secs)?|ago)\})+"
)
_TOUCHING = re.compile(r"[\w*~`<>]")
_SHORT = 120


class Run(NamedTuple):
    """A stretch of mrkdwn in one style; `whole` ones cannot be cut."""

    text: str
    marks: str = ""
    whole: bool = False


def mrkdwn(node: Element, limit: int, elsewhere: Container[str] = ()) -> tuple[str, bool]:
    """The content of `node` as mrkdwn of at most `limit` characters, and whether it had to be cut.

    Children whose tag is in `elsewhere` are the caller's and left out. The text is "" when nothing in it can be seen.
    """
    runs = _Runs(limit, elsewhere).of(node)
    if all(blank(run.text) for run in runs):
        return "", False
    text = _joined(runs)
    return (text, False) if len(text) <= limit else (_shortened(runs, limit), True)


def words(node: Element, limit: int, elsewhere: Container[str] = ()) -> str:
    """The content of `node` as plain_text: words and `<emoji/>` only, never empty."""
    return plain(_letters(node, elsewhere), limit)


def _letters(node: Element, elsewhere: Container[str] = ()) -> str:
    parts = [node.text or ""]
    for child in node:
        if child.tag == "emoji":
            parts.append(_emoji(child))
        elif child.tag not in elsewhere:
            raise CompileError(f"<{node.tag}> holds words and <emoji/>, not <{child.tag}>", child.get("_", "?"))
        parts.append(child.tail or "")
    return "".join(parts)


class _Runs:
    """Collects the runs below one node, collapsing white space across them as HTML does."""

    def __init__(self, limit: int, elsewhere: Container[str]) -> None:
        self.elsewhere = elsewhere
        self.runs: list[Run] = []
        self.prefix = ""
        self.room = 2 * limit

    def of(self, node: Element) -> list[Run]:
        self.walk(node, "")
        return self.runs

    def walk(self, node: Element, marks: str) -> None:
        if node.text:
            self.words(node.text, marks)
        for child in node:
            if child.tag not in self.elsewhere:
                self.child(child, marks)
            if child.tail:
                self.words(child.tail, marks)

    def words(self, raw: str, marks: str) -> None:
        if self.room < 0:  # far beyond the cut
            return
        text = _template_words(raw) if len(raw) <= _SHORT else unstyled(line(raw))
        if text.startswith(" ") and (not self.runs or self.runs[-1].text[-1] in " \n"):
            text = text[1:]
        if text:
            self.add(Run(text, marks))

    def add(self, run: Run) -> None:
        if self.prefix and (not self.runs or self.runs[-1].text == "\n"):
            self.runs.append(Run(self.prefix, whole=True))
        self.runs.append(run)
        self.room -= len(run.text)

    def newline(self) -> None:
        """Starts a line, unless one has just been started."""
        if self.runs and self.runs[-1].text != "\n":
            self.runs.append(Run("\n", whole=True))

    def child(self, node: Element, marks: str) -> None:
        tag = node.tag
        if tag in STYLES:
            self.walk(node, marks if STYLES[tag] in marks else marks + STYLES[tag])
        elif tag == "br":
            self.room -= 1
            if self.room >= 0:
                self.runs.append(Run("\n", whole=True))
        elif tag == "code":
            text = _code(line(_letters(node)).strip())
            self.add(Run(text or NOTHING, marks + CODE))
        elif tag in ("li", "quote", "pre"):
            self.paragraph(node, marks)
        elif tag in FORMS:
            self.add(Run(FORMS[tag](node), marks, whole=True))
        else:
            allowed = ", ".join(sorted(INLINE))
            raise CompileError(f"<{tag}> cannot stand in a text; these can: {allowed}", node.get("_", "?"))

    def paragraph(self, node: Element, marks: str) -> None:
        self.newline()
        if node.tag == "pre":
            text = _code(contained(_letters(node).strip("\n")))
            self.add(Run(text or NOTHING, FENCE))
        elif node.tag == "li":
            self.add(Run("• ", whole=True))
            self.walk(node, marks)
        else:
            self.prefix = "> "
            self.walk(node, marks)
            self.prefix = ""
        self.newline()


@lru_cache(maxsize=2048)
def _template_words(raw: str) -> str:
    """Short words as mrkdwn; kept, because most are the template's own and stand in every message."""
    return unstyled(line(raw))


def _code(text: str) -> str:
    return escape(text.replace("`", "ˋ"))


def _link(node: Element) -> str:
    url = link(node.get("href", ""))
    label = cut(unstyled(line(_letters(node)).strip()), LINK_LABEL)
    if url is None:
        return label or NOTHING
    return f"<{escape(url)}|{label}>" if label else f"<{escape(url)}>"


def _mention(node: Element) -> str:
    form, sign = (_USER, "@") if node.tag == "user" else (_CHANNEL, "#")
    identity = node.get("id", "").strip()
    return f"<{sign}{identity}>" if form.fullmatch(identity) else unstyled(line(identity)) or NOTHING


def _emoji(node: Element) -> str:
    return f":{emoji_name(node)}:"


def emoji_name(node: Element) -> str:
    """The name of an `<emoji/>`, without colons."""
    name = node.get("name", "").strip(":")
    if not _EMOJI.fullmatch(name):
        raise CompileError(f"<emoji name> takes a name such as white_check_mark, not {name!r}", node.get("_", "?"))
    return name


def _date(node: Element) -> str:
    """A moment as `<!date^…>`, each reader's own time; a day without a time as words, so that no zone shifts it."""
    at, where = node.get("at", "").strip(), node.get("_", "?")
    if not at:
        return NOTHING
    try:
        if len(at) <= 10:
            return day(date.fromisoformat(at))
        when = datetime.fromisoformat(at)
        when = when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CompileError(f"<date at> takes an ISO 8601 date or datetime, not {at!r}", where) from None
    form = node.get("format") or "{date_short_pretty}"
    if not _DATE_FORMAT.fullmatch(form):
        raise CompileError(
            f"<date format> takes Slack's tokens, such as {{date_short}} at {{time}}, not {form!r}", where
        )
    fallback = f"{day(when)}, {when:%H:%M} UTC"
    epoch = int(when.timestamp())
    return f"<!date^{epoch}^{form}|{fallback}>" if epoch >= 0 else fallback


FORMS = {"a": _link, "user": _mention, "channel": _mention, "date": _date, "emoji": _emoji}


def _joined(runs: list[Run]) -> str:
    """The runs as one mrkdwn text. Styles open and close on each line and hug their words, or Slack ignores them."""
    if not any(run.marks for run in runs):  # most grey lines
        return _tidy("".join([run.text for run in runs]))
    parts: list[str] = []
    last, last_marks = "", ""
    for marks, group in groupby(runs, key=attrgetter("marks")):
        text = "".join(run.text for run in group)
        piece = _marked(text, marks)
        if last and (marks or last_marks) and _TOUCHING.match(last) and _TOUCHING.match(piece):
            parts.append("\u200b")
        parts.append(piece)
        last, last_marks = piece[-1:], marks
    return _tidy("".join(parts))


def _tidy(text: str) -> str:
    text = text.strip()
    return unquoted(re.sub(" +\n", "\n", text) if " \n" in text else text)


def _marked(text: str, marks: str) -> str:
    core = text.strip(" ")
    if not marks or blank(core):
        return text
    start = text.index(core)
    return f"{text[:start]}{marks}{core}{marks[::-1]}{text[start + len(core) :]}"


def _shortened(runs: list[Run], limit: int) -> str:
    """The most of `runs` that fits `limit` with an ellipsis. No form is split and no style stays open."""
    runs = runs[:limit]
    low, high = 0, len(runs)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(_joined(runs[:middle])) < limit - 1 else (low, middle - 1)
    fitting, rest = runs[:low], runs[low : low + 1]
    if rest and not rest[0].whole:
        room = limit - len(_joined([*fitting, rest[0]._replace(text="x")]))
        if room > 1:
            fitting = [*fitting, rest[0]._replace(text=cut(rest[0].text, room))]
    if not fitting or not fitting[-1].text.endswith(ELLIPSIS):
        fitting = [*fitting, Run(ELLIPSIS, whole=True)]
    while len(text := _joined(fitting)) > limit:
        fitting = [*fitting[:-2], Run(ELLIPSIS, whole=True)]
    return text
