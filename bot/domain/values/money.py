"""Money: integer minor units and an ISO 4217 currency. Sums are per currency; nothing is ever converted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from bot.domain.values.numbers import decimal_of

_DIGITS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF"), 0
    ),
    **dict.fromkeys(("XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
_ISO_4217 = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
    "HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN "
    "PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY "
    "TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_ISO_4217.split())
"""The codes of ISO 4217 that are in use."""
MOST_MINOR = 9_000_000_000_000_000_000
"""The largest amount in minor units: what a column of 64 bits holds, with room for rounding."""
_LONGEST = 60
_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW"}
_STEPS = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"))
_AMOUNT = re.compile(r"(?P<number>-?[\d.,'\u00a0\u202f ]*\d)\s*(?P<step>[kKmMbB])?")
_SCALE = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount: `Money(840000, "USD")` is 8,400 US dollars, `Money(8400, "JPY")` is 8,400 yen."""

    minor: int
    currency: str

    @property
    def major(self) -> Decimal:
        """The amount in whole units of the currency, exact."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def __str__(self) -> str:
        """`8,400 USD`, `12.50 EUR`, `1.2 M USD`: cut and not rounded, so that no figure flatters."""
        major = self.major
        for size, letter in _STEPS:
            if abs(major) >= size:
                scaled = (major / size).quantize(Decimal("0.1"), rounding=ROUND_DOWN)
                return f"{scaled:f}".removesuffix(".0") + f" {letter} {self.currency}"
        if abs(major) >= 1000 or major == major.to_integral_value():
            return f"{major.to_integral_value(rounding=ROUND_DOWN):,f} {self.currency}"
        return f"{major:,f} {self.currency}"


def minor_digits(currency: str) -> int:
    """How many digits the minor unit has: 2 for most, 0 for JPY, 3 for KWD."""
    return _DIGITS.get(currency, 2)


def money(minor: int | None, currency: str | None) -> Money | None:
    """The amount of two columns, or `None` when either is unknown."""
    return None if minor is None or not currency else Money(minor, currency)


def total(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """One sum per currency, the currency with most to it first by its own figure, then by code."""
    sums: dict[str, int] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    totals = [Money(minor, currency) for currency, minor in sums.items()]
    return tuple(sorted(totals, key=lambda amount: (-amount.major, amount.currency)))


def listed_money(amounts: Iterable[Money]) -> str:
    """`1.2 M USD + 40,000 EUR`; empty when there is nothing."""
    return " + ".join(str(amount) for amount in amounts)


def parse(text: str, currency: str | None = None) -> Money | None:
    """Read what people and exports write: `8,400.00`, `$8.4k`, `1.200.000 EUR`, `¥8400`.

    `currency` is used when the text names none. `None` when it is no amount, when no currency is known, or when it has
    more digits than the currency's minor unit: a guess would be a figure that nobody wrote.
    """
    if len(text) > _LONGEST:
        return None
    rest, named = _currency_of(text.strip())
    code = named or (currency.upper() if currency else None)
    match = _AMOUNT.fullmatch(rest.strip())
    if not code or match is None:
        return None
    # With three minor digits a lone point may well be the decimal mark: `1.250 KWD` is one dinar and a quarter.
    point_groups = minor_digits(code) < 3 or match["number"].count(".") > 1
    amount = decimal_of(match["number"], thousands=",." if point_groups else ",")
    if amount is None:
        return None
    minor = (amount * _SCALE[(match["step"] or "").lower()]).scaleb(minor_digits(code))
    return Money(int(minor), code) if minor == minor.to_integral_value() else None


def _currency_of(text: str) -> tuple[str, str | None]:
    for symbol, code in _SYMBOLS.items():
        if symbol in text:
            return text.replace(symbol, "", 1), code
    code_match = re.search(r"(?<![A-Za-z])([A-Za-z]{3})(?![A-Za-z])", text)
    if code_match is None:
        return text, None
    return text[: code_match.start()] + text[code_match.end() :], code_match[1].upper()
