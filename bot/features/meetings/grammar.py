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

    `whole` is the name together with the kind of change that was read behind it (`oxford economics`): an account that
    is called so is meant. `in_line` says that at least one of the parts was given.
    """

    account: str | None = None
    change: Change | None = None
    changed: str | None = None
    unproven: str | None = None
    next_action: str | None = None
    by: str | None = None
    whole: str | None = None

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
    fields = [field for field in _FIELD.finditer(words) if _is_label(field["label"])]
    head = words[: fields[0].start()] if fields else words
    name, rest = unquoted(head.strip())
    if name is None:
        head, change = _bare_change(head.strip(), alone=not fields)
    elif rest:
        change = _kind_of(rest)
        if change is None or fields:
            raise UserError(MeetingRefusal.NO_PART_OF_ANSWER, words=rest, usage=_ONE_LINE)
        head = name
    else:
        head, change = name, None
    whole = words if change is not None and name is None else None
    parts = _parts(words, fields)
    said, changed = _change(parts.get("changed"))
    next_action, by = _by(parts.get("next"))
    return AnswerRequest(head or None, said or change, changed, parts.get("unproven"), next_action, by, whole)


def _bare_change(head: str, *, alone: bool) -> tuple[str, Change | None]:
    """The name and the kind of change in `acme nothing changed` or `acme behaviour`; a date alone is no answer."""
    match = _BARE.fullmatch(head) if alone else None
    if match is not None:
        return match["name"], _kind_of(match["kind"])
    if alone and (dated := _BY.fullmatch(head)) and _may_be_day(dated["when"]):
        raise UserError(MeetingRefusal.DAY_WITHOUT_STEP, day=dated["when"].strip(" ."))
    return head, None


def _is_label(label: str) -> bool:
    return _kind_of(label) is not None or bool(_nearest_field(label))


def _nearest_field(label: str) -> list[str]:
    return get_close_matches(label.casefold(), _ANSWER_FIELDS, 1, 0.85)


def _parts(words: str, fields: list[re.Match[str]]) -> dict[str, str]:
    """What stands behind each label. `behaviour: …` is short for `changed: behaviour, …`."""
    parts: dict[str, str] = {}
    ends = [*(field.start() for field in fields[1:]), len(words)]
    for field, end in zip(fields, ends, strict=False):
        label, kind = field["label"].casefold(), _kind_of(field["label"])
        nearest = "changed" if kind is not None else _nearest_field(field["label"])[0]
        if kind is None and label != nearest:
            raise UserError(MeetingRefusal.LABEL_UNKNOWN, label=label, nearest=nearest)
        if nearest in parts:
            raise UserError(MeetingRefusal.LABEL_TWICE, label=nearest)
        text = words[field.end() : end].strip()
        if not text:
            raise UserError(MeetingRefusal.LABEL_EMPTY, label=label, usage=_ONE_LINE)
        parts[nearest] = text if kind is None else f"{kind}, {text}"
    return parts


def _kind_of(word: str) -> Change | None:
    """The kind of change that a word names: `behavior` and `nothing changed` as well."""
    return _SYNONYMS.get(" ".join(word.casefold().split()).strip(" ."))


def _change(text: str | None) -> tuple[Change | None, str | None]:
    """The kind of change if the text begins with one (`belief, they now trust the numbers`), and the rest."""
    match = _KIND.fullmatch(text or "")
    if match is None:
        return None, text
    kind, rest = _SYNONYMS[" ".join(match["kind"].casefold().split())], match["rest"] or None
    if rest is None and kind is not Change.NOTHING:
        raise UserError(MeetingRefusal.CHANGE_WITHOUT_WORDS, kind=str(kind))
    return kind, rest


def _by(text: str | None) -> tuple[str | None, str | None]:
    """The step and its day in words. What stands behind the last "by" and is no day belongs to the step; what begins
    as a day does is kept as one, so that whoever reads it says what cannot be read."""
    match = _BY.fullmatch(text or "")
    if match is None or not _may_be_day(match["when"]):
        return text, None
    return match["what"].strip(" ,;."), match["when"].strip(" .")


def _may_be_day(when: str) -> bool:
    words = when.strip(" .")
    return due(words, date.min.replace(year=2000)) is not None or _BEGINS_AS_DAY.match(words) is not None


_ANSWER_FIELDS = ["changed", "unproven", "next"]
_ONE_LINE = next(f"{COMMAND} {form.usage}" for form in _FORMS if "changed:" in form.usage)
GRAMMAR = Grammar(
    COMMAND,
    _FORMS,
    "[account] [changed: … unproven: … next: … by friday] | away until … | back | settings | help",
    _answer,
)

_FIELD = re.compile(r"(?<!\S)(?P<label>[A-Za-z]{3,10})\s?:(?!/)")
_SYNONYMS = {
    **{change.value: change for change in Change},
    "behavior": Change.BEHAVIOUR,
    "nothing changed": Change.NOTHING,
    "no change": Change.NOTHING,
    "nothing new": Change.NOTHING,
}
_KINDS = "|".join(sorted(_SYNONYMS, key=len, reverse=True)).replace(" ", r"\s+")
_KIND = re.compile(rf"(?P<kind>{_KINDS})\s*(?:[-–—:,;.]\s*(?P<rest>.*))?", re.IGNORECASE)
_BARE = re.compile(rf"(?P<name>.*?)\s*[-–—:,;]?\s*(?<!\S)(?P<kind>{_KINDS})\.?", re.IGNORECASE)
_BEGINS_AS_DAY = re.compile(
    r"\d{1,4}(?:[./-]|st|nd|rd|th|\s|$)|(?:mon|tues?|wed|thur?s?|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"[a-z]*\b|next\b|end of\b|tomorrow|today",
    re.IGNORECASE,
)
_AWAY = re.compile(r"away(?:\s+until\s+(?P<until>.+))?", re.IGNORECASE)
_FOLLOW = re.compile(r"away\s+status(?:\s+(?:on|(?P<off>off)))?", re.IGNORECASE)
_BY = re.compile(r"(?P<what>.+)\bby (?P<when>[^:]{2,30})", re.IGNORECASE)
