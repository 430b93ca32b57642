"""Counts the bridge of a digest once more, from two exports alone: nothing here knows the bot's own rules.

It goes through the steps by brute force: it changes a copy of last week's figure step by step, and takes the whole
portfolio's share anew after each.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tests.support import recount
from tests.support.recount import Counted, Row
from tests.support.recount_terms import Goalposts

ORDER = (
    *("restated", "upgrade", "terms", "proven", "partly_proven", "expired", "disputed", "fallen_back", "missed"),
    *("person_left", "failed_check", "withdrawn", "added", "retired"),
    *("joined", "returned", "lost", "moved_in", "moved_out", "arr_changed"),
)
NOTHING = Fraction(0)


@dataclass(frozen=True)
class Week:
    """A portfolio as it was exported at a digest: its accounts, counted, and all rows."""

    on: date
    portfolio_id: int
    counted: dict[int, Counted]
    rows: dict[str, list[Row]]

    @classmethod
    def of(cls, export: str, portfolio_id: int, on: date) -> Week:
        """The week that an export shows."""
        rows: dict[str, list[Row]] = defaultdict(list)
        for line in export.splitlines()[1:]:
            row = json.loads(line)
            rows[row["table"]].append(row)
        return cls(on, portfolio_id, recount.count(export, on), rows)

    def is_customer(self, account_id: int) -> bool:
        """Whether an account is in this week's figure."""
        of = self.counted.get(account_id)
        inside = of is not None and of.account["portfolio_id"] == self.portfolio_id
        return inside and of is not None and of.account["status"] == "customer"


@dataclass
class _Weighed:
    """An account in the figure, as it is changed on the way."""

    arr: int | None
    currency: str | None
    credits: dict[int, Fraction]


def bridges(before: Week, after: Week) -> dict[str, tuple[Fraction, list[tuple[str, Fraction]], Fraction]]:
    """By currency: the share last told, each step that took place with what it moved, and the share now."""
    figure = {of: _weighed(before.counted[of]) for of in before.counted if before.is_customer(of)}
    todo: dict[str, list[tuple[int, int | None]]] = defaultdict(list)
    for account_id in {*before.counted, *after.counted}:
        for step, outcome_id in _steps(before, after, account_id):
            todo[step].append((account_id, outcome_id))
    start, shares = _shares(figure), _shares(figure)
    moved: dict[str, list[tuple[str, Fraction]]] = defaultdict(list)
    for step in ORDER:
        touched = set()
        for account_id, outcome_id in todo[step]:
            touched |= _apply(figure, after, account_id, outcome_id)
        now = _shares(figure)
        for currency in sorted(touched):
            moved[currency].append((step, now.get(currency, NOTHING) - shares.get(currency, NOTHING)))
        shares = now
    return {
        currency: (start.get(currency, NOTHING), moved[currency], shares.get(currency, NOTHING))
        for currency in {*start, *shares, *moved}
    }


def _apply(figure: dict[int, _Weighed], after: Week, account_id: int, outcome_id: int | None) -> set[str]:
    """Change one outcome, or the whole account; returns the currencies whose figure that is a part of."""
    then = figure.get(account_id)
    touched = {then.currency} if then is not None and then.arr is not None else set()
    if outcome_id is None:
        figure.pop(account_id, None)
        if after.is_customer(account_id):
            now = figure[account_id] = _weighed(after.counted[account_id])
            touched |= {now.currency} if now.arr is not None else set()
    elif then is not None:
        credits = after.counted[account_id].credits
        then.credits.pop(outcome_id, None)
        if outcome_id in credits:
            then.credits[outcome_id] = credits[outcome_id]
    return {currency for currency in touched if currency}


def _steps(before: Week, after: Week, account_id: int) -> Iterator[tuple[str, int | None]]:
    was_in, is_in = before.is_customer(account_id), after.is_customer(account_id)
    if was_in and is_in:
        then, now = before.counted[account_id], after.counted[account_id]
        for outcome_id in then.credits.keys() | now.credits.keys():
            if outcome_id not in then.credits:
                yield "added", outcome_id
            elif outcome_id not in now.credits:
                yield "retired", outcome_id
            elif then.credits[outcome_id] != now.credits[outcome_id]:
                yield _cause(before, after, account_id, outcome_id), outcome_id
        if _weight(then) != _weight(now):
            yield "arr_changed", None
    elif is_in:
        before_row = before.counted.get(account_id)
        if before_row is None:
            yield "joined", None
        elif before_row.account["portfolio_id"] == before.portfolio_id:
            yield "returned", None
        else:
            yield "moved_in" if before_row.account["portfolio_id"] else "joined", None
    elif was_in:
        status = after.counted[account_id].account["status"]
        yield "lost" if status == "former" else "moved_out", None


def _cause(before: Week, after: Week, account_id: int, outcome_id: int) -> str:
    then, now = before.counted[account_id], after.counted[account_id]
    was, became = then.proofs.get(outcome_id), now.proofs.get(outcome_id)
    credit = now.credits[outcome_id]
    if outcome_id in now.retired:
        return "retired"
    if was is not None and was == became:
        return "terms"
    if credit > then.credits[outcome_id]:
        proof = next((row for row in after.rows["evidence"] if row["id"] == became), None)
        set_at = max((row["set_at"][:10] for row in after.rows["terms"] if row["outcome_id"] == outcome_id), default="")
        if proof is not None and proof["recorded_at"][:10] < before.on.isoformat() <= set_at:
            return "terms"
        return "proven" if credit == 1 else "partly_proven"
    pieces = [row for row in after.rows["evidence"] if row["outcome_id"] == outcome_id]
    outcome = next(row for row in after.rows["outcome"] if row["id"] == outcome_id)
    people = {row["id"]: row for row in after.rows["person"]}
    piece = next((row for row in pieces if row["id"] == was), None)
    if piece is None:
        return "withdrawn"
    seen = recount.Witnesses(now.account, after.rows)
    if any(recount._by(day, after.on) for day in _disputed_on(piece, outcome, seen, after.on)):
        return "disputed"
    if seen._is_refuted(piece, after.on):
        return "failed_check"
    end = _end_of(piece, pieces, outcome, (before.on, after.on))
    if end:
        return end
    versions = [row for row in after.rows["terms"] if row["outcome_id"] == outcome_id]
    goals = Goalposts(versions, after.on)
    if not goals.is_fresh(outcome, piece, after.on):
        return "expired"
    attestor = people.get(piece["attested_by"] or 0)
    witness = seen.of(piece, after.on)
    if not witness:
        upgraded = now.account.get("upgraded_on")
        return "upgrade" if upgraded and piece["recorded_at"][:10] <= upgraded else "failed_check"
    gone = attestor is not None and recount._by(attestor["left_on"], after.on)
    stays = witness in ("customer", "system", "message")
    unnamed = attestor is None and piece["source"] != "customer_system"
    return "person_left" if (gone and not stays) or unnamed else "terms"


def _disputed_on(piece: Row, outcome: Row, seen: recount.Witnesses, on: date) -> Iterator[str]:
    """The days of the disputes that a piece falls under."""
    for cause, settled in seen.disputes(outcome, on):
        if cause["id"] == piece["id"] or (not settled and piece["as_of"] <= cause["disputed_on"]):
            yield cause["disputed_on"]


def _end_of(piece: Row, pieces: list[Row], outcome: Row, days: tuple[date, date]) -> str | None:
    """What was done to a piece of evidence, or what time did to it."""
    since, on = days
    if recount._by(piece["withdrawn_on"], on):
        return "withdrawn"
    if not recount._stands(piece, pieces, on):
        return "restated"
    overdue = outcome["due_on"] is not None and date.fromisoformat(outcome["due_on"]) < on
    worse = [other for other in pieces if recount._stands(other, pieces, on) and _is_worse(outcome, other, piece)]
    if worse:
        newest = max(worse, key=lambda row: (row["as_of"], -row["id"]))
        if date.fromisoformat(newest["as_of"]) < since:
            return "restated"
        return "missed" if overdue and _is_back_at_the_start(outcome, pieces, on) else "fallen_back"
    return None


def _is_worse(outcome: Row, other: Row, piece: Row) -> bool:
    if outcome["kind"] != "numeric" or other["value"] is None or piece["value"] is None:
        return False
    if other["as_of"] < piece["as_of"] or Fraction(other["value"]) == Fraction(piece["value"]):
        return False
    now, before = recount._distance(outcome, other["value"]), recount._distance(outcome, piece["value"])
    return now is None or before is None or now > before


def _is_back_at_the_start(outcome: Row, pieces: list[Row], on: date) -> bool:
    """Confirmed evidence shows no progress at all. The story's pieces are confirmed where they have a person."""
    standing = [row for row in pieces if recount._stands(row, pieces, on) and row["value"] is not None]
    newest = max(standing, key=lambda row: (row["as_of"], row["id"]), default=None)
    return newest is not None and recount._progress(outcome, newest["value"]) == 0


def _weighed(counted: Counted) -> _Weighed:
    arr, currency = _weight(counted)
    return _Weighed(arr, currency, dict(counted.credits))


def _weight(counted: Counted) -> tuple[int | None, str | None]:
    arr, currency = counted.account["arr_minor"], counted.account["currency"]
    return (arr, currency) if arr is not None and currency else (None, None)


def _shares(figure: dict[int, _Weighed]) -> dict[str, Fraction]:
    arr: dict[str, int] = defaultdict(int)
    proven: dict[str, Fraction] = defaultdict(Fraction)
    for one in figure.values():
        if one.arr is None or one.currency is None:
            continue
        arr[one.currency] += one.arr
        if one.credits:
            proven[one.currency] += one.arr * sum(one.credits.values(), NOTHING) / len(one.credits)
    return {currency: proven[currency] / whole if whole else NOTHING for currency, whole in arr.items()}
