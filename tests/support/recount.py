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

from tests.support.recount_terms import Goalposts

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
    """One account, counted: credit by outcome, the grade of each that has one, and the evidence behind each credit.

    `retired` are those outcomes that were retired unproven and still count.
    """

    account: Row
    credits: dict[int, Fraction]
    grades: dict[int, str]
    proofs: dict[int, int]
    retired: set[int]

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
    seen = Witnesses(account, tables)
    credits: dict[int, Fraction] = {}
    grades: dict[int, int | None] = {}
    proofs: dict[int, int] = {}
    retired: set[int] = set()
    for outcome in tables["outcome"]:
        if outcome["account_id"] != account["id"]:
            continue
        pieces = [row for row in tables["evidence"] if row["outcome_id"] == outcome["id"]]
        versions = [row for row in tables["terms"] if row["outcome_id"] == outcome["id"]]
        is_retired = _by(outcome["retired_on"], on)
        day = _date(outcome["retired_on"]) if is_retired else on
        grade, credit, proof = _outcome(outcome, pieces, people, seen, versions, day)
        if not is_retired:
            credits[outcome["id"]], grades[outcome["id"]] = credit, grade
            if credit and proof is not None:
                proofs[outcome["id"]] = proof
        elif credit < 1 and not _by(outcome["retire_agreed_on"], on):  # it counts until a manager agrees
            credits[outcome["id"]] = Fraction(0)
            retired.add(outcome["id"])
    named = {row: GRADES[grade] for row, grade in grades.items() if grade is not None}
    return Counted(account, credits, named, proofs, retired)


class Witnesses:
    """Who looked at the evidence of one account, as its rows say."""

    def __init__(self, account: Row, tables: dict[str, list[Row]]) -> None:
        self._since = account.get("upgraded_on")
        self._people = {row["id"]: row for row in tables["person"]}
        self._pieces = [row for row in tables["evidence"] if row["account_id"] == account["id"]]
        self._checks = sorted(
            (
                row
                for row in tables["evidence_check"]
                if row["account_id"] == account["id"] and row.get("taken_back_at") is None
            ),
            key=lambda row: (row["at"], row["id"]),
        )

    def disputes(self, outcome: Row, on: date) -> list[tuple[Row, bool]]:
        """The disputed pieces of an outcome that their customer has not confirmed since, and whether all is settled."""
        pieces = [piece for piece in self._pieces if piece["outcome_id"] == outcome["id"]]
        found = []
        for piece in pieces:
            if not _by(piece["disputed_on"], on) or self._answered(piece, piece, on):
                continue
            others = [other for other in pieces if other is not piece and not _by(other["withdrawn_on"], on)]
            found.append((piece, any(self._answered(other, piece, on) for other in others)))
        return found

    def _answered(self, piece: Row, disputed: Row, on: date) -> bool:
        """Whether the right person stands behind a piece since a dispute."""
        right = [
            person["id"]
            for person in self._people.values()
            if disputed["disputed_by"] in (None, person["id"]) or person["part"] == "economic_buyer"
        ]
        clicks = [day for who, day in self._clicks(piece, on) if who in right]
        if any(day >= disputed["disputed_on"] for day in clicks):
            return True
        written = piece is not disputed and piece["source"] == "customer_wrote" and piece["attested_by"] in right
        later = piece["as_of"] >= disputed["disputed_on"] and not _by(piece["disputed_on"], on)
        return written and later and (self._is_message(piece) or self._is_seen(piece, on))

    def _clicks(self, piece: Row, on: date) -> list[tuple[int, str]]:
        """(person, day) of those of the customer whose last word on a piece is yes, and who were there to say it."""
        last: dict[int, Row] = {}
        for check in self._checks:
            if (
                check["evidence_id"] in self._lineage(piece)
                and check["kind"] == "customer"
                and _by(check["at"][:10], on)
            ):
                last[check["person_id"]] = check
        return [
            (who, check["at"][:10])
            for who, check in last.items()
            if check["verdict"] == "confirmed" and not _by(self._people[who]["left_on"], _date(check["at"][:10]))
        ]

    def _looks(self, ids: set[int], piece: Row, on: date) -> list[Row]:
        """The last word of each colleague from outside the account team on these pieces."""
        last: dict[int, Row] = {}
        for check in self._checks:
            inside = check["member_id"] in (None, check["owner_then"], check["deputy_then"], piece["recorded_by"])
            counts = check["kind"] != "customer" and check["verdict"] != "cannot_open" and not inside
            if counts and check["evidence_id"] in ids and _by(check["at"][:10], on):
                last[check["member_id"]] = check
        return list(last.values())

    def _lineage(self, piece: Row) -> set[int]:
        """A piece and those it replaced which said the same of the same reference."""
        same = ("outcome_id", "as_of", "source", "value", "statement", "reference_key")
        ids, grown = {piece["id"]}, True
        while grown:
            older = {
                other["id"]
                for other in self._pieces
                if other["superseded_by"] in ids and all(other[name] == piece[name] for name in same)
            }
            grown = not older <= ids
            ids |= older
        return ids

    def of(self, piece: Row, on: date) -> str:
        """customer, system, message, seen, bare, or nothing."""
        if self._clicks(piece, on):
            return "customer"
        if piece["arrived_as"] == "system" and piece["source"] == "customer_system":
            return "system"
        if self._is_message(piece):
            return "message"
        if piece["reference_key"] is None or self._is_refuted(piece, on):
            return ""
        if self._is_seen(piece, on):
            return "seen"
        return "bare" if self._still_new(piece, on) else ""

    def _is_message(self, piece: Row) -> bool:
        wrote = piece["source"] == "customer_wrote" and piece["attested_by"] in self._people
        return piece["arrived_as"] == "message" and wrote

    def _is_seen(self, piece: Row, on: date) -> bool:
        verdicts = {check["verdict"] for check in self._looks(self._lineage(piece), piece, on)}
        return piece["reference_key"] is not None and "shows" in verdicts and "does_not" not in verdicts

    def _is_refuted(self, piece: Row, on: date) -> bool:
        return any(check["verdict"] == "does_not" for check in self._looks(self._lineage(piece), piece, on))

    def _still_new(self, piece: Row, on: date) -> bool:
        """Whether the 14 days of a reference run that nobody but the account team has opened."""
        mine = piece["recorded_at"][:10]
        same = [other for other in self._pieces if other["reference_key"] == piece["reference_key"]]
        for other in same:
            looks = self._looks({other["id"]}, other, date.max)
            failed = any(check["verdict"] == "does_not" for check in looks)
            if failed and other["outcome_id"] == piece["outcome_id"]:
                return False
        disputes = self.disputes({"id": piece["outcome_id"]}, date.max)
        if any(cause["disputed_on"] <= mine for cause, settled in disputes if not settled):
            return False
        used = [o for o in same if o["withdrawn_on"] is None or o["withdrawn_on"] > o["recorded_at"][:10]]
        first = min([*used, piece], key=lambda other: (other["recorded_at"], other["id"]))
        is_old = self._since is not None and mine <= self._since
        if first["as_of"] != piece["as_of"] and not is_old:
            return False
        begins = min(mine, first["recorded_at"][:10])
        begins = begins if self._since is None else max(begins, self._since)
        return on < _date(begins) + timedelta(days=14)

    def of_money(self, piece: Row, on: date) -> bool:
        """Whether who accepted the money, or the manager, stands for it on this very piece."""
        for check in self._checks:
            mine = check["evidence_id"] == piece["id"] and _by(check["at"][:10], on)
            if mine and check["person_id"] is not None and check["person_id"] == piece["accepted_by"]:
                return any(who == piece["accepted_by"] for who, _ in self._clicks(piece, on))
        looks = self._looks({piece["id"]}, piece, on)
        return piece["reference_key"] is not None and any(
            check["as_manager"] and check["verdict"] == "shows" for check in looks
        )


def _outcome(
    outcome: Row, pieces: list[Row], people: dict[int, Row], seen: Witnesses, versions: list[Row], on: date
) -> tuple[int | None, Fraction, int | None]:
    """The strongest grade in force, the credit that confirmed evidence gives under agreed terms, and which piece."""
    goals = Goalposts(versions, on)
    grade, credit, proof = _figures(outcome, pieces, people, seen, goals, on)
    if not goals.hold:
        return None if grade is None else min(grade, 1), Fraction(0), None
    as_agreed = _figures(goals.under_the_agreed(outcome), pieces, people, seen, goals, on)[1]
    return grade, min(credit, as_agreed), proof


def _figures(
    outcome: Row, pieces: list[Row], people: dict[int, Row], seen: Witnesses, goals: Goalposts, on: date
) -> tuple[int | None, Fraction, int | None]:
    disputes = seen.disputes(outcome, on)
    standing = [piece for piece in pieces if _stands(piece, pieces, on)]
    run, _ = _in_order(outcome, [piece for piece in standing if goals.are_meant(piece)], disputes)
    _, disputed = _in_order(outcome, standing, disputes)
    live = [piece for piece in run if goals.is_fresh(outcome, piece, on)]
    graded = [(_grade(outcome, piece, people, seen, on), piece) for piece in live]
    best = max((grade for grade, _ in graded), default=None)
    if disputed and best in (None, 0) and goals.is_fresh(outcome, disputed[-1], on):
        best = 0
    confirmed = [piece for grade, piece in graded if grade >= 3]
    if not confirmed:
        return best, Fraction(0), None
    if outcome["kind"] == "statement":
        return best, Fraction(1), confirmed[-1]["id"]
    return best, _progress(outcome, confirmed[-1]["value"]) or Fraction(0), confirmed[-1]["id"]


def _in_order(outcome: Row, pieces: list[Row], disputes: list[tuple[Row, bool]]) -> tuple[list[Row], list[Row]]:
    """The undisputed pieces since the newest value that is behind an older one, and the disputed ones."""
    run: list[Row] = []
    disputed: list[Row] = []
    shown: Fraction | None = None
    for piece in sorted(pieces, key=lambda piece: _age(outcome, piece)):
        if shown is not None and piece["value"] is not None and outcome["kind"] == "numeric":
            now, before = _distance(outcome, piece["value"]), _distance(outcome, shown)
            if Fraction(piece["value"]) != shown and (now is None or before is None or now > before):
                run, shown = [], None
        if any(
            cause["id"] == piece["id"] or (not settled and piece["as_of"] <= cause["disputed_on"])
            for cause, settled in disputes
        ):
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


def _grade(outcome: Row, piece: Row, people: dict[int, Row], seen: Witnesses, on: date) -> int:
    witness = seen.of(piece, on)
    source, attestor = piece["source"], people.get(piece["attested_by"] or 0)
    caps = [3 if witness == "customer" else REACHES[source]]
    if outcome["kind"] == "numeric" and source not in ("our_word", "our_telemetry"):
        has_baseline = outcome["baseline"] is not None
        before = outcome["baseline_on"] is not None and piece["as_of"] < outcome["baseline_on"]
        caps.append(5 if has_baseline and not before and piece["value"] is not None else 1)
    if outcome["kind"] == "statement":
        caps.append(1 if source == "our_measurement" else 5)
        if source.startswith(("customer", "champion")) and not (piece["statement"] or piece["link"]):
            caps.append(0)
        if source == "customer_system" and attestor is None and witness != "customer":
            caps.append(2)
        if source == "our_measurement" and witness == "customer":
            caps.remove(1)
    if witness == "customer":
        return min(caps) if min(caps) < 3 else _risen(piece, people, seen, on)
    if source in ("customer_said", "customer_wrote", "champion_presented") and attestor is None:
        caps.append(0)
    if piece["oral"] and witness != "system":
        caps.append(2)
    if (
        source == "champion_presented"
        and attestor
        and not _played(attestor, piece["as_of"], "champion", "economic_buyer")
    ):
        caps.append(2)
    if min(caps) < 3:
        return min(caps)
    if not witness:
        return 2
    risen = _risen(piece, people, seen, on)
    gone = (
        attestor is not None and not _stands_by(attestor, piece["as_of"], on) and witness not in ("message", "system")
    )
    return risen if not gone else 4 if _taken(piece, people, seen, on) else 2


def _taken(piece: Row, people: dict[int, Row], seen: Witnesses, on: date) -> bool:
    """Whether our share was worked out and their money accepted before the eyes of somebody, by whoever is gone now."""
    accepter = people.get(piece["accepted_by"] or 0)
    said = piece["accepted_on"] or piece["as_of"]
    may = accepter is not None and _played(accepter, said, "finance", "economic_buyer")
    dated = piece["accepted_on"] is None or _by(piece["accepted_on"], on)
    worth = piece["money_minor"] is not None and bool(piece["currency"])
    isolated = piece["method"] == "comparison_group" or (piece["method"] and (piece["method_note"] or "").strip())
    return bool(isolated) and may and dated and worth and seen.of_money(piece, on)


def _risen(piece: Row, people: dict[int, Row], seen: Witnesses, on: date) -> int:
    """Confirmed, and what a method and accepted money add to it."""
    method, note = piece["method"], (piece["method_note"] or "").strip()
    if method is None or (method != "comparison_group" and not note):
        return 3
    accepter = people.get(piece["accepted_by"] or 0)
    said = piece["accepted_on"] or piece["as_of"]
    here = accepter is not None and _stands_by(accepter, said, on)
    return 5 if here and _taken(piece, people, seen, on) else 4


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
