"""The grammar of `/proof`: an account's name, then a topic.

A name may have spaces, so a topic is a known word at the end (`/proof acme corp plan`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import StrEnum

from bot.app.actor import UserError
from bot.app.typed import day_of
from bot.features.proof_command.refusals import ProofRefusal
from bot.slack.grammar import CommandForm, Grammar, Help, unquoted
from bot.slack.past_days import been

COMMAND = "/proof"


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
    CONTRACTS = "contracts"
    SIGNALS = "signals"
    RENEWAL = "renewal"
    EDIT = "edit"
    MERGE = "merge"


@dataclass(frozen=True, slots=True)
class Show:
    """`/proof <account> [topic]`; `as_of` for the card as it was, `since` for a part of the history: a day, or words
    such as `yesterday`, which mean a day where the reader is.

    `whole` is what the account may be called instead, all words together: their end is a topic by another name only.
    `unknown` is what was typed for a topic and is none, `near` the topic that it looks like.
    """

    account: str
    topic: Topic = Topic.CARD
    as_of: date | str | None = None
    since: date | str | None = None
    whole: str | None = None
    unknown: str | None = None
    near: Topic | None = None


@dataclass(frozen=True, slots=True)
class Which:
    """`/proof plan`: a topic without an account."""

    topic: Topic


@dataclass(frozen=True, slots=True)
class NewAccountRequest:
    """`/proof new`."""


ProofRequest = Show | Which | NewAccountRequest


def _about(topic: Topic, does: str, extra: str = "") -> CommandForm:
    return CommandForm(f"<account> {topic}{extra}", does, topic)


_FORMS = (
    CommandForm("<account>", "the card: what is proven, what is not, who moves next"),
    _about(Topic.EVIDENCE, "every piece of evidence, or add one"),
    _about(Topic.PLAN, "what success is, who owns it, what will slow it down"),
    _about(Topic.GAP, "what is not proven, and the risk if it never comes"),
    _about(Topic.RISK, "the open risks"),
    _about(Topic.HISTORY, "who changed what, when", " [since 2026-03-01]"),
    _about(Topic.JUDGE, "say whether they would renew on value"),
    _about(Topic.CADENCE, "its customer meetings"),
    _about(Topic.AGENDA, "four lines for the next meeting"),
    _about(Topic.ACTIONS, "the open next steps; close one when the customer was told"),
    _about(Topic.PACKET, "what is proven, as their champion can present it"),
    _about(Topic.CONTRACTS, "what is in force, until when and for how much"),
    _about(Topic.RENEWAL, "terms, last day to act, your call; record how it ended"),
    _about(Topic.SIGNALS, "what sources outside say: usage, support, billing"),
    _about(Topic.STAGE, "its stage, what it takes to leave it, and how long it took"),
    _about(Topic.TIER, "how much attention it gets, and who decided it"),
    _about(Topic.EDIT, "its name, owner, deputy, portfolio and CRM record"),
    _about(Topic.MERGE, "put another account into this one, with all that it has"),
    CommandForm("<account> as of 2026-03-01", "the card as it was on that day"),
    CommandForm("new", "add an account", "new"),
)


def _proof(words: str) -> ProofRequest | Help:
    if not words:
        return Help()
    name, rest = unquoted(words)
    if name is not None:
        return _show(name, rest) if rest else Show(name)
    if words.casefold() == "new":
        return NewAccountRequest()
    if alone := _topic(words):
        return Which(alone)
    return _show("", words)


def _show(name: str, rest: str) -> Show:
    """`rest` follows a quoted `name`; without one, `rest` starts with the name."""
    if match := _AS_OF.fullmatch(rest):
        return Show(_named(name, match["head"]), as_of=_day(match["day"]))
    if match := _SINCE.fullmatch(rest):
        return Show(_named(name, match["head"]), Topic.HISTORY, since=_day(match["since"] or match["day"]))
    head, _, last = rest.rpartition(" ")
    if last.casefold() == "yesterday" and (head or name):
        return Show(_named(name, head), as_of="yesterday", whole=None if name else rest)
    if (topic := _topic(last)) and (head or name):
        return Show(_named(name, head), topic)
    if (topic := _SYNONYMS.get(last.casefold())) and (head or name):
        return Show(_named(name, head), topic, whole=None if name else rest)
    near = _near(last) if head or name else None
    if name:
        return Show(name, unknown=rest, near=near)
    return Show(head, whole=rest, unknown=last, near=near) if near else Show(rest)


def _topic(word: str) -> Topic | None:
    named = _PLURALS.get(word.casefold(), word.casefold())
    return Topic(named) if named in _TOPICS else None


def _near(word: str) -> Topic | None:
    """The topic that a word looks like, by any of its names."""
    close = get_close_matches(word.casefold(), [*_TOPICS, *_PLURALS, *_SYNONYMS], 1, 0.7)
    return _topic(close[0]) or _SYNONYMS[close[0]] if close else None


def _day(words: str) -> date | str:
    """A written day, or words that mean one wherever somebody is; raises `UserError` if they mean none."""
    return words.strip() if been(words, _ANY_DAY) else day_of(words)


def _named(name: str, head: str) -> str:
    chosen_name = name or head.strip()
    if not chosen_name or (name and head.strip()):
        raise UserError(ProofRefusal.ACCOUNT_MISSING)
    return chosen_name


_PLURALS = {
    "gaps": Topic.GAP.value,
    "risks": Topic.RISK.value,
    "action": Topic.ACTIONS.value,
    "renewals": Topic.RENEWAL.value,
    "contract": Topic.CONTRACTS.value,
    "signal": Topic.SIGNALS.value,
    "plans": Topic.PLAN.value,
    "packets": Topic.PACKET.value,
    "cadences": Topic.CADENCE.value,
    "stages": Topic.STAGE.value,
    "tiers": Topic.TIER.value,
    "agendas": Topic.AGENDA.value,
}
"""The other number of a topic: people type both."""
_SYNONYMS = {
    "card": Topic.CARD,
    "proof": Topic.EVIDENCE,
    "proofs": Topic.EVIDENCE,
    "outcome": Topic.PLAN,
    "outcomes": Topic.PLAN,
    "unproven": Topic.GAP,
    "danger": Topic.RISK,
    "dangers": Topic.RISK,
    "log": Topic.HISTORY,
    "changes": Topic.HISTORY,
    "assess": Topic.JUDGE,
    "assessment": Topic.JUDGE,
    "judgement": Topic.JUDGE,
    "meeting": Topic.CADENCE,
    "meetings": Topic.CADENCE,
    "series": Topic.CADENCE,
    "step": Topic.ACTIONS,
    "steps": Topic.ACTIONS,
    "todo": Topic.ACTIONS,
    "todos": Topic.ACTIONS,
    "usage": Topic.SIGNALS,
    "renew": Topic.RENEWAL,
    "rename": Topic.EDIT,
}
"""Other names of a topic. An account may well end in one of them, so that account comes first."""
_TOPICS = [topic.value for topic in Topic if topic is not Topic.CARD]
_WORDS = " | ".join(form.word for form in _FORMS if form.word and form.word != "new")
GRAMMAR = Grammar(COMMAND, _FORMS, f"<account> [{_WORDS}] | new | help", _proof)

_ANY_DAY = date(2026, 1, 15)
_AS_OF = re.compile(r"(?P<head>.*?)\s*\bas of (?P<day>.+)", re.IGNORECASE)
_SINCE = re.compile(r"(?P<head>.*?)\s*\bhistory (?:since (?P<since>.+)|(?P<day>\S*\d\S*|yesterday))", re.IGNORECASE)
