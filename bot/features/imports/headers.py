"""Reads single headers: what they are without what CRMs put around them, and the currency and unit they name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.domain.values.slugs import folded
from bot.features.imports import currencies
from bot.features.imports.dressing import undressed
from bot.features.imports.remarks import Remark

# The end of a look-up header that only says that the other record's name is shown.
_GENERIC = frozenset(("fullname", "name", "label", "displayname"))
# A record that belongs to ours, and is not ours.
_OTHER_RECORDS = ("parent", "ultimate", "billing", "created", "last modified", "previous", "partner", "reseller")
_OUR_RECORDS = re.compile(r"(?:account|company|customer|client|organi[sz]ation)s?\s*$")
_BEFORE_A_DASH = re.compile(r"(?:account|company|customer|client|organi[sz]ation)\s+[-–]\s+(?=\S)", re.IGNORECASE)
# In brackets or before a name, these make another figure of it.
_OTHER_FIGURES = re.compile(
    r"\b(?:previous|prior|prev|last|old|target|forecast(?:ed)?|projected|potential|lost|churn(?:ed)?|expansion|"
    r"month(?:ly)?|mrr|quarter(?:ly)?|weekly|at risk|ytd|py|delta|change|budget|plan(?:ned)?|pipeline|weighted)\b",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\s*[(\[{][^()\[\]{}]*[)\]}]\s*")
_IN_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_CODE_AT_END = re.compile(r"[\s,_-]+(?:in\s+)?([A-Z]{3}|(?<=_)[a-z]{3})$")
_UNIT_AT_END = re.compile(
    r"[\s,:_-]+(?:in\s+)?(?P<unit>(?:(?P<code>[A-Z]{3})|[^\w\s]{1,3})?\s*'?(?:k|t|000s?|m|mn|mio\.?|bn|thousands?|thsd|millions?|"
    r"billions?|tsd\.?|lakhs?|crores?)\s*(?:of\s+)?(?:(?P<code_after>[A-Z]{3})|[€£$¥₹]|euros?|dollars?)?|T€|TEUR|kEUR|KUSD|TUSD|TCHF)$",
    re.IGNORECASE,
)
_LETTER_AND_CODE = re.compile(r"[\s,:_-]+(?:in\s+)?(?P<unit>[kKtTmM](?P<code>[A-Z]{3}))$")
_SIGN_AT_END = re.compile(r"[\s,:_-]*(?:in\s+)?([$€£¥₹])$")
_SCALES: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), scale)
    for pattern, scale in (
        (r"\b(?:thousands?|thsd|thous|tsd|k|tkr|tausend|milliers|miles)\b|(?<![\d.,])[’']?000[’']?s?\b|千", 10**3),
        (r"\b(?:millions?|mio|mn|mm|mill|mkr|millionen|millones|milhoes)\b|百万", 10**6),
        (r"\b(?:billions?|bn|mrd|milliarden)\b", 10**9),
        (r"\b(?:lakhs?|lacs?)\b", 10**5),
        (r"\b(?:crores?|cr)\b", 10**7),
        (r"万|萬", 10**4),
        (r"億|亿", 10**8),
    )
)
_SHORT_SCALES = {"k": 10**3, "t": 10**3, "m": 10**6, "b": 10**9}
# `€k`, `EUR k` and `k€`, `kEUR`, `MNOK`.
_SHORT_SCALE = (
    re.compile(r"(?:[€£$¥₹]|\b(?P<code>[A-Z]{3}))\s?(?P<sign>[kKmMbB])\b"),
    re.compile(r"\b(?P<sign>[kKtTmM])\s?(?:[€£$¥₹]|(?P<code>[A-Z]{3})\b)"),
)


@dataclass(frozen=True, slots=True)
class Variant:
    """A header as a key to compare by, and what was taken off to get it."""

    key: str
    why: Remark


def key(header: str) -> str:
    """A header without case, spaces, underscores, punctuation, arrows and Salesforce's `__c`."""
    bare = undressed(header).strip().removesuffix("__c").removesuffix("__C").removesuffix("__pc")
    return re.sub(r"[\W_]+", "", folded(bare))


@lru_cache(maxsize=4096)
def variants(header: str) -> tuple[Variant, ...]:
    """The forms in which a header may be known, what needs least trimming first."""
    text = undressed(header)
    if not text or len(text) > 200:
        return ()
    keys: dict[str, Remark] = {key(text): Remark.BY_EXACT_NAME}
    inside = " ".join(_IN_BRACKETS.findall(text))
    if inside and inside.casefold() == _initials(_BRACKETS.sub(" ", text)):
        keys.setdefault(key(_BRACKETS.sub(" ", text)), Remark.BY_EXACT_NAME)
    for bare in (_without_unit(text), _without_unit(_BRACKETS.sub(" ", text)) if _is_unit(inside) else ""):
        keys.setdefault(key(bare), Remark.BY_UNIT)
    dash = _BEFORE_A_DASH.match(text)
    for bare in (*_lookups(text), text[dash.end() :] if dash else ""):
        keys.setdefault(key(bare), Remark.BY_LOOKUP)
    if inside and not _OTHER_FIGURES.search(inside):
        outside = _BRACKETS.sub(" ", text)
        keys.setdefault(key(outside), Remark.BY_BRACKETS)
        for bare in _lookups(outside):
            keys.setdefault(key(bare), Remark.BY_BRACKETS)
    keys.pop("", None)
    return tuple(Variant(text, why) for text, why in keys.items())


def currency_of(header: str) -> str | None:
    """The ISO code or sign that the header of an amount names, None for none."""
    at_end = _CODE_AT_END.search(header)
    for text in (*_IN_BRACKETS.findall(header), *([at_end[1].upper()] if at_end else [])):
        for word in re.findall(r"(?<![A-Za-z])[kKtT]?([A-Z]{3})(?![A-Za-z])", text):
            if currencies.is_code(word) and word not in currencies.ALSO_WORDS:
                return str(word)
    for text in (*_IN_BRACKETS.findall(header), _unit_at_end(header), *_SIGN_AT_END.findall(header)):
        for word in re.findall(r"\b[kKtTmM]?([A-Z]{3})[kKtTmM]?\b", text):
            if currencies.is_code(word) and word not in currencies.ALSO_WORDS:
                return str(word)
        sign = re.search(r"(?:US|CA|A|NZ|C)?\$|[€£¥₹]", text)
        if sign:
            return sign[0]
    return None


@lru_cache(maxsize=256)
def scale_of(header: str) -> int:
    """What the figures below a header count in: 1,000 for `ARR ($K)` and `ARR in thousands`, else 1."""
    for text in (*_IN_BRACKETS.findall(header), _unit_at_end(header)):
        if not text.strip():
            continue
        for pattern, scale in _SCALES:
            if pattern.search(text):
                return scale
        for short in _SHORT_SCALE:
            match = short.search(text)
            if match and (match["code"] is None or currencies.is_code(match["code"])):
                return _SHORT_SCALES[match["sign"].lower()]
    return 1


def currency_headers(amount: str) -> set[str]:
    """The keys of headers that name the currency of the amount under this header."""
    names = {
        amount,
        *([_without_unit(_BRACKETS.sub(" ", amount))] if _is_unit(" ".join(_IN_BRACKETS.findall(amount))) else []),
    }
    return {
        key(text)
        for name in names
        for text in (f"{name} currency", f"currency {name}", f"{name} currency code", f"{name} currency iso code",
                     f"currency of {name}", f"{name} iso code")
    }  # fmt: skip


def _initials(text: str) -> str:
    """`arr` for `Annual Recurring Revenue`: what is in brackets behind it says the same again."""
    return "".join(word[0] for word in text.split()).casefold()


def _is_unit(text: str) -> bool:
    """Whether what stands in brackets names a currency or a unit."""
    return bool(text) and (currency_of(f"({text})") is not None or scale_of(f"({text})") != 1)


def _without_unit(text: str) -> str:
    """The header without a currency code, a sign and a unit at its end."""
    match = _CODE_AT_END.search(text)
    code = match[1].upper() if match else ""
    if match and currencies.is_code(code) and code not in currencies.ALSO_WORDS:
        text = text[: match.start()]
    unit = _UNIT_AT_END.search(text)
    if unit and unit.start() and _unit_at_end(text):
        return text[: unit.start()]
    match = _SIGN_AT_END.search(text)
    return text[: match.start()] if match and match.start() else text


def _unit_at_end(header: str) -> str:
    """The unit that a header ends in, such as `EUR k`; empty for a word that only looks like one: `Account Link`."""
    short = _LETTER_AND_CODE.search(header)
    if short and currencies.is_code(short["code"]):
        return short["unit"]
    match = _UNIT_AT_END.search(header)
    if match is None:
        return ""
    codes = [code for code in (match["code"], match["code_after"]) if code]
    return str(match["unit"]) if all(currencies.is_code(code.upper()) for code in codes) else ""


def _lookups(text: str) -> list[str]:
    """`Account: Account Name`, `Customer Success Manager: Full Name`, `CSM__r.Name`: the fields that they show."""
    parts = [part.strip() for part in re.split(r":|__[rR]\.|(?<=[A-Za-z])\.(?=[A-Za-z])", text) if part.strip()]
    if len(parts) < 2:
        return []
    *before, last = parts
    if any(word in folded(before[0]).replace("_", " ") for word in _OTHER_RECORDS):
        return []
    if key(last) in _GENERIC:
        return [before[-1], f"{before[-1]} {last}"]
    if key(last) == "id" and not _OUR_RECORDS.search(folded(before[-1])):
        return [f"{before[-1]} {last}"]  # `Account Owner.id` is not the id of the account
    return [f"{before[-1]} {last}", last] if key(last) in ("email", "id", "emailaddress") else [last]
