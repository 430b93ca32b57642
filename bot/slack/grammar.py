"""The grammar of the slash commands: one table that both parses what people type and prints the help.

`parse` gives a typed request or raises `UserError` with a sentence that says what to write instead. An account's name
may have spaces, so a subcommand is a known word at the end (`/proof acme corp plan`); a name in quotes is only a name
(`/proof "plan"`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import StrEnum

from bot.app.actor import UserError
from bot.domain.enums import Change
from bot.slack.date_phrases import due
from bot.slack.ids import Command
from bot.slack.refusals import SlackRefusal


class Topic(StrEnum):
    """What of an account is asked for; `card` is what comes without a word."""

    CARD = "card"
    EVIDENCE = "evidence"
    PLAN = "plan"
    GAP = "gap"
    RISK = "risk"
    HISTORY = "history"
    JUDGE = "judge"
    CADENCE = "cadence"
    AGENDA = "agenda"
    ACTIONS = "actions"
    STAGE = "stage"
    TIER = "tier"
    PACKET = "packet"


@dataclass(frozen=True, slots=True)
class Help:
    """`/proof help`."""

    command: Command


@dataclass(frozen=True, slots=True)
class Show:
    """`/proof <account> [topic]`; `as_of` for the card as it was, `since` for a part of the history.

    `hint` is what to say if no account has this name: the end of it looks like a mistyped topic.
    """

    account: str
    topic: Topic = Topic.CARD
    as_of: date | None = None
    since: date | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class NewAccountRequest:
    """`/proof new`."""


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """`/answer [account]`, or an answer in one line; `by` is what stands after the last "by", a date in words.

    `in_line` says that at least one of the parts was given.
    """

    account: str | None = None
    change: Change | None = None
    changed: str | None = None
    unproven: str | None = None
    next_action: str | None = None
    by: str | None = None

    @property
    def in_line(self) -> bool:
        return any((self.change, self.changed, self.unproven, self.next_action))


@dataclass(frozen=True, slots=True)
class PortfolioRequest:
    """`/portfolio [@owner | name]`: mine, a colleague's (`owner` is a Slack user id), or the one of this name."""

    owner: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class PortfolioSetup:
    """`/portfolio setup [name]`."""

    name: str | None = None


Request = Help | Show | NewAccountRequest | AnswerRequest | PortfolioRequest | PortfolioSetup


@dataclass(frozen=True, slots=True)
class CommandForm:
    """One way to use a command: how it is written, what it does, and the word that tells it from the others."""

    command: Command
    usage: str
    does: str
    word: str = ""

    @property
    def written(self) -> str:
        return f"{self.command} {self.usage}".strip()


def _about(topic: Topic, does: str, extra: str = "") -> CommandForm:
    return CommandForm(Command.PROOF, f"<account> {topic}{extra}", does, topic)


FORMS: tuple[CommandForm, ...] = (
    CommandForm(Command.PROOF, "<account>", "the card: what is proven, what is not, who moves next"),
    _about(Topic.EVIDENCE, "every piece of evidence, or add one"),
    _about(Topic.PLAN, "what success is, who owns it, what will slow it down"),
    _about(Topic.GAP, "what is unproven, and the risk if it stays so"),
    _about(Topic.RISK, "the open risks"),
    _about(Topic.HISTORY, "who changed what, when", " [since 2026-03-01]"),
    _about(Topic.JUDGE, "say whether it is retained in substance"),
    _about(Topic.CADENCE, "its customer meetings"),
    _about(Topic.AGENDA, "four lines for the next meeting"),
    _about(Topic.ACTIONS, "the open next steps; close one when the customer was told"),
    _about(Topic.PACKET, "the story that its champion can defend in five minutes"),
    _about(Topic.STAGE, "where it stands, the test to get on, how long it took"),
    _about(Topic.TIER, "how much attention its ARR pays for"),
    CommandForm(Command.PROOF, "<account> as of 2026-03-01", "the card as it was on that day"),
    CommandForm(Command.PROOF, "new", "add an account", "new"),
    CommandForm(Command.ANSWER, "", "the answers you owe"),
    CommandForm(Command.ANSWER, "<account>", "answer for an account"),
    CommandForm(
        Command.ANSWER,
        "<account> changed: … unproven: … next: … by friday",
        "answer in one line; you see it before it is kept",
    ),
    CommandForm(Command.PORTFOLIO, "", "your portfolio, worst first"),
    CommandForm(Command.PORTFOLIO, "@owner", "the accounts of a colleague"),
    CommandForm(Command.PORTFOLIO, "<name>", "the portfolio of this name"),
    CommandForm(Command.PORTFOLIO, "setup", "name, channel, manager and digest time", "setup"),
    *(CommandForm(command, "help", "this list", "help") for command in Command),
)


@dataclass(frozen=True, slots=True)
class HelpLine:
    """`written` is what to type, `does` what then happens."""

    written: str
    does: str


@dataclass(frozen=True, slots=True)
class HelpView:
    """The help of one command."""

    command: str
    lines: tuple[HelpLine, ...]


def help_of(command: Command) -> HelpView:
    """What can be written after `command`, as the table has it."""
    return HelpView(command, tuple(HelpLine(form.written, form.does) for form in FORMS if form.command is command))


def usage_hint(command: Command) -> str:
    """The hint that Slack shows beside a command while somebody types it; the manifest carries it."""
    words = [form.word for form in FORMS if form.command is command and form.word]
    return {
        Command.PROOF: f"<account> [{' | '.join(word for word in words if word not in ('new', 'help'))}] | new | help",
        Command.ANSWER: "[account] [changed: … unproven: … next: … by friday] | help",
        Command.PORTFOLIO: "[@owner | name] | setup | help",
    }[command]


def parse(command: str, text: str) -> Request:
    """What was asked for by `command` with `text` behind it, as Slack sends it; raises `UserError`."""
    which = Command(command)
    words = " ".join(html.unescape(text).split())
    if words.casefold() == "help":
        return Help(which)
    return _PARSERS[which](words)


def _proof(words: str) -> Request:
    if not words:
        return Help(Command.PROOF)
    name, rest = _unquoted(words)
    if name is not None:
        return _show(name, rest) if rest else Show(name)
    if words.casefold() == "new":
        return NewAccountRequest()
    if words.casefold() in _TOPICS:
        raise UserError(SlackRefusal.TOPIC_WITHOUT_ACCOUNT, topic=words.casefold(), typed=words)
    return _show("", words)


def _show(name: str, rest: str) -> Show:
    """`rest` follows a quoted `name`; without one, `rest` starts with the name."""
    if match := _AS_OF.fullmatch(rest):
        return Show(_named(name, match["head"]), as_of=_day(match["day"]))
    if match := _SINCE.fullmatch(rest):
        return Show(_named(name, match["head"]), Topic.HISTORY, since=_day(match["since"] or match["day"]))
    head, _, last = rest.rpartition(" ")
    if last.casefold() in _TOPICS and (head or name):
        return Show(_named(name, head), Topic(last.casefold()))
    near = get_close_matches(last.casefold(), _TOPICS, 1, 0.7) if head or name else []
    if name:
        raise UserError(SlackRefusal.TOPIC_UNKNOWN, topic=rest, account=name, nearest=near[0] if near else None)
    hint = f"Did you mean {Command.PROOF} {head} {near[0]}?" if near and head else None
    return Show(rest, hint=hint)


def _named(name: str, head: str) -> str:
    chosen_name = name or head.strip()
    if not chosen_name or (name and head.strip()):
        raise UserError(SlackRefusal.ACCOUNT_MISSING)
    return chosen_name


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise UserError(SlackRefusal.DATE_UNREADABLE, day=written) from None


def _answer(words: str) -> Request:
    fields = [field for field in _FIELD.finditer(words) if _nearest_field(field["label"])]
    head = words[: fields[0].start()] if fields else words
    name, rest = _unquoted(head.strip())
    if name is not None and rest:
        raise UserError(SlackRefusal.NO_PART_OF_ANSWER, words=rest, usage=_ONE_LINE)
    account = name if name is not None else head.strip() or None
    parts = _parts(words, fields)
    change, changed = _change(parts.get("changed"))
    next_action, by = _by(parts.get("next"))
    return AnswerRequest(account, change, changed, parts.get("unproven"), next_action, by)


def _nearest_field(label: str) -> list[str]:
    return get_close_matches(label.casefold(), _ANSWER_FIELDS, 1, 0.85)


def _parts(words: str, fields: list[re.Match[str]]) -> dict[str, str]:
    parts: dict[str, str] = {}
    ends = [*(field.start() for field in fields[1:]), len(words)]
    for field, end in zip(fields, ends, strict=False):
        label, nearest = field["label"].casefold(), _nearest_field(field["label"])[0]
        if label != nearest:
            raise UserError(SlackRefusal.LABEL_UNKNOWN, label=label, nearest=nearest)
        if nearest in parts:
            raise UserError(SlackRefusal.LABEL_TWICE, label=nearest)
        parts[nearest] = words[field.end() : end].strip()
        if not parts[nearest]:
            raise UserError(SlackRefusal.LABEL_EMPTY, label=nearest, usage=_ONE_LINE)
    return parts


def _change(text: str | None) -> tuple[Change | None, str | None]:
    """The kind of change if the text begins with one (`belief, they now trust the numbers`), and the rest."""
    match = _KIND.fullmatch(text or "")
    if match is None:
        return None, text
    kind = match["kind"].casefold()
    return Change.BEHAVIOUR if kind == "behavior" else Change(kind), match["rest"] or None


def _by(text: str | None) -> tuple[str | None, str | None]:
    match = _BY.fullmatch(text or "")
    if match is None or due(match["when"], date.min.replace(year=2000)) is None:
        return text, None
    return match["what"].strip(" ,;."), match["when"].strip(" .")


def _portfolio(words: str) -> Request:
    if not words:
        return PortfolioRequest()
    if match := _MENTION.fullmatch(words):
        return PortfolioRequest(owner=match["id"])
    name, rest = _unquoted(words)
    if name is not None and not rest:
        return PortfolioRequest(name=name)
    first, _, behind = words.partition(" ")
    if first.casefold() == "setup":
        return PortfolioSetup(_unquoted(behind)[0] or behind or None)
    return PortfolioRequest(name=words)


def _unquoted(words: str) -> tuple[str | None, str]:
    """The quoted name that `words` start with and what follows it; no name if they start with no quote."""
    match = _QUOTED.fullmatch(words)
    return (match["name"].strip(), match["rest"].strip()) if match else (None, words)


_TOPICS = [topic.value for topic in Topic if topic is not Topic.CARD]
_ANSWER_FIELDS = ["changed", "unproven", "next"]
_ONE_LINE = next(form.written for form in FORMS if "changed:" in form.usage)
_PARSERS: dict[Command, Callable[[str], Request]] = {
    Command.PROOF: _proof,
    Command.ANSWER: _answer,
    Command.PORTFOLIO: _portfolio,
}

_AS_OF = re.compile(r"(?P<head>.*?)\s*\bas of (?P<day>.+)", re.IGNORECASE)
_SINCE = re.compile(r"(?P<head>.*?)\s*\bhistory (?:since (?P<since>.+)|(?P<day>\S*\d\S*))", re.IGNORECASE)
# Keyboards of phones and Macs turn straight quotes into the others.
_QUOTED = re.compile(r"[\"“”„«»](?P<name>[^\"“”„«»]+)[\"“”„«»](?P<rest>.*)")
_FIELD = re.compile(r"(?<!\S)(?P<label>[A-Za-z]{3,10})\s?:(?!/)")
_KIND = re.compile(rf"(?P<kind>{'|'.join(Change)}|behavior)\s*(?:[-–—:,;.]\s*(?P<rest>.*))?", re.IGNORECASE)
_BY = re.compile(r"(?P<what>.+)\bby (?P<when>[^:]{2,30})", re.IGNORECASE)
_MENTION = re.compile(r"<@(?P<id>[UW][A-Z0-9]+)(?:\|[^>]*)?>")
