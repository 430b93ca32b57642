"""Puts retention figures into words: rates cut and not rounded, sums with their signs, and remarks."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from bot.domain.portfolio.paid import Key
from bot.domain.portfolio.retention import Retention
from bot.domain.portfolio.retention_remarks import Remark, Said
from bot.domain.values.money import Money
from bot.domain.values.text import number
from bot.features.retention.phrases import RetentionPhrase
from bot.phrases import say

MINUS = "\u2212"
_PHRASES = {
    Said.LAPSE: RetentionPhrase.LAPSE,
    Said.ENDS_IN_DOUBT: RetentionPhrase.ENDS_IN_DOUBT,
    Said.OVERLAP: RetentionPhrase.OVERLAP,
}


def tenths(share: Fraction | None) -> str:
    """`85.0%`: cut and not rounded, so that no figure flatters; `unknown` for none."""
    if share is None:
        return "unknown"
    mille = int(share * 1000)
    return f"{mille // 10:,}.{mille % 10}%"


def whole(share: Fraction | None) -> str:
    """`85%`, cut and not rounded; `unknown` for none."""
    return "unknown" if share is None else f"{int(share * 100)}%"


def exact(minor: Fraction, currency: str) -> str:
    """`1,147,404 USD`: all digits, cut to the minor unit."""
    return number(Money(int(minor), currency).major, currency)


def bridge_steps(one: Retention[int]) -> tuple[tuple[str, str], ...]:
    """The steps of the bridge that are not zero, as pairs of `+213,336` and its word."""
    parts = {
        "expansion": one.came(one.expanded),
        "contraction": one.came(one.contracted),
        "lost": one.came(one.churned),
        "reactivated": one.came(one.reactivated),
        "new": one.came(one.new),
    }
    return tuple(
        (signed(minor, one.currency), say(RetentionPhrase.BRIDGE_STEP, step=step))
        for step, minor in parts.items()
        if minor
    )


def signed(minor: Fraction, currency: str) -> str:
    """`+213,336` or `−12,720`."""
    return ("+" if minor >= 0 else MINUS) + number(abs(Money(int(minor), currency).major))


def remark_line(remark: Remark[Key], account: str, *, digits: int = 0) -> str:
    """One remark as a sentence; its amount has so many digits behind the point that it is counted in."""
    if remark.said is Said.MOVED:
        return say(RetentionPhrase.MOVED, account=account, was=remark.words[0], now=remark.words[1])
    if remark.said is Said.BELOW_ZERO:
        amount = round(remark.amount or Fraction(0), 2)
        exactly = (Decimal(amount.numerator) / Decimal(amount.denominator)).scaleb(-digits)
        facts = {"amount": exactly, "currency": remark.words[0], "since": remark.since}
        return say(RetentionPhrase.BELOW_ZERO, account=account, **facts)
    days = (remark.until - remark.since).days if remark.until and remark.since else 0
    return say(_PHRASES[remark.said], account=account, since=remark.since, until=remark.until, days=days)
