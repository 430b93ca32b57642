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
    since, until = remark.since, remark.until
    match remark.said:
        case Said.LAPSE:
            days = (until - since).days if since and until else 0
            return say(RetentionPhrase.LAPSE, account=account, since=since, until=until, days=days)
        case Said.ENDS_IN_DOUBT:
            return say(RetentionPhrase.ENDS_IN_DOUBT, account=account, since=since)
        case Said.OVERLAP:
            return say(RetentionPhrase.OVERLAP, account=account, since=since, until=until)
        case Said.MOVED:
            was, now = remark.words
            return say(RetentionPhrase.MOVED, account=account, was=was, now=now)
        case Said.BELOW_ZERO:
            (currency,) = remark.words
            amount = _amount(remark, digits)
            return say(RetentionPhrase.BELOW_ZERO, account=account, amount=amount, currency=currency, since=since)
        case Said.MERGED:
            other, by = remark.words
            one_contract = remark.amount is not None
            return say(
                RetentionPhrase.MERGED, account=account, other=other, since=since, by=by, one_contract=one_contract
            )
        case Said.REWRITTEN:
            currency, by = remark.words
            less = _amount(remark, digits)
            return say(RetentionPhrase.REWRITTEN, account=account, less=less, currency=currency, by=by, since=since)


def _amount(remark: Remark[Key], digits: int) -> Decimal:
    cents = round(remark.amount or Fraction(0), 2)
    return (Decimal(cents.numerator) / Decimal(cents.denominator)).scaleb(-digits)
