"""Counts retention once more, from an export alone: nothing here knows the bot's own rules.

It is written from docs/rules.md (Contracts and renewals, Retention) with other means: for each day it asks each line of
each account what it pays on that very day. So a mistake in the rules' code would have to be made twice to go unnoticed.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
ENDLESS = "9999-12-31"
PARTS = ("start", "expansion", "contraction", "lost", "reactivated", "new", "end")


@dataclass(frozen=True)
class Kept:
    """One currency between two days: money in minor units, accounts by name."""

    n: int
    nrr: Fraction | None
    grr: Fraction | None
    logos: Fraction | None
    bridge: dict[str, int]
    names: dict[str, list[str]]


class Book:
    """The accounts of an export that are there, with the terms that count; days are ISO texts."""

    def __init__(self, export: str) -> None:
        tables: dict[str, list[Row]] = defaultdict(list)
        for line in export.splitlines()[1:]:
            row = json.loads(line)
            if row["table"] in ("account", "contract"):
                tables[row["table"]].append(row)
        self.accounts = {row["id"]: row for row in tables["account"] if row["taken_back_at"] is None}
        self._terms: dict[int, list[Row]] = defaultdict(list)
        for row in self._standing(tables["contract"]):
            self._terms[row["account_id"]].append(row)

    def kept(self, t0: str, t1: str) -> dict[str, Kept]:
        """The figures of each currency in which anything is paid on one of the two days."""
        paid = {of: (self._pays(of, t0), self._pays(of, t1)) for of in self.accounts}
        known = {of: both for of, both in paid.items() if None not in both and not _moved(*both)}
        currencies = {currency for both in known.values() for side in both for currency in side or {}}
        return {currency: self._of(currency, known, t0) for currency in currencies}

    def _of(self, currency: str, paid: dict[int, Any], t0: str) -> Kept:
        was = {of: both[0].get(currency, 0) for of, both in paid.items()}
        now = {of: both[1].get(currency, 0) for of, both in paid.items()}
        cohort = [of for of in was if was[of]]
        came = [of for of in now if now[of] and not was[of]]
        groups = {
            "expansion": [of for of in cohort if now[of] > was[of]],
            "contraction": [of for of in cohort if 0 < now[of] < was[of]],
            "lost": [of for of in cohort if not now[of]],
            "reactivated": [of for of in came if self._paid_before(of, currency, t0)],
            "new": [of for of in came if not self._paid_before(of, currency, t0)],
        }
        bridge = {part: sum(now[of] - was[of] for of in group) for part, group in groups.items()}
        start = sum(was[of] for of in cohort)
        kept = sum(min(was[of], now[of]) for of in cohort)
        return Kept(
            len(cohort),
            Fraction(sum(now[of] for of in cohort), start) if cohort else None,
            Fraction(kept, start) if cohort else None,
            Fraction(len(cohort) - len(groups["lost"]), len(cohort)) if cohort else None,
            {"start": start, **bridge, "end": sum(now.values())},
            {part: sorted(self.accounts[of]["name"] for of in group) for part, group in groups.items()},
        )

    def _standing(self, rows: list[Row]) -> list[Row]:
        """Of each term the newest version that nobody took back."""
        newest: dict[tuple[int, str], Row] = {}
        for row in sorted(rows, key=lambda row: row["version"]):
            if row["taken_back_at"] is None:
                newest[row["account_id"], row["key"]] = row
        return list(newest.values())

    def _counts(self, of: int, row: Row, day: str) -> bool:
        """Whether a term is in force on a day, and nothing that rests on more speaks for that time."""
        terms = self._terms[of]
        if row["basis"] == "stand_in" and any(other["basis"] != "stand_in" for other in terms):
            return False
        if not row["starts_on"] <= day < self._end(of, row):
            return False
        imported = [other for other in terms if other["basis"] == "imported" and row["basis"] == "recorded"]
        replaced = any(_runs(other, row["starts_on"]) for other in imported)
        return not replaced and not any(row["starts_on"] < other["starts_on"] <= day for other in imported)

    def _end(self, of: int, row: Row) -> str:
        """Where a term ends. Where nobody says how it ended and no document speaks, it runs on with the customer."""
        account = self.accounts[of]
        stays = account["status"] == "customer" and account["leaves_on"] is None
        others = [one for one in self._terms[of] if row["basis"] != "merged" or one["basis"] != "imported"]
        followed = any(other["starts_on"] >= row["ends_on"] for other in others) if row["ends_on"] else False
        runs_on = stays and not followed and row["basis"] != "imported"
        return ENDLESS if runs_on else row["ends_on"] or ENDLESS

    def _pays(self, of: int, day: str) -> dict[str, int] | None:
        """What an account pays on a day, by currency; None where an amount is unknown."""
        lines: dict[str, Row] = {}
        for row in sorted(self._terms[of], key=lambda row: (row["starts_on"], row["id"])):
            if self._counts(of, row, day):
                lines[(row["line"] or row["external_id"] or f"#{row['id']}").lower()] = row
        sums: dict[str, int] = defaultdict(int)
        for row in lines.values():
            if row["arr_minor"] is None or not row["currency"]:
                return None
            sums[row["currency"]] += row["arr_minor"]
        return {currency: arr for currency, arr in sums.items() if arr > 0}

    def _paid_before(self, of: int, currency: str, day: str) -> bool:
        """Whether an account paid in a currency before a day; it began or ended to on one of the days of its terms."""
        turns = {row[name] for row in self._terms[of] for name in ("starts_on", "ends_on") if row[name]}
        return any((self._pays(of, turn) or {}).get(currency, 0) > 0 for turn in turns if turn < day)


def _runs(row: Row, day: str) -> bool:
    return bool(row["starts_on"] <= day < (row["ends_on"] or ENDLESS))


def _moved(was: dict[str, int] | None, now: dict[str, int] | None) -> bool:
    """Whether somebody pays in one currency on the first day and only in others on the second."""
    return bool(was and now and not was.keys() & now.keys())
