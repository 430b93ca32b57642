"""Names and signs of currencies, by the locale data of `babel`: `US Dollar`, `Schweizer Franken`, `€`, `kr`."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale
from babel.numbers import get_territory_currencies

from bot.domain.values.money import CURRENCIES
from bot.domain.values.slugs import folded
from bot.features.imports.remarks import Remark, Unreadable

ALSO_WORDS = frozenset(("ALL", "TOP", "TRY", "CUP", "COP", "MOP", "LAK", "GEL", "PEN", "BAM", "MAD", "SOS", "ANG"))
"""Codes that are words as well: where only the shape tells a code, they are taken for words."""

# Where a sign stands for several currencies, the first of these places has the usual one.
_PLACES = (
    "en_US", "de_DE", "en_GB", "ja_JP", "zh_CN", "sv_SE", "nb_NO", "da_DK", "is_IS", "en_CA", "fr_CA", "en_AU",
    "en_NZ", "en_SG", "en_HK", "zh_TW", "es_MX", "es_CL", "es_CO", "es_AR", "pt_BR", "fr_CH", "de_CH", "it_CH",
    "en_IN", "hi_IN", "ko_KR", "he_IL", "tr_TR", "uk_UA", "ru_RU", "th_TH", "vi_VN", "en_NG", "en_PH", "pl_PL",
    "cs_CZ", "hu_HU", "ro_RO", "bg_BG", "en_ZA", "ar_AE", "ar_SA", "id_ID", "ms_MY", "es_PE", "es_UY", "en_KE",
)  # fmt: skip
_LANGUAGES = ("en", "en_GB", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "ja", "zh", "ru")
# What people write that the locale data has in no language.
_COLLOQUIAL = {
    "us$": "USD", "c$": "CAD", "ca$": "CAD", "cad$": "CAD", "au$": "AUD", "a$": "AUD", "nz$": "NZD", "hk$": "HKD",
    "s$": "SGD", "sg$": "SGD", "nt$": "TWD", "mx$": "MXN", "r$": "BRL", "sfr": "CHF", "fr": "CHF", "fr.": "CHF",
    "sfr.": "CHF", "rs": "INR", "rs.": "INR", "rmb": "CNY", "元": "CNY", "円": "JPY", "yen": "JPY", "renminbi": "CNY",
    "yuan": "CNY", "sterling": "GBP", "pound sterling": "GBP", "pounds sterling": "GBP", "gb pound": "GBP",
    "gb pounds": "GBP", "uk pound": "GBP", "us dollars": "USD", "american dollar": "USD", "united states dollar": "USD",
    "swiss francs": "CHF", "franken": "CHF", "rupee": "INR", "rupees": "INR", "zloty": "PLN", "złoty": "PLN",
    "руб": "RUB", "руб.": "RUB", "р.": "RUB", "рублей": "RUB", "грн": "UAH", "грн.": "UAH", "tl": "TRY", "kč": "CZK",
    "ft": "HUF", "лв": "BGN", "лв.": "BGN", "dhs": "AED",
}  # fmt: skip
_SHARED_NAMES = {
    "dollar": "USD", "dollars": "USD", "pound": "GBP", "pounds": "GBP", "krona": "SEK", "krone": "NOK", "kroner": "NOK",
    "franc": "CHF", "francs": "CHF", "peso": "MXN", "pesos": "MXN", "real": "BRL",
}  # fmt: skip
_ISO = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")


def is_code(word: str) -> bool:
    """Whether this is an ISO 4217 code in use."""
    return word in CURRENCIES


def read(text: str) -> tuple[str, ...]:
    """The currencies that a cell can mean, the usual one first: one for a code or a name, several for a shared sign.

    Raises `Unreadable` when it is none.
    """
    bare = " ".join(text.split())
    if bare.upper() in CURRENCIES:
        return (bare.upper(),)
    codes: list[str] = list(dict.fromkeys(word for word in _ISO.findall(bare) if word in CURRENCIES))
    if len(codes) == 1:
        return (codes[0],)
    meant = of_sign(bare) or of_name(bare)
    if not meant and (match := re.fullmatch(r"(.*?)\s*\((.*)\)", bare)):
        meant = of_sign(match[2]) or of_name(match[1]) or of_sign(match[1]) or of_name(match[2])
    if not meant:
        raise Unreadable(Remark.CURRENCY_UNKNOWN)
    return meant


def of_sign(sign: str) -> tuple[str, ...]:
    """The currencies of a sign such as `$`, the usual one first; empty for none."""
    code = _COLLOQUIAL.get(sign.casefold())
    return (code,) if code else signs().get(sign) or signs().get(sign.lower(), ())


def of_name(name: str) -> tuple[str, ...]:
    """The currency of a name in one of the languages; the dollar's and the pound's usual one first."""
    key = _name_key(name)
    code = _names().get(key)
    if code:
        return (code,)
    code = _SHARED_NAMES.get(key)
    return (code, "") if code else ()


@cache
def signs() -> dict[str, tuple[str, ...]]:
    """Every sign with the currencies of the places that write it so, longest signs first."""
    shared: dict[str, dict[str, None]] = {}
    for place in _PLACES:
        locale = Locale.parse(place)
        for code in get_territory_currencies(locale.territory or "", tender=True):
            sign = locale.currency_symbols.get(code, "").replace("\u200f", "").replace("\u200e", "").strip()
            if code in CURRENCIES and (sign == "$" or (sign and not sign.isascii() and sign.upper() not in CURRENCIES)):
                shared.setdefault(sign, {})[code] = None
    for code, sign in Locale.parse("en").currency_symbols.items():
        if code in CURRENCIES and sign.upper() not in CURRENCIES:
            shared.setdefault(sign, {})[code] = None
    for sign, code in _COLLOQUIAL.items():
        if not sign.isalpha() and " " not in sign:
            shared.setdefault(sign.upper(), {code: None})
    shared["¥"] = {"JPY": None, "CNY": None}
    shared["kr"] = dict.fromkeys(("SEK", "NOK", "DKK", "ISK"))
    shared["円"], shared["元"] = {"JPY": None}, {"CNY": None}
    return {sign: tuple(shared[sign]) for sign in sorted(shared, key=lambda sign: -len(sign))}


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in _LANGUAGES:
        locale = Locale.parse(language)
        for code, name in locale.currencies.items():
            if code in CURRENCIES:
                names.setdefault(_name_key(name), code)
        for code, forms in locale._data["currency_names_plural"].items():
            if code in CURRENCIES:
                for name in forms.values():
                    names.setdefault(_name_key(name), code)
    for name, code in _COLLOQUIAL.items():
        names.setdefault(_name_key(name), code)
    for name in _SHARED_NAMES:
        names.pop(name, None)
    names.pop("", None)
    return names


def _name_key(name: str) -> str:
    return re.sub(r"[\W_]+", " ", folded(name).replace(".", "")).strip()
