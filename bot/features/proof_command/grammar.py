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
    """`/proof <account> [topic]`; `as_of` for the card as it was, `since` for a part of the history.

    `meant` is the command to propose if no account has this name: the end of it looks like a mistyped topic.
    """

    account: str
    topic: Topic = Topic.CARD
    as_of: date | None = None
    since: date | None = None
    meant: str | None = None


@dataclass(frozen=True, slots=True)
class NewAccountRequest:
    """`/proof new`."""


ProofRequest = Show | NewAccountRequest


def _about(topic: Topic, does: str, extra: str = "") -> CommandForm:
    return CommandForm(f"<account> {topic}{extra}", does, topic)


_FORMS = (
    CommandForm("<account>", "the card: what is proven, what is not, who moves next"),
    _about(Topic.EVIDENCE, "every piece of evidence, or add one"),
    _about(Topic.PLAN, "what success is, who owns it, what will slow it down"),
    _about(Topic.GAP, "what is unproven, and the risk if it stays so"),
    _about(Topic.RISK, "the open risks"),
    _about(Topic.HISTORY, "who changed what, when", " [since 2026-03-01]"),
    _about(Topic.JUDGE, "say whether they would renew on value"),
    _about(Topic.CADENCE, "its customer meetings"),
    _about(Topic.AGENDA, "four lines for the next meeting"),
    _about(Topic.ACTIONS, "the open next steps; close one when the customer was told"),
    _about(Topic.PACKET, "the story that its champion can defend in five minutes"),
    _about(Topic.CONTRACTS, "what is in force, until when and for how much"),
    _about(Topic.RENEWAL, "terms, last day to act, your call; record how it ended"),
    _about(Topic.SIGNALS, "what sources outside say: usage, support, billing"),
    _about(Topic.STAGE, "where it stands, the test to get on, how long it took"),
    _about(Topic.TIER, "how much attention its ARR pays for"),
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
    if words.casefold() in _TOPICS:
        raise UserError(ProofRefusal.TOPIC_WITHOUT_ACCOUNT, topic=words.casefold(), typed=words)
    return _show("", words)


def _show(name: str, rest: str) -> Show:
    """`rest` follows a quoted `name`; without one, `rest` starts with the name."""
    if match := _AS_OF.fullmatch(rest):
        return Show(_named(name, match["head"]), as_of=day_of(match["day"]))
    if match := _SINCE.fullmatch(rest):
        return Show(_named(name, match["head"]), Topic.HISTORY, since=day_of(match["since"] or match["day"]))
    head, _, last = rest.rpartition(" ")
    topic = _PLURALS.get(last.casefold(), last.casefold())
    if topic in _TOPICS and (head or name):
        return Show(_named(name, head), Topic(topic))
    near = get_close_matches(last.casefold(), _TOPICS, 1, 0.7) if head or name else []
    if name:
        raise UserError(ProofRefusal.TOPIC_UNKNOWN, topic=rest, account=name, nearest=near[0] if near else None)
    return Show(rest, meant=f"{COMMAND} {head} {near[0]}" if near and head else None)


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
}
"""The other number of a topic: people type both."""
_TOPICS = [topic.value for topic in Topic if topic is not Topic.CARD]
_WORDS = " | ".join(form.word for form in _FORMS if form.word and form.word != "new")
GRAMMAR = Grammar(COMMAND, _FORMS, f"<account> [{_WORDS}] | new | help", _proof)

_AS_OF = re.compile(r"(?P<head>.*?)\s*\bas of (?P<day>.+)", re.IGNORECASE)
_SINCE = re.compile(r"(?P<head>.*?)\s*\bhistory (?:since (?P<since>.+)|(?P<day>\S*\d\S*))", re.IGNORECASE)
