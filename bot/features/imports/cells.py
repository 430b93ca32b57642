"""Reads single cells: empty ones, names of people, and the words CRMs use for status and tier."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.app.actor import UserError
from bot.domain.enums import AccountStatus, Tier
from bot.domain.values.slugs import folded
from bot.features.imports.refusals import ImportRefusal


class Unreadable(ValueError):
    """A cell that cannot be taken as it stands; the message is the reason, for the person who exported it."""


_EMPTY = frozenset(
    ("", "-", "--", "–", "—", "n/a", "na", "n.a.", "#n/a", "#value!", "#ref!", "none", "--none--", "null", "nil", "nan",
     "(blank)", "(empty)", "unknown", "unassigned", "not set", "tbd", "?", "0000-00-00", "00/00/0000")
)  # fmt: skip

_FORMER = ("former", "former customer", "ex customer", "past customer", "churned", "churn", "lost", "cancelled",
           "canceled", "inactive", "terminated", "expired", "closed lost", "deactivated")  # fmt: skip
_CUSTOMER = ("customer", "active", "active customer", "current", "current customer", "existing", "existing customer",
             "existing business", "customer direct", "customer channel", "client", "live", "won", "renewed", "paying",
             "at risk", "onboarding")  # fmt: skip
_NO_CUSTOMER = ("prospect", "lead", "opportunity", "salesqualifiedlead", "marketingqualifiedlead", "subscriber",
                "other", "partner", "channel partner", "channel partner reseller", "technology partner",
                "installation partner", "competitor", "investor", "vendor", "supplier", "analyst", "press",
                "integrator", "reseller", "evangelist", "target", "evaluating", "trial", "pending")  # fmt: skip

STATUS_WORDS: dict[str, AccountStatus] = {
    **dict.fromkeys(_CUSTOMER, AccountStatus.CUSTOMER),
    **dict.fromkeys(_FORMER, AccountStatus.FORMER),
}
TIER_WORDS: dict[str, Tier] = {
    **dict.fromkeys(
        ("high touch", "high", "strategic", "enterprise", "large enterprise", "global", "key", "key account", "named",
         "premier", "tier 1", "1", "vip"), Tier.HIGH_TOUCH),
    **dict.fromkeys(
        ("low touch", "low", "mid market", "midmarket", "mid", "medium", "mid touch", "medium touch", "commercial",
         "corporate", "growth", "tier 2", "2"), Tier.LOW_TOUCH),
    **dict.fromkeys(
        ("tech touch", "tech", "digital", "digital touch", "smb", "sme", "small business", "small", "startup", "scale",
         "scaled", "self serve", "self service", "pooled", "long tail", "velocity", "tier 3", "3"), Tier.TECH_TOUCH),
}  # fmt: skip

_LONGEST_NAME = 200
_LONGEST_PERSON = 600
_MAIL = re.compile(r"[^\s<>()\"',;]+@[^\s<>()\"',;]+\.[^\s<>()\"',;]+")


@dataclass(frozen=True, slots=True)
class Who:
    """A colleague as an export names them: by name, by e-mail address, or by both."""

    name: str
    email: str | None = None


def must_be_short(text: str, longest: int, what: str) -> None:
    """Raise `Unreadable` for a cell of more than `longest` characters."""
    if len(text) > longest:
        raise Unreadable(f"is too long to be {what}")


def is_empty(text: str) -> bool:
    """Whether this cell says that the value is not known."""
    return text.strip().lower() in _EMPTY


def who(text: str, email: str = "") -> Who | None:
    """`Maya Lindqvist`, `maya@example.com`, `Maya Lindqvist <maya@example.com>`; None for nobody."""
    # Before any pattern is tried: it would take seconds for a cell of 20,000 characters.
    must_be_short(text, _LONGEST_PERSON, "somebody's name")
    must_be_short(email, _LONGEST_PERSON, "an email address")
    address = _MAIL.search(email) or _MAIL.search(text)
    if is_empty(text) and address is None:
        return None
    name = " ".join(_MAIL.sub("", text).replace("<>", "").replace("()", "").strip(" ,;\"'").split())
    if is_empty(name):
        name = address.group() if address else ""
    must_be_short(name, _LONGEST_NAME, "somebody's name")
    return Who(name, address.group().lower() if address else None) if name else None


def status(text: str, extra: Mapping[str, StrEnum]) -> AccountStatus:
    """Customer or former customer; anything else is no customer of ours and is left out with the reason."""
    word = _word(text)
    chosen = extra.get(word) or STATUS_WORDS.get(word)
    if isinstance(chosen, AccountStatus):
        return chosen
    if word in _NO_CUSTOMER:
        raise Unreadable("is no customer, so there is nothing to prove yet")
    raise Unreadable(f'says neither customer nor former customer; add --word "{text}=customer" or "{text}=former"')


def tier(text: str, extra: Mapping[str, StrEnum]) -> Tier:
    """The tier that this word means, by `extra` or by the words above; raises `Unreadable`."""
    word = _word(text)
    chosen = extra.get(word) or TIER_WORDS.get(word)
    if isinstance(chosen, Tier):
        return chosen
    raise Unreadable(f'is no tier known here; add --word "{text}=high_touch" (or low_touch, tech_touch)')


def extra_words(pairs: Iterable[str]) -> dict[str, StrEnum]:
    """What `--word "Gold=high_touch"` adds to the words above."""
    meanings: dict[str, StrEnum] = {member.value: member for enum in (Tier, AccountStatus) for member in enum}
    words: dict[str, StrEnum] = {}
    for pair in pairs:
        their_word, equals, our_word = pair.rpartition("=")
        meaning = meanings.get(our_word.strip().lower().replace("-", "_").replace(" ", "_"))
        if not equals or not their_word.strip() or meaning is None:
            raise UserError(ImportRefusal.WORD_PAIR_UNREADABLE, pair=pair, meanings=tuple(meanings))
        words[_word(their_word)] = meaning
    return words


def _word(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", folded(text)).split())
