"""The words that billing systems and CRMs use in the cells of a contract: states, kinds, intervals, notice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from bot.domain.enums import ContractKind
from bot.features.imports.cells import word_key
from bot.features.imports.remarks import Remark, Unreadable


class TermState(StrEnum):
    """What the state of a row says of its term; a row that was never signed is no contract."""

    SIGNED = "signed"
    RUNS_OUT = "runs_out"
    ENDED = "ended"
    NOT_SIGNED = "not_signed"


_STATES: Mapping[TermState, tuple[str, ...]] = {
    TermState.SIGNED: (
        "closed won", "closedwon", "won", "active", "activated", "live", "signed", "in force", "current", "renewed",
        "past due", "unpaid", "paused", "future", "booked", "contract signed", "executed", "gewonnen", "aktiv",
        "gagne", "ganada", "ganado",
    ),
    TermState.RUNS_OUT: ("non renewing", "not renewing", "cancels at period end", "pending cancellation"),
    TermState.ENDED: (
        "canceled", "cancelled", "ended", "expired", "terminated", "churned", "inactive", "gekundigt", "beendet",
    ),
    TermState.NOT_SIGNED: (
        "closed lost", "closedlost", "lost", "draft", "in approval process", "in approval", "prospecting",
        "qualification", "needs analysis", "value proposition", "id decision makers", "perception analysis",
        "proposal price quote", "proposal", "proposal sent", "quote sent", "negotiation", "negotiation review",
        "appointment scheduled", "appointmentscheduled", "qualified to buy", "qualifiedtobuy", "presentation scheduled",
        "presentationscheduled", "decision maker bought in", "decisionmakerboughtin", "contract sent", "contractsent",
        "discovery", "discovery call", "evaluation", "demo", "open", "pending", "trialing", "trial", "in trial",
        "incomplete", "incomplete expired", "verloren", "entwurf", "perdu", "perdida",
    ),
}  # fmt: skip
_KINDS: Mapping[ContractKind, tuple[str, ...]] = {
    ContractKind.NEW: ("new", "new business", "newbusiness", "new customer", "new logo", "initial", "neugeschaft"),
    ContractKind.RENEWAL: ("renewal", "renew", "existing customer renewal", "extension", "verlangerung"),
    ContractKind.EXPANSION: (
        "expansion", "upsell", "up sell", "upgrade", "cross sell", "crosssell", "add on", "addon",
        "existing customer upgrade", "add on business",
    ),
    ContractKind.CONTRACTION: ("contraction", "downgrade", "downsell", "down sell", "existing customer downgrade"),
    ContractKind.REACTIVATION: ("reactivation", "win back", "winback", "returning", "return"),
}  # fmt: skip
_STATE_BY_WORD = {word: state for state, words in _STATES.items() for word in words}
_KIND_BY_WORD = {word: kind for kind, words in _KINDS.items() for word in words}
_YES = frozenset(
    (
        "yes",
        "y",
        "true",
        "t",
        "1",
        "on",
        "x",
        "auto",
        "automatic",
        "evergreen",
        "ja",
        "wahr",
        "oui",
        "vrai",
        "si",
        "sim",
    )
)
_NO = frozenset(("no", "n", "false", "f", "0", "off", "manual", "nein", "falsch", "non", "faux", "nao", "nee"))
_MONTHS: Mapping[str, Decimal] = {
    **dict.fromkeys(("month", "months", "monthly", "mo", "m", "monat", "monatlich", "mois", "mensuel", "mes", "mensual",
                     "1 month", "every month"), Decimal(1)),
    **dict.fromkeys(("quarter", "quarters", "quarterly", "every quarter", "q", "quartal", "trimestre", "3 months",
                     "every 3 months"), Decimal(3)),
    **dict.fromkeys(("half year", "half yearly", "semi annual", "semiannual", "semi annually", "biannual", "halbjahr",
                     "6 months", "every 6 months"), Decimal(6)),
    **dict.fromkeys(("year", "years", "yearly", "annual", "annually", "y", "yr", "jahr", "jahrlich", "an", "annuel",
                     "ano", "anual", "12 months", "1 year", "every year"), Decimal(12)),
    **dict.fromkeys(("week", "weeks", "weekly"), Decimal(12) / Decimal(52)),
    **dict.fromkeys(("day", "days", "daily"), Decimal(12) / Decimal(365)),
}  # fmt: skip
_IN_PIPELINE = re.compile(r"([^()]+?)\s*\([^()]*\)")
"""HubSpot names the pipeline behind a stage where there are several: `Closed Won (Renewals)`."""
_COUNTED = re.compile(r"(?:every )?(\d{1,3}) (months?|years?|quarters?|weeks?)")
_NOTICE = re.compile(r"(\d{1,4})(?:[.,]0+)?\s*(?P<unit>[^\W\d_]*)\b.*")
_UNITS = {"day": 1, "tag": 1, "jour": 1, "dia": 1, "week": 7, "woche": 7, "semaine": 7, "semana": 7, "month": 31,
          "monat": 31, "mois": 31, "mes": 31}  # fmt: skip


def state(text: str, words: Mapping[str, StrEnum]) -> TermState | None:
    """What a cell says of the state of a term, by the person's own `words` first; None if it is empty.

    Raises `Unreadable` for a row that was never signed, and for a word that is not known.
    """
    if not text:
        return None
    word = word_key(text)
    meaning = words.get(word) or _STATE_BY_WORD.get(word)
    if meaning is None and (match := _IN_PIPELINE.fullmatch(text)):
        meaning = words.get(word_key(match[1])) or _STATE_BY_WORD.get(word_key(match[1]))
    if meaning is TermState.NOT_SIGNED:
        raise Unreadable(Remark.TERM_NOT_SIGNED, word=text)
    if not isinstance(meaning, TermState):
        raise Unreadable(Remark.TERM_STATE_UNKNOWN, word=text)
    return meaning


def kind(text: str) -> ContractKind | None:
    """The kind of movement that a cell names; None for an empty cell and for other words."""
    return _KIND_BY_WORD.get(word_key(text))


def yes_or_no(text: str) -> bool | None:
    """What a cell says; None for an empty cell and for other words."""
    word = word_key(text)
    return True if word in _YES else False if word in _NO else None


def months_of(text: str) -> Decimal | None:
    """How many months an interval has: `quarterly` is 3, `2 years` is 24; None for other words."""
    word = word_key(text)
    if word in _MONTHS:
        return _MONTHS[word]
    match = _COUNTED.fullmatch(word)
    return Decimal(match[1]) * _MONTHS[match[2]] if match and int(match[1]) and match[2] in _MONTHS else None


def days_of_notice(text: str, unit: str | None) -> int | None:
    """The days of `60`, `60 days`, `8 weeks` or `3 months`; `unit` is that of a bare figure, days if None."""
    match = _NOTICE.fullmatch(" ".join(text.split()))
    if match is None:
        return None
    word = word_key(match["unit"]) or unit or "days"
    factor = next((days for name, days in _UNITS.items() if word.startswith(name)), None)
    return int(match[1]) * factor if factor is not None else None
