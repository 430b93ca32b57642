"""READ THIS FIRST for the digest. How the figure last told became today's, step by step (docs/rules.md).

Each step is applied on top of the ones before it, in the order of `STEPS`: first what happened to the outcomes of
customers that are in both figures, then who is in it, then what each weighs. Figures are exact fractions, so that the
steps sum to the difference; what is printed is made of them by `printed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any, TypeAlias

from bot.domain.enums import CreditCause, Movement
from bot.domain.portfolio.book import SCALE, Book, OutcomeMark, Row

Step: TypeAlias = CreditCause | Movement
STEPS: tuple[Step, ...] = (*CreditCause, *Movement)
"""All steps, in the order in which they are applied and printed."""
SAME: frozenset[Step] = frozenset(STEPS[: STEPS.index(CreditCause.ADDED)])
"""What can move the figure of the same customers and outcomes."""
_NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Line:
    """One step and by how much it moved the share, as a fraction of 1."""

    step: Step
    change: Fraction


@dataclass(frozen=True, slots=True)
class Bridge:
    """From `start` to `end`, both shares of the ARR in one currency. `lines` are in the order of `STEPS`, and there is
    one for every step that took place, even where it moved nothing.

    `arr_before` and `arr_minor` are the sums of ARR that the shares are of, of so many accounts; without any ARR a
    share is 0.
    """

    currency: str
    start: Fraction
    end: Fraction
    lines: tuple[Line, ...]
    arr_before: int
    arr_minor: int
    accounts_before: int = 0
    accounts: int = 0

    @property
    def same(self) -> Fraction:
        """The share of the same customers and outcomes: the figure that no loss and no newcomer can flatter."""
        return self.start + sum((line.change for line in self.lines if line.step in SAME), _NOTHING)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; fractions travel as text so that they stay exact."""
        steps = [(line.step.value, str(line.change)) for line in self.lines]
        return {"currency": self.currency, "start": str(self.start), "steps": steps, "end": str(self.end)}


def in_a_row(bridges: Sequence[Bridge]) -> Bridge:
    """A longer bridge: by definition the weekly ones in a row, each step the sum of its weeks.

    They are of one currency, oldest first, and each begins where the one before it ends; else ValueError.
    """
    if not bridges or any(
        (earlier.end, earlier.currency) != (later.start, later.currency) for earlier, later in pairwise(bridges)
    ):
        raise ValueError("bridges in a row have one currency, and each begins where the one before it ends")
    sums: dict[Step, Fraction] = {}
    for bridge in bridges:
        for line in bridge.lines:
            sums[line.step] = sums.get(line.step, _NOTHING) + line.change
    first, last = bridges[0], bridges[-1]
    lines = tuple(Line(step, sums[step]) for step in STEPS if step in sums)
    return Bridge(
        first.currency,
        first.start,
        last.end,
        lines,
        first.arr_before,
        last.arr_minor,
        first.accounts_before,
        last.accounts,
    )


@dataclass(frozen=True, slots=True)
class Printed:
    """A bridge in whole percent and points: `start`, the lines up to `same`, the lines after it, `end`."""

    start: int
    before: tuple[tuple[Step, int], ...]
    same: int
    after: tuple[tuple[Step, int], ...]
    end: int


def printed(bridge: Bridge) -> Printed:
    """The bridge in whole points, which sum to the printed difference by largest remainder.

    The three shares are cut as everywhere; lines up to the middle share sum to it, and those after it to the end.
    """
    start, same, end = (floor(share * 100) for share in (bridge.start, bridge.same, bridge.end))
    return Printed(
        start,
        _rounded([line for line in bridge.lines if line.step in SAME], same - start),
        same,
        _rounded([line for line in bridge.lines if line.step not in SAME], end - same),
        end,
    )


def _rounded(lines: Sequence[Line], difference: int) -> tuple[tuple[Step, int], ...]:
    """Whole points of each line; those with the largest remainder are rounded up until they sum to the difference."""
    points = [floor(line.change * 100) for line in lines]
    remainders = [line.change * 100 - whole for line, whole in zip(lines, points, strict=True)]
    by_remainder = sorted((at for at, line in enumerate(lines) if line.change), key=lambda at: (-remainders[at], at))
    for at in by_remainder[: difference - sum(points)]:
        points[at] += 1
    return tuple((line.step, whole) for line, whole in zip(lines, points, strict=True))


@dataclass(slots=True)
class _Sums:
    """The ARR of one currency, and what of it is proven: ARR times credit, by the number of outcomes that share it."""

    arr: int = 0
    accounts: int = 0
    proven: dict[int, int] = field(default_factory=dict)

    def add(self, arr: int, credit: int, outcomes: int, times: int = 1) -> None:
        """Take an account in, or out if `times` is -1; `credit` is the sum over its outcomes."""
        self.arr += times * arr
        self.accounts += times
        self.move(arr, credit, outcomes, times)

    def move(self, arr: int, credit: int, outcomes: int, times: int) -> None:
        """The same without the account's weight."""
        if outcomes and credit:
            self.proven[outcomes] = self.proven.get(outcomes, 0) + times * arr * credit

    def merge(self, other: _Sums) -> None:
        """Add what another one holds."""
        self.arr += other.arr
        self.accounts += other.accounts
        for outcomes, amount in other.proven.items():
            self.proven[outcomes] = self.proven.get(outcomes, 0) + amount

    def share(self) -> Fraction:
        """The proven share; 0 without any ARR."""
        if self.arr <= 0:
            return _NOTHING
        covered = sum((Fraction(amount, outcomes) for outcomes, amount in self.proven.items()), _NOTHING)
        return covered / (SCALE * self.arr)


class BridgeBuilder:
    """Takes in every account of the figure last told and of today's, in any order, and makes a bridge a currency."""

    def __init__(self) -> None:
        self._before: dict[str, _Sums] = {}
        self._changes: dict[Step, dict[str, _Sums]] = {}

    def stayed(self, before: Book, row: Row) -> None:
        """An account of which nothing has changed, as the earlier book tells it."""
        if row.arr_minor is not None:
            self._start(row.currency).add(row.arr_minor, before.credit_of(row), len(row.outcomes))

    def changed(self, before: Book, then: Row, after: Book, now: Row, causes: Mapping[int, CreditCause]) -> None:
        """A customer in both books. `causes` names the step of every outcome that came, went or has another credit."""
        self.stayed(before, then)
        told = before.credit_of(then), len(then.outcomes)
        credit, outcomes = self._moved(then, told, before.marks_of(then), after.marks_of(now), causes)
        if (then.arr_minor, then.currency) != (now.arr_minor, now.currency):
            self._leave(Movement.ARR_CHANGED, then, credit, outcomes)
            self._enter(Movement.ARR_CHANGED, now, credit, outcomes)

    def merged(
        self, before: Book, then: Sequence[Row], after: Book, now: Sequence[Row], causes: Mapping[int, CreditCause]
    ) -> None:
        """Accounts of which some became one, or one became several again, between the two books.

        Up to the step *merged* each outcome moves with the weight that its account had; in that step all leave with
        their old weights and enter with those of today. So no step of the same outcomes gains from the merge.
        """
        now_marks = {of: mark for row in now for of, mark in after.marks_of(row).items()}
        told = {of for row in then for of in row.outcomes}
        homes = {of: row.account_id for row in now for of in row.outcomes}
        ids = {row.account_id for row in then}
        for at, row in enumerate(then):
            self.stayed(before, row)
            marks = before.marks_of(row)
            # What is new is counted where it is today; what is of an account that is new, with the first one.
            theirs = {
                of: cause
                for of, cause in causes.items()
                if of in marks
                or (of not in told and (homes.get(of) == row.account_id or (at == 0 and homes.get(of) not in ids)))
            }
            moved = self._moved(row, (before.credit_of(row), len(row.outcomes)), marks, now_marks, theirs)
            self._leave(Movement.MERGED, row, *moved)
        for row in now:
            self._enter(Movement.MERGED, row, after.credit_of(row), len(row.outcomes))

    def entered(self, step: Movement, after: Book, row: Row) -> None:
        """An account that is in today's figure only."""
        self._enter(step, row, after.credit_of(row), len(row.outcomes))

    def left(self, step: Movement, before: Book, row: Row) -> None:
        """An account that is in the figure last told only, as it was told."""
        self.stayed(before, row)
        self._leave(step, row, before.credit_of(row), len(row.outcomes))

    def bridges(self) -> tuple[Bridge, ...]:
        """The bridge of every currency that either figure has, by currency."""
        currencies = {*self._before, *(currency for by in self._changes.values() for currency in by)}
        made = [self._bridge(currency) for currency in currencies]
        return tuple(sorted(made, key=lambda bridge: bridge.currency))

    def _moved(
        self,
        then: Row,
        told: tuple[int, int],
        marks: Mapping[int, OutcomeMark],
        now_marks: Mapping[int, OutcomeMark],
        causes: Mapping[int, CreditCause],
    ) -> tuple[int, int]:
        """Put the outcomes of an account into their steps, with its old weight; returns credit and count after them."""
        credit, outcomes = told
        by_cause: dict[CreditCause, list[int]] = {}
        for outcome_id, cause in causes.items():
            by_cause.setdefault(cause, []).append(outcome_id)
        for cause in sorted(by_cause, key=STEPS.index):
            moved_credit = credit + sum(_gain(marks, now_marks, of) for of in by_cause[cause])
            moved_outcomes = outcomes + sum((of in now_marks) - (of in marks) for of in by_cause[cause])
            change = self._change(cause, then)
            if change is not None and then.arr_minor is not None:
                change.move(then.arr_minor, credit, outcomes, -1)
                change.move(then.arr_minor, moved_credit, moved_outcomes, 1)
            credit, outcomes = moved_credit, moved_outcomes
        return credit, outcomes

    def _bridge(self, currency: str) -> Bridge:
        sums = _Sums()
        sums.merge(self._before.get(currency, _Sums()))
        arr_before, accounts_before, start = sums.arr, sums.accounts, sums.share()
        share, lines = start, []
        for step in STEPS:
            change = self._changes.get(step, {}).get(currency)
            if change is not None:
                sums.merge(change)
                moved = sums.share()
                lines.append(Line(step, moved - share))
                share = moved
        return Bridge(currency, start, share, tuple(lines), arr_before, sums.arr, accounts_before, sums.accounts)

    def _enter(self, step: Movement, row: Row, credit: int, outcomes: int) -> None:
        change = self._change(step, row)
        if change is not None and row.arr_minor is not None:
            change.add(row.arr_minor, credit, outcomes)

    def _leave(self, step: Movement, row: Row, credit: int, outcomes: int) -> None:
        change = self._change(step, row)
        if change is not None and row.arr_minor is not None:
            change.add(row.arr_minor, credit, outcomes, -1)

    def _start(self, currency: str) -> _Sums:
        sums = self._before.get(currency)
        if sums is None:
            sums = self._before[currency] = _Sums()
        return sums

    def _change(self, step: Step, row: Row) -> _Sums | None:
        """What a step changes in the currency of an account; None where the account is in no figure."""
        if row.arr_minor is None:
            return None
        return self._changes.setdefault(step, {}).setdefault(row.currency, _Sums())


def _gain(before: Mapping[int, OutcomeMark], after: Mapping[int, OutcomeMark], outcome_id: int) -> int:
    """How much more credit an outcome has; one that is not there has none."""
    then, now = before.get(outcome_id), after.get(outcome_id)
    return (0 if now is None else now.credit) - (0 if then is None else then.credit)


def shares(book: Book) -> dict[str, Fraction]:
    """The figure of a book itself, by currency."""
    sums: dict[str, _Sums] = {}
    for row in book.rows():
        if row.arr_minor is not None and not row.is_former:
            one = sums.setdefault(row.currency, _Sums())
            one.add(row.arr_minor, book.credit_of(row), len(row.outcomes))
    return {currency: of.share() for currency, of in sums.items()}


def upgraded(currency: str, start: Fraction, end: Fraction, arr_minor: int) -> Bridge:
    """The bridge from a figure of which only the share was kept: all of the difference is the step *upgrade*."""
    return Bridge(currency, start, end, (Line(CreditCause.UPGRADE, end - start),), 0, arr_minor)
