"""The grammar of `/portfolio`: mine, a colleague's, one by name, stages, renewals, retention, a hand-over, or setup."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from bot.slack.grammar import CommandForm, Grammar, unquoted

COMMAND = "/portfolio"


@dataclass(frozen=True, slots=True)
class PortfolioRequest:
    """`/portfolio [@owner | name]`: mine, a colleague's (`owner` is a Slack user id), or the one of this name.

    `near` is the word that the name looks like; it counts where no portfolio is called so.
    """

    owner: str | None = None
    name: str | None = None
    near: str | None = None


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
class PortfolioRenewals:
    """`/portfolio renewals [name]`: mine, or the portfolio of this name."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class PortfolioHandover:
    """`/portfolio handover @owner`: of a colleague by Slack id (`owner`) or, who has left Slack, by `name`."""

    owner: str | None = None
    name: str | None = None


_FORMS = (
    CommandForm("", "your customers, those that need attention first; filter, sort, table, CSV"),
    CommandForm("@owner", "the customers of a colleague, for a one-to-one"),
    CommandForm("<name>", "the portfolio of this name"),
    CommandForm("stages [name]", "customers by stage, what moved, who is stalled, time to value", "stages"),
    CommandForm(
        "retention [quarter] [name]", "what customers pay a year later: GRR, NRR, who left, cohorts", "retention"
    ),
    CommandForm("renewals [name]", "what renews, by call, and what is past and open", "renewals"),
    CommandForm("handover @owner", "give the customers of a colleague to another one, with a preview", "handover"),
    CommandForm("setup", "name, channel, manager and digest time", "setup"),
)


def _portfolio(
    words: str,
) -> PortfolioRequest | PortfolioSetup | PortfolioStages | PortfolioRenewals | PortfolioRetention | PortfolioHandover:
    if not words:
        return PortfolioRequest()
    if match := _MENTION.fullmatch(words):
        return PortfolioRequest(owner=match["id"])
    name, rest = unquoted(words)
    if name is not None and not rest:
        return PortfolioRequest(name=name)
    first, _, behind = words.partition(" ")
    named = unquoted(behind)[0] or behind.strip() or None
    match _BY_WORD.get(first.casefold()):
        case "setup":
            return PortfolioSetup(named)
        case "stages":
            return PortfolioStages(named)
        case "retention":
            return PortfolioRetention(named or "")
        case "renewals":
            return PortfolioRenewals(named)
        case "handover":
            mention = _MENTION.fullmatch(behind.strip())
            return PortfolioHandover(mention["id"] if mention else None, None if mention else named)
        case _:
            near = get_close_matches(first.casefold(), _BY_WORD, 1, 0.7)
            return PortfolioRequest(name=words, near=_BY_WORD[near[0]] if near and not behind else None)


_BY_WORD = {
    **{word: word for word in ("setup", "stages", "retention", "renewals", "handover")},
    "stage": "stages",
    "renewal": "renewals",
    "renews": "renewals",
    "renewing": "renewals",
    "churn": "retention",
    "cohorts": "retention",
    "hand-over": "handover",
}
"""Both numbers of a word and its other names. A portfolio that is called so is written in quotes."""
GRAMMAR = Grammar(
    COMMAND,
    _FORMS,
    "[@owner | name] | stages | renewals | retention | handover @owner | setup | help",
    _portfolio,
)

_MENTION = re.compile(r"<@(?P<id>[UW][A-Z0-9]+)(?:\|[^>]*)?>")
