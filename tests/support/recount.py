"""Counts coverage and grades once more, from an export alone: nothing here knows the bot's own rules.

It is written from docs/rules.md with other means (dictionaries and fractions), so that a mistake in the rules'
code would have to be made twice to go unnoticed.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
GRADES = ("asserted", "observed", "measured", "confirmed", "attributed", "accepted")
REACHES = {
    "our_word": 0,
    "our_telemetry": 1,
    "our_measurement": 2,
    "customer_said": 2,
    "customer_system": 3,
    "customer_wrote": 3,
    "champion_presented": 3,
}


@dataclass(frozen=True)
class Counted:
    """One account, counted: credit by outcome, and the grade of each that has one."""

    account: Row
    credits: dict[int, Fraction]
    grades: dict[int, str]

    @property
    def coverage(self) -> Fraction:
        return sum(self.credits.values(), Fraction(0)) / len(self.credits) if self.credits else Fraction(0)

    @property
    def proven(self) -> int:
        return sum(credit == 1 for credit in self.credits.values())


def count(export: str, on: date) -> dict[int, Counted]:
    """Every account of an export in JSON Lines, as of a day, by id."""
    tables: dict[str, list[Row]] = defaultdict(list)
    for line in export.splitlines()[1:]:
        row = json.loads(line)
        tables[row.pop("table")].append(row)
    return {account["id"]: _account(account, tables, on) for account in tables["account"]}


def percent(share: Fraction | None) -> str:
    """A share as people read it: cut, never rounded up."""
    if share is None:
        return "unknown"
    whole = int(share * 100)
    return "<1%" if whole == 0 and share > 0 else f"{whole}%"


def by_arr(counted: list[Counted]) -> dict[str, Fraction | None]:
    """Coverage weighted by ARR, in each currency; None where there is no ARR to weigh with."""
    weight: Counter[str] = Counter()
    covered: dict[str, Fraction] = defaultdict(Fraction)
    for one in counted:
        minor, currency = one.account["arr_minor"], one.account["currency"]
        if minor is not None and currency:
            weight[currency] += minor
            covered[currency] += minor * one.coverage
    return {currency: covered[currency] / whole if whole else None for currency, whole in weight.items()}


def _account(account: Row, tables: dict[str, list[Row]], on: date) -> Counted:
    people = {row["id"]: row for row in tables["person"] if row["account_id"] == account["id"]}
    credits: dict[int, Fraction] = {}
    grades: dict[int, str] = {}
    for outcome in tables["outcome"]:
        if outcome["account_id"] == account["id"] and not _by(outcome["retired_on"], on):
            pieces = [row for row in tables["evidence"] if row["outcome_id"] == outcome["id"]]
            grade, credits[outcome["id"]] = _outcome(outcome, pieces, people, on)
            if grade is not None:
                grades[outcome["id"]] = GRADES[grade]
    return Counted(account, credits, grades)


def _outcome(outcome: Row, pieces: list[Row], people: dict[int, Row], on: date) -> tuple[int | None, Fraction]:
    """The strongest grade in force, and the credit that confirmed evidence gives."""
    run, disputed = _in_order(outcome, [piece for piece in pieces if _stands(piece, pieces, on)], on)
    fresh = on - timedelta(days=outcome["shelf_life_days"])
    live = [piece for piece in run if _date(piece["as_of"]) >= fresh]
    graded = [(_grade(outcome, piece, people, on), piece) for piece in live]
    best = max((grade for grade, _ in graded), default=None)
    if disputed and best in (None, 0) and _date(disputed[-1]["as_of"]) >= fresh:
        best = 0
    confirmed = [piece for grade, piece in graded if grade >= 3]
    if not confirmed:
        return best, Fraction(0)
    if outcome["kind"] == "statement":
        return best, Fraction(1)
    return best, _progress(outcome, confirmed[-1]["value"]) or Fraction(0)


def _in_order(outcome: Row, pieces: list[Row], on: date) -> tuple[list[Row], list[Row]]:
    """The undisputed pieces since the newest value that is behind an older one, and the disputed ones."""
    run: list[Row] = []
    disputed: list[Row] = []
    shown: Fraction | None = None
    for piece in sorted(pieces, key=lambda piece: _age(outcome, piece)):
        if shown is not None and piece["value"] is not None and outcome["kind"] == "numeric":
            now, before = _distance(outcome, piece["value"]), _distance(outcome, shown)
            if Fraction(piece["value"]) != shown and (now is None or before is None or now > before):
                run, shown = [], None
        if _by(piece["disputed_on"], on):
            disputed.append(piece)
            continue
        run.append(piece)
        if piece["value"] is not None:
            shown = Fraction(piece["value"])
    return run, disputed


def _age(outcome: Row, piece: Row) -> tuple[Any, ...]:
    """Oldest first; on one day the words before the numbers and the better number before the worse one."""
    value = piece["value"]
    far = Fraction(0) if value is None else _distance(outcome, value) or Fraction(0)
    last = piece["source"], piece["attested_by"] or 0, piece["id"]
    return piece["as_of"], value is not None, far, Fraction(value or 0), *last


def _stands(piece: Row, pieces: list[Row], on: date) -> bool:
    recorded, as_of = datetime.fromisoformat(piece["recorded_at"]).date(), _date(piece["as_of"])
    if _by(piece["withdrawn_on"], on) or recorded > on or as_of > on + timedelta(days=1):
        return False
    by_id = {other["id"]: other for other in pieces}
    following = piece["superseded_by"] if piece["superseded_by"] and _by(piece["superseded_on"], on) else None
    while following is not None:
        later = by_id[following]
        if not _by(later["withdrawn_on"], on):
            return False
        following = later["superseded_by"]
    return True


def _grade(outcome: Row, piece: Row, people: dict[int, Row], on: date) -> int:
    source, attestor = piece["source"], people.get(piece["attested_by"] or 0)
    caps = [REACHES[source]]
    if outcome["kind"] == "numeric" and source not in ("our_word", "our_telemetry"):
        agreed = outcome["baseline"] is not None and outcome["baseline_agreed_by"] is not None
        before = outcome["baseline_on"] is not None and piece["as_of"] < outcome["baseline_on"]
        caps.append(5 if agreed and not before and piece["value"] is not None else 1)
    if outcome["kind"] == "statement":
        caps.append(1 if source == "our_measurement" else 5)
        if source.startswith(("customer", "champion")) and not (piece["statement"] or piece["link"]):
            caps.append(0)
        if source == "customer_system" and attestor is None:
            caps.append(2)
    if source in ("customer_said", "customer_wrote", "champion_presented") and attestor is None:
        caps.append(0)
    if piece["oral"]:
        caps.append(2)
    if attestor is not None and not _stands_by(attestor, piece["as_of"], on) and REACHES[source] == 3:
        caps.append(2)
    if (
        source == "champion_presented"
        and attestor
        and not _played(attestor, piece["as_of"], "champion", "economic_buyer")
    ):
        caps.append(2)
    grade = min(caps)
    return grade if grade < 3 else _risen(piece, people, on)


def _risen(piece: Row, people: dict[int, Row], on: date) -> int:
    """Confirmed, and what a method and accepted money add to it."""
    method, note = piece["method"], (piece["method_note"] or "").strip()
    if method is None or (method != "comparison_group" and not note):
        return 3
    accepter = people.get(piece["accepted_by"] or 0)
    said = piece["accepted_on"] or piece["as_of"]
    may = accepter is not None and _played(accepter, said, "finance", "economic_buyer")
    taken = may and accepter is not None and _stands_by(accepter, said, on)
    dated = piece["accepted_on"] is None or _by(piece["accepted_on"], on)
    return 5 if taken and dated and piece["money_minor"] is not None and piece["currency"] else 4


def _stands_by(person: Row, said_on: str, on: date) -> bool:
    """At the customer on a day, and not away since they said it."""
    left, back = person["left_on"], person["returned_on"]
    if _by(left, on) and not (back and back >= left and _by(back, on)):
        return False
    return not _by(back, on) or said_on >= back


def _played(person: Row, day: str, *wanted: str) -> bool:
    """Whether somebody had one of these parts on a day."""
    parts = {person["part"], *filter(None, person["other_parts"].split(","))}
    gained = dict(pair.split(":") for pair in person["gained_parts"].split(",") if pair)
    dropped = dict(pair.split(":") for pair in person["dropped_parts"].split(",") if pair)
    had = {part for part in wanted if part in parts or (part in dropped and day < dropped[part])}
    return any(gained.get(part, day) <= day for part in had)


def _progress(outcome: Row, value: str) -> Fraction | None:
    baseline = None if outcome["baseline"] is None else Fraction(outcome["baseline"])
    if baseline is None:
        return None
    if outcome["direction"] == "hold":
        gap, start = _distance(outcome, value), _distance(outcome, outcome["baseline"])
        if gap is None or start is None:
            return None
        return Fraction(1) if gap == 0 else max(Fraction(0), 1 - gap / start) if start else Fraction(0)
    if outcome["target"] is None or Fraction(outcome["target"]) == baseline:
        return None
    way = Fraction(outcome["target"]) - baseline
    if outcome["direction"] and (outcome["direction"] == "up") != (way > 0):
        return None
    return min(Fraction(1), max(Fraction(0), (Fraction(value) - baseline) / way))


def _distance(outcome: Row, value: Any) -> Fraction | None:
    """How far a value is from good: the larger, the worse."""
    number = Fraction(value)
    way = outcome["direction"]
    if way is None and outcome["target"] is not None and outcome["baseline"] is not None:
        rise = Fraction(outcome["target"]) - Fraction(outcome["baseline"])
        way = "up" if rise > 0 else "down" if rise < 0 else None
    if way == "hold":
        low, high = outcome["band_low"], outcome["band_high"]
        if low is None and high is None:
            return None
        under = Fraction(low) - number if low is not None else Fraction(0)
        over = number - Fraction(high) if high is not None else Fraction(0)
        return max(Fraction(0), under, over)
    return -number if way == "up" else number if way == "down" else None


def _by(day: str | None, on: date) -> bool:
    return day is not None and _date(day) <= on


def _date(day: str) -> date:
    return date.fromisoformat(day)
