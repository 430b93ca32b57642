"""Reads a file of retention cases and answers it: `python -m bot retention check FILE`.

The layout is that of `facts/retention.json`: rows, two days and settings for each case. An answer has the keys of its
`expected`. A case that cannot be read is not guessed at: it gets no answer and a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from bot.app.actor import UserError
from bot.domain.portfolio.paid import Paid, SameLine
from bot.domain.portfolio.retention import Conventions, Retention, survey
from bot.domain.portfolio.retention_remarks import Remark, remarks
from bot.domain.values.days import DayOutOfRangeError, add_days, parse_day
from bot.features.retention.refusals import RetentionRefusal

_SETTINGS = ("ends", "same_line", "mapping", "lost", "apart")
_ONE_OFF = {"oneoff", "onetime"}
Answer = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Answered:
    """A case or a variant of it: its figures by currency and what to say beside them, or why it has none."""

    case: str
    variant: str | None
    answer: Answer | None
    said: tuple[Remark[str], ...] = ()
    error: UserError | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """One question: rows and days as they stand in the file, with the settings to read them by."""

    id: str
    t0: date
    t1: date
    rows: Sequence[Any]
    settings: Mapping[str, Any]


class _At(NamedTuple):
    """Where something stands in the file: the case and the number of the row."""

    case: str
    row: str


def answered(text: str, *, variants: bool = False) -> Iterator[Answered]:
    """The answers to the cases of a file, or to their variants; raises `UserError` if it is no file of cases."""
    seen: set[str] = set()
    for number, raw in enumerate(_cases(text), 1):
        case_id = _id(raw, number)
        if case_id in seen:
            raise UserError(RetentionRefusal.CASE_ID_TWICE, case=case_id)
        seen.add(case_id)
        if not variants:
            yield _answer(case_id, None, raw, raw.get("settings"), raw.get("rows_changed"))
            continue
        for variant in raw.get("variants") or ():
            settings, changed = variant.get("settings"), variant.get("rows_changed")
            yield _answer(case_id, str(variant.get("name", "")), raw, settings, changed)


def _cases(text: str) -> list[Any]:
    try:
        # Amounts are read as written: a float would not be the cent that somebody meant.
        whole = json.loads(text, parse_float=Decimal, parse_constant=lambda word: word)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise UserError(RetentionRefusal.NOT_JSON, line=line) from None
    cases = whole.get("cases") if isinstance(whole, dict) else whole
    if not isinstance(cases, list):
        raise UserError(RetentionRefusal.NO_CASES)
    return cases


def _id(raw: Any, number: int) -> str:
    if not isinstance(raw, dict):
        raise UserError(RetentionRefusal.CASE_NOT_AN_OBJECT, number=str(number))
    case_id = raw.get("id")
    if not isinstance(case_id, str) or not case_id.strip():
        raise UserError(RetentionRefusal.CASE_ID_MISSING, number=str(number))
    return case_id


def _answer(case_id: str, variant: str | None, raw: Mapping[str, Any], settings: Any, changed: Any) -> Answered:
    try:
        case = _case(case_id, raw, {} if settings is None else settings, [] if changed is None else changed)
        conventions, mapping = _conventions(case)
        rows = list(_paid(case, mapping))
    except UserError as error:
        return Answered(case_id, variant, None, error=error)
    found = survey(rows, case.t0, case.t1, conventions)
    said = remarks(rows, case.t0, case.t1, conventions)
    figures = {currency: as_expected(one) for currency, one in found.by_currency.items()}
    return Answered(case_id, variant, figures, tuple(said))


def _case(case_id: str, raw: Mapping[str, Any], settings: Any, changed: Any) -> _Case:
    days = {}
    for name in ("t0", "t1"):
        day = _day(raw.get(name))
        if day is None:
            raise UserError(RetentionRefusal.CASE_DAY, case=case_id, name=name)
        days[name] = day
    if days["t0"] >= days["t1"]:
        raise UserError(RetentionRefusal.CASE_REVERSED, case=case_id)
    rows = raw.get("rows")
    for name, listed in (("rows", rows), ("rows_changed", changed)):
        if not isinstance(listed, list):
            raise UserError(RetentionRefusal.CASE_ROWS, case=case_id, name=name)
    if not isinstance(settings, dict):
        raise _wrong(case_id, "settings", "an object")
    assert isinstance(rows, list)
    return _Case(case_id, days["t0"], days["t1"], _changed(rows, changed), settings)


def _changed(rows: list[Any], changes: list[Any]) -> list[Any]:
    """The rows, those of the same account, line and start replaced by a variant's."""
    replaced = [_same(change) for change in changes]
    return [row for row in rows if _same(row) not in replaced] + changes


def _same(row: Any) -> object:
    return tuple(str(row.get(name)) for name in ("account", "line", "start")) if isinstance(row, dict) else id(row)


def _conventions(case: _Case) -> tuple[Conventions[str], dict[str, str]]:
    """What the settings say; an unknown one is refused, because leaving it out would answer another question."""
    settings = case.settings
    for name in settings:
        if name not in _SETTINGS:
            raise UserError(RetentionRefusal.CASE_SETTING_UNKNOWN, case=case.id, name=name, fields=_SETTINGS)
    if settings.get("ends", "exclusive") not in ("exclusive", "inclusive"):
        raise _wrong(case.id, "ends", "exclusive or inclusive")
    same_line = settings.get("same_line", SameLine.SUM.value)
    if same_line not in tuple(SameLine):
        raise _wrong(case.id, "same_line", "sum or later_start")
    named = settings.get("mapping", {})
    if not isinstance(named, dict) or not all(isinstance(account, str) for account in named.values()):
        raise _wrong(case.id, "mapping", "an object of account and the account it became")
    mapping = {account: _became(case.id, named, account) for account in named}
    chosen: dict[str, frozenset[str]] = {}
    for name in ("lost", "apart"):
        listed = settings.get(name, [])
        if not isinstance(listed, list) or not all(isinstance(account, str) for account in listed):
            raise _wrong(case.id, name, "a list of accounts")
        chosen[name] = frozenset(_mapped(mapping, account) for account in listed)
    return Conventions(SameLine(same_line), chosen["lost"], chosen["apart"], part_movers=False), mapping


def _mapped(mapping: Mapping[str, str], account: str) -> str:
    return mapping.get(account, account)


def _became(case_id: str, mapping: Mapping[str, str], account: str) -> str:
    """The account that one became in the end: what it became may itself have become another one."""
    seen = {account}
    while account in mapping:
        if mapping[account] == account:
            return account
        account = mapping[account]
        if account in seen:
            raise UserError(RetentionRefusal.CASE_MAPPING_CIRCLE, case=case_id, account=account)
        seen.add(account)
    return account


def _paid(case: _Case, mapping: Mapping[str, str]) -> Iterator[Paid[str]]:
    """The rows of a case as what is paid, as the settings have them; what does not recur is 0."""
    for number, raw in enumerate(case.rows, 1):
        at = _At(case.id, str(number))
        if not isinstance(raw, dict):
            raise UserError(RetentionRefusal.ROW_NOT_AN_OBJECT, case=at.case, row=at.row)
        account, currency = _text(raw, "account", at), _text(raw, "currency", at)
        line = raw.get("line") or f"#{number}"
        starts_on, ends_on = _span(raw, at, inclusive=case.settings.get("ends") == "inclusive")
        arr = _arr(raw, at)
        kind = "".join(letter for letter in str(raw.get("kind") or "").casefold() if letter.isalpha())
        if kind in _ONE_OFF:
            arr, line = Fraction(0), f"#{number}"
        # Two customers that became one keep their subscriptions apart: a plan of the one replaces none of the other.
        yield Paid(_mapped(mapping, account), f"{account}\n{line}", currency, starts_on, ends_on, arr)


def _span(raw: Mapping[str, Any], at: _At, *, inclusive: bool) -> tuple[date, date | None]:
    """First day and first day after the row; an inclusive end is the day before that."""
    starts_on, end = _day(raw.get("start")), raw.get("end")
    if starts_on is None:
        raise UserError(RetentionRefusal.ROW_DAY, case=at.case, row=at.row, name="start")
    if end is None:
        return starts_on, None
    ends_on = _day(end)
    if ends_on is None:
        raise UserError(RetentionRefusal.ROW_DAY, case=at.case, row=at.row, name="end")
    if ends_on < starts_on:
        raise UserError(RetentionRefusal.ROW_ENDS_FIRST, case=at.case, row=at.row)
    return starts_on, add_days(ends_on, 1) if inclusive else ends_on


def _arr(raw: Mapping[str, Any], at: _At) -> Fraction:
    """`arr`, else amount × 12 ÷ months: what was paid for several years at once is no ARR."""
    if raw.get("arr") is not None:
        arr = _number(raw["arr"])
    elif raw.get("months") is None:
        arr = None
    else:
        amount, months = _number(raw.get("amount")), _number(raw["months"])
        if months is None or months <= 0:
            raise UserError(RetentionRefusal.ROW_MONTHS, case=at.case, row=at.row)
        arr = None if amount is None else amount * 12 / months
    if arr is None:
        raise UserError(RetentionRefusal.ROW_AMOUNT, case=at.case, row=at.row)
    return arr


def _number(value: Any) -> Fraction | None:
    """The number that stands there, exactly; None for anything else, and for one that nobody means."""
    # True is a number to Python; and an exponent of a million digits would take hours to write out.
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or abs(Decimal(value).adjusted()) > 30:
        return None
    return Fraction(value)


def _text(raw: Mapping[str, Any], name: str, at: _At) -> str:
    text = raw.get(name)
    if not isinstance(text, str) or not text.strip():
        raise UserError(RetentionRefusal.ROW_TEXT, case=at.case, row=at.row, name=name)
    return text


def _day(value: Any) -> date | None:
    try:
        return parse_day(value) if isinstance(value, str) else None
    except (ValueError, DayOutOfRangeError):
        return None


def _wrong(case_id: str, name: str, wanted: str) -> UserError:
    return UserError(RetentionRefusal.CASE_SETTING_VALUE, case=case_id, name=name, wanted=wanted)


def as_expected(one: Retention[str]) -> dict[str, Any]:
    """The figures of one currency under the keys of `expected`; money to a cent, rates to six places."""
    return {
        "accounts": one.n,
        "arr_t0": amount(one.start),
        "arr_t1_of_cohort": amount(one.end_of_cohort),
        "kept": amount(one.kept),
        "grr": rate(one.grr),
        "nrr": rate(one.nrr),
        "logos_kept": one.logos_kept,
        "logo": rate(one.logo),
        "churn_arr": amount(-one.came(one.churned)),
        "contraction_arr": amount(-one.came(one.contracted)),
        "expansion_arr": amount(one.came(one.expanded)),
        "churned": [move.account for move in one.churned],
        "contracted": [move.account for move in one.contracted],
        "expanded": [move.account for move in one.expanded],
        "out_reactivated": [move.account for move in one.reactivated],
        "out_new": [move.account for move in one.new],
        "few_accounts": one.is_few,
    }


def amount(value: Fraction) -> int | float:
    """Money for JSON, to a cent; a whole number where it is one."""
    cents = round(value, 2)
    return int(cents) if cents.denominator == 1 else float(cents)


def rate(value: Fraction | None) -> float | None:
    """A rate for JSON, to six places; None stays none."""
    return None if value is None else float(round(value, 6))
