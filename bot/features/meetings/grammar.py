"""The grammar of `/answer`: the answers owed, the form, or an answer in one line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from bot.app.actor import UserError
from bot.domain.enums import Change
from bot.features.meetings.refusals import MeetingRefusal
from bot.slack.date_phrases import due
from bot.slack.grammar import CommandForm, Grammar, unquoted

COMMAND = "/answer"


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
class AwayRequest:
    """`/answer away until …` with the day in words, or `/answer back` (`until` None)."""

    until: str | None


@dataclass(frozen=True, slots=True)
class FollowRequest:
    """`/answer away status [off]`: read the member's Slack status, or stop."""

    follows: bool


@dataclass(frozen=True, slots=True)
class SettingsRequest:
    """`/answer settings`: when somebody works, and when and how they are asked."""


_FORMS = (
    CommandForm("", "the answers you owe"),
    CommandForm("<account>", "answer for an account"),
    CommandForm(
        "<account> changed: … unproven: … next: … by friday", "answer in one line; you see it before it is kept"
    ),
    CommandForm("away until friday", "your deputy, or else your manager, is asked meanwhile", "away"),
    CommandForm("away status", "an away status in Slack does the same; “away status off” ends it", "away"),
    CommandForm("back", "you are asked again", "back"),
    CommandForm("settings", "your hours, your morning message, away", "settings"),
)


def _answer(words: str) -> AnswerRequest | AwayRequest | FollowRequest | SettingsRequest:
    if words.casefold() == "back":
        return AwayRequest(None)
    if words.casefold() in ("settings", "setting"):
        return SettingsRequest()
    if match := _FOLLOW.fullmatch(words):
        return FollowRequest(match["off"] is None)
    if match := _AWAY.fullmatch(words):
        if match["until"] is None:
            raise UserError(MeetingRefusal.AWAY_WITHOUT_DAY)
        return AwayRequest(match["until"].strip())
    fields = [field for field in _FIELD.finditer(words) if _nearest_field(field["label"])]
    head = words[: fields[0].start()] if fields else words
    name, rest = unquoted(head.strip())
    if name is not None and rest:
        raise UserError(MeetingRefusal.NO_PART_OF_ANSWER, words=rest, usage=_ONE_LINE)
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
            raise UserError(MeetingRefusal.LABEL_UNKNOWN, label=label, nearest=nearest)
        if nearest in parts:
            raise UserError(MeetingRefusal.LABEL_TWICE, label=nearest)
        parts[nearest] = words[field.end() : end].strip()
        if not parts[nearest]:
            raise UserError(MeetingRefusal.LABEL_EMPTY, label=nearest, usage=_ONE_LINE)
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


_ANSWER_FIELDS = ["changed", "unproven", "next"]
_ONE_LINE = next(f"{COMMAND} {form.usage}" for form in _FORMS if "changed:" in form.usage)
GRAMMAR = Grammar(
    COMMAND,
    _FORMS,
    "[account] [changed: … unproven: … next: … by friday] | away until … | back | settings | help",
    _answer,
)

_FIELD = re.compile(r"(?<!\S)(?P<label>[A-Za-z]{3,10})\s?:(?!/)")
_KIND = re.compile(rf"(?P<kind>{'|'.join(Change)}|behavior)\s*(?:[-–—:,;.]\s*(?P<rest>.*))?", re.IGNORECASE)
_AWAY = re.compile(r"away(?:\s+until\s+(?P<until>.+))?", re.IGNORECASE)
_FOLLOW = re.compile(r"away\s+status(?:\s+(?:on|(?P<off>off)))?", re.IGNORECASE)
_BY = re.compile(r"(?P<what>.+)\bby (?P<when>[^:]{2,30})", re.IGNORECASE)
