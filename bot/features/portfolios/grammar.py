"""The grammar of `/portfolio`: mine, a colleague's, one by name, its stages, retention, a hand-over, or its setup."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.slack.grammar import CommandForm, Grammar, unquoted

COMMAND = "/portfolio"


@dataclass(frozen=True, slots=True)
class PortfolioRequest:
    """`/portfolio [@owner | name]`: mine, a colleague's (`owner` is a Slack user id), or the one of this name."""

    owner: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class PortfolioSetup:
    """`/portfolio setup [name]`."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class PortfolioStages:
    """`/portfolio stages [name]`: mine, or the portfolio of this name."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class PortfolioRetention:
    """`/portfolio retention [quarter] [name]`: `words` as typed; the room of retention reads them."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class PortfolioHandover:
    """`/portfolio handover @owner`: of a colleague by Slack id (`owner`) or, who has left Slack, by `name`."""

    owner: str | None = None
    name: str | None = None


_FORMS = (
    CommandForm("", "your portfolio, worst first"),
    CommandForm("@owner", "the accounts of a colleague"),
    CommandForm("<name>", "the portfolio of this name"),
    CommandForm("stages [name]", "customers by stage, what moved, who is stalled, time to value", "stages"),
    CommandForm(
        "retention [quarter] [name]", "what customers pay a year later: GRR, NRR, who left, cohorts", "retention"
    ),
    CommandForm("handover @owner", "give the accounts of a colleague to another one, with a preview", "handover"),
    CommandForm("setup", "name, channel, manager and digest time", "setup"),
)


def _portfolio(
    words: str,
) -> PortfolioRequest | PortfolioSetup | PortfolioStages | PortfolioRetention | PortfolioHandover:
    if not words:
        return PortfolioRequest()
    if match := _MENTION.fullmatch(words):
        return PortfolioRequest(owner=match["id"])
    name, rest = unquoted(words)
    if name is not None and not rest:
        return PortfolioRequest(name=name)
    first, _, behind = words.partition(" ")
    if first.casefold() == "setup":
        return PortfolioSetup(unquoted(behind)[0] or behind or None)
    if first.casefold() == "stages":
        return PortfolioStages(unquoted(behind)[0] or behind or None)
    if first.casefold() == "retention":
        return PortfolioRetention(unquoted(behind)[0] or behind)
    if first.casefold() == "handover":
        mention = _MENTION.fullmatch(behind.strip())
        name = None if mention else unquoted(behind)[0] or behind.strip() or None
        return PortfolioHandover(mention["id"] if mention else None, name)
    return PortfolioRequest(name=words)


GRAMMAR = Grammar(COMMAND, _FORMS, "[@owner | name] | stages | retention | handover @owner | setup | help", _portfolio)

_MENTION = re.compile(r"<@(?P<id>[UW][A-Z0-9]+)(?:\|[^>]*)?>")
