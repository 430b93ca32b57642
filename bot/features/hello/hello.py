"""Answers what somebody writes to the bot: a customer's name, what could follow `/proof`, a greeting, anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from difflib import SequenceMatcher

from sqlalchemy.orm import Session

from bot.app import accounts
from bot.app.actor import Actor, must_read
from bot.domain.values import slugs
from bot.features.hello import queries
from bot.features.hello.views import HelloView, TypedCommand, TypedLine, WhatICanDoView
from bot.features.meetings.grammar import GRAMMAR as ANSWER
from bot.features.portfolios.grammar import GRAMMAR as PORTFOLIO
from bot.features.proof_command.grammar import GRAMMAR as PROOF
from bot.features.proof_command.grammar import Show
from bot.store.account_search import SearchResult

Look = Callable[[Session, Actor, Show, datetime], object]
LONGEST_NAME = 80
"""What is longer is a sentence and no customer's name."""
_COMMANDS = (PROOF, ANSWER, PORTFOLIO)
_FIRST = 4
_NEAR = 0.6
_HELP = "help"
_GREETINGS = frozenset(
    ("hello", "hi", "hey", "hallo", "hola", "hei", "hej", "ola", "olá", "bonjour", "ciao", "moin", "start", "?")
)
_COMMAND = re.compile(r"/?proof\b\s*", re.IGNORECASE)
"""Somebody who writes `/proof acme` in a thread sends it as a message."""


def answer(session: Session, actor: Actor, typed: str, now: datetime, look: Look) -> object:
    """The view that answers `typed`; `look` gives that of an account.

    Raises `UserError` for guests, and where the words behind a name cannot be read.
    """
    must_read(actor)
    words = _COMMAND.sub("", " ".join(typed.split()), count=1)
    if not words or len(words) > LONGEST_NAME or words.casefold().strip("!.,") in _GREETINGS:
        return hello(session, actor)
    if words.casefold() == _HELP:
        return what_i_can_do(session, actor, now)
    request = PROOF.parse(words)
    if not isinstance(request, Show):
        return hello(session, actor)
    result = accounts.find(session, actor, request.account)
    if result.hit is None:
        meant = _meant(result, request.account)
        if meant is None:
            return hello(session, actor)
        return accounts.choices(request.account, meant, request.topic)
    return look(session, actor, request, now)


def hello(session: Session, actor: Actor) -> HelloView:
    """What the bot answers to, with a customer to begin with."""
    example = queries.example_for(session, actor.member)
    return HelloView(*example) if example else HelloView(None, None)


def what_i_can_do(session: Session, actor: Actor, now: datetime, *, only: str | None = None) -> WhatICanDoView:
    """What is typed most behind each command, or everything behind one of them."""
    must_read(actor)
    asked = [grammar for grammar in _COMMANDS if grammar.command == only]
    commands = []
    for grammar in asked or _COMMANDS:
        lines = tuple(TypedLine(line.written, line.does) for line in grammar.help().lines)
        shown = lines if asked else lines[:_FIRST]
        commands.append(TypedCommand(grammar.command, shown, len(lines) - len(shown)))
    return WhatICanDoView(tuple(commands))


def _meant(result: SearchResult, typed: str) -> SearchResult | None:
    """What to choose from; None where the spelling of nothing is near what was typed."""
    if result.choices:
        return result
    key = slugs.slug(typed)
    near = tuple(hit for hit in result.nearest if _is_near(key, hit.slug))
    return replace(result, nearest=near) if near else None


def _is_near(key: str, slug: str) -> bool:
    return any(SequenceMatcher(None, key, word).ratio() >= _NEAR for word in (slug, *slug.split("-")))
