"""What changed between two digests of a portfolio: which outcomes and why, and which accounts came, went or moved.

The books are walked side by side first, which says what is to be asked of the ledger. The answers give each outcome its
cause and each account its movement; with them the bridges are built.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from bot.domain.enums import AccountStatus, CreditCause, Movement
from bot.domain.model import Account
from bot.domain.portfolio.account_summary import OutcomeTold
from bot.domain.portfolio.book import SCALE, Book, OutcomeMark, OutcomeState, Row
from bot.domain.portfolio.bridge import Bridge, BridgeBuilder
from bot.domain.proof.fate import Fate
from bot.domain.values.money import Money, money

BROKEN = frozenset(
    {
        CreditCause.RESTATED,
        CreditCause.EXPIRED,
        CreditCause.DISPUTED,
        CreditCause.FALLEN_BACK,
        CreditCause.MISSED,
        CreditCause.PERSON_LEFT,
        CreditCause.FAILED_CHECK,
        CreditCause.WITHDRAWN,
    }
)
"""The causes that break an outcome: it had more credit, and neither terms nor new rules have taken it."""
_BROKEN_STATES = {OutcomeState.MISSED: CreditCause.MISSED, OutcomeState.DISPUTED: CreditCause.DISPUTED}
_LEAVING = (Movement.LOST, Movement.MOVED_OUT, Movement.MERGED)
_NOBODY: Mapping[int, OutcomeTold] = {}


@dataclass(frozen=True, slots=True)
class OutcomeChange:
    """One outcome that is not as it was told. `cause` is its step, None where its credit is the same. `broken` says in
    what way it broke, None if it did not. `told` is None where the ledger has nothing on it any more; `fate` is what
    became of the evidence that gave it its credit, if other evidence gives it now."""

    outcome_id: int
    cause: CreditCause | None
    broken: CreditCause | None
    newly_proven: bool
    newly_retired: bool
    told: OutcomeTold | None
    fate: Fate | None


@dataclass(frozen=True, slots=True)
class AccountChange:
    """The outcomes of one account that are not as they were told."""

    account: Account
    outcomes: tuple[OutcomeChange, ...]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """An account that came, went or moved: how it stands today, in which portfolio it is and, if it came from another
    one since the last digest, in which it was. `taken_back`: the import that added it was undone. `merged_into` names
    the account that it went into. `proven` is its own coverage today, where that is asked for: of one that another
    portfolio has by now."""

    account: Account
    portfolio: str | None
    came_from: str | None
    taken_back: bool
    merged_into: str | None = None
    proven: Fraction | None = None


@dataclass(frozen=True, slots=True)
class AccountMove:
    """An account in its one step of membership. `arr` is what it weighs in the figure that it left or entered, `before`
    what it weighed if its ARR changed; `proven` is its own coverage there, None without an outcome.

    `place` is the portfolio that it came from or went to, None where there is none. `proven_now` is the coverage today
    of one that went to another portfolio: what happened to it in its last week stands in no other step.
    """

    account: Account
    movement: Movement
    arr: Money | None
    before: Money | None
    proven: Fraction | None
    place: str | None
    taken_back: bool
    proven_now: Fraction | None = None


Standings = Callable[[Sequence[int]], Iterable[tuple[Account, Mapping[int, OutcomeTold]]]]
"""Of these accounts, worst first: what there is to tell of each of their outcomes."""
Places = Callable[[Sequence[int]], Iterable[Whereabouts]]
"""Where these accounts are; one that no longer exists is left out."""


@dataclass(frozen=True, slots=True)
class Week:
    """What lies between two digests: the day of the earlier one, and whether the rules have changed since."""

    since: date
    new_rules: bool


class Comparison:
    """Two books of a portfolio, the one last told and today's."""

    def __init__(self, before: Book, after: Book, week: Week, merges: Sequence[tuple[int, int]] = ()) -> None:
        """`merges` are the accounts (merged, stays) that became one since, or became two again."""
        self._before, self._after, self._week = before, after, week
        self._builder = BridgeBuilder()
        self._outcomes = array("q")
        self._moved = array("q")
        self._groups = _groups(before, after, merges)
        self._group_of = {account_id: group for group in self._groups for account_id in group.ids}

    def walk(self) -> None:
        """Take in what stayed as it was, and note the accounts of which the ledger must be asked."""
        for then, now in _side_by_side(self._before, self._after):
            if (row := then or now) is not None and row.account_id in self._group_of:
                self._outcomes.extend([row.account_id] if now is not None and not now.is_former else [])
                self._moved.append(row.account_id)
            elif then is not None and now is not None and not then.is_former and not now.is_former:
                same_outcomes = self._before.same_as(then, self._after, now)
                same_arr = (then.arr_minor, then.currency) == (now.arr_minor, now.currency)
                if not same_outcomes:
                    self._outcomes.append(now.account_id)
                elif same_arr:
                    self._builder.stayed(self._before, then)
                else:
                    self._builder.changed(self._before, then, self._after, now, {})
                if not same_arr:
                    self._moved.append(now.account_id)
            elif (then is not None and not then.is_former) or (now is not None and not now.is_former):
                row = then or now
                assert row is not None
                self._moved.append(row.account_id)

    def outcomes(self, standings: Standings) -> Iterator[AccountChange]:
        """The outcomes that changed, account by account, each with its cause."""
        waiting = set(self._outcomes)
        grouped: dict[int, tuple[Account, Mapping[int, OutcomeTold]]] = {}
        for account, told in standings(self._outcomes):
            if account.id in waiting:
                waiting.remove(account.id)
                if account.id in self._group_of:
                    grouped[account.id] = account, told
                else:
                    yield AccountChange(account, self._caused(account.id, told))
        for account_id in waiting - self._group_of.keys():
            self._caused(account_id, _NOBODY)
        for group in self._groups:
            yield from self._caused_by_merge(group, grouped)

    def moves(self, places: Places) -> Iterator[AccountMove]:
        """The accounts that came, went, moved or weigh something else."""
        waiting = set(self._moved)
        for where in places(self._moved):
            if where.account.id in waiting:
                waiting.remove(where.account.id)
                yield self._moving(where)
        for account_id in waiting - self._group_of.keys():
            self._gone(account_id)

    def bridges(self) -> tuple[Bridge, ...]:
        """The bridge of each currency, when all changes and moves were taken in."""
        return self._builder.bridges()

    def _caused(self, account_id: int, told: Mapping[int, OutcomeTold]) -> tuple[OutcomeChange, ...]:
        then, now = self._before.row(account_id), self._after.row(account_id)
        assert then is not None and now is not None
        marks, now_marks = self._before.marks_of(then), self._after.marks_of(now)
        changes = self._changes(marks, now_marks, told)
        causes = {change.outcome_id: change.cause for change in changes if change.cause is not None}
        self._builder.changed(self._before, then, self._after, now, causes)
        return _told(changes)

    def _caused_by_merge(
        self, group: _Group, grouped: Mapping[int, tuple[Account, Mapping[int, OutcomeTold]]]
    ) -> Iterator[AccountChange]:
        """The outcomes that changed in accounts of which some became one: told of the account that has them today."""
        marks = {of: mark for row in group.then for of, mark in self._before.marks_of(row).items()}
        causes: dict[int, CreditCause] = {}
        for row in group.now:
            now_marks = self._after.marks_of(row)
            account, told = grouped.get(row.account_id, (None, _NOBODY))
            changes = self._changes({of: marks[of] for of in now_marks if of in marks}, now_marks, told)
            causes |= {change.outcome_id: change.cause for change in changes if change.cause is not None}
            if account is not None and (news := _told(changes)):
                yield AccountChange(account, news)
        still = {of for row in group.now for of in row.outcomes}
        gone = self._changes({of: mark for of, mark in marks.items() if of not in still}, {}, _NOBODY)
        causes |= {change.outcome_id: change.cause for change in gone if change.cause is not None}
        self._builder.merged(self._before, group.then, self._after, group.now, causes)

    def _changes(
        self, marks: Mapping[int, OutcomeMark], now_marks: Mapping[int, OutcomeMark], told: Mapping[int, OutcomeTold]
    ) -> list[OutcomeChange]:
        return [
            _change(outcome_id, marks.get(outcome_id), now_marks.get(outcome_id), told.get(outcome_id), self._week)
            for outcome_id in sorted(marks.keys() | now_marks.keys())
            if _is_news(marks.get(outcome_id), now_marks.get(outcome_id))
        ]

    def _merged(self, where: Whereabouts, group: _Group) -> AccountMove:
        """An account of a merge: one that is there with all that it weighs now, one that is gone as it was told."""
        then, now = self._before.row(where.account.id), self._after.row(where.account.id)
        is_in = now is not None and not now.is_former
        arr = [row.arr_minor for row in group.then if row.arr_minor is not None]
        book, row = (self._after, now) if is_in else (self._before, then)
        assert row is not None
        before = money(sum(arr), row.currency) if is_in and arr else None
        proven = Fraction(book.credit_of(row), SCALE * len(row.outcomes)) if len(row.outcomes) else None
        place = where.merged_into if not is_in else None
        arr_now = money(row.arr_minor, row.currency)
        return AccountMove(where.account, Movement.MERGED, arr_now, before, proven, place, taken_back=False)

    def _moving(self, where: Whereabouts) -> AccountMove:
        account = where.account
        if (group := self._group_of.get(account.id)) is not None:
            return self._merged(where, group)
        then, now = self._before.row(account.id), self._after.row(account.id)
        was_in, is_in = then is not None and not then.is_former, now is not None and not now.is_former
        place = None
        if was_in and is_in:
            movement = Movement.ARR_CHANGED
        elif is_in:
            returned = then is not None
            movement = Movement.RETURNED if returned else Movement.MOVED_IN if where.came_from else Movement.JOINED
            place = where.came_from if movement is Movement.MOVED_IN else None
        else:
            is_lost = account.status is AccountStatus.FORMER and not where.taken_back
            movement = Movement.LOST if is_lost else Movement.MOVED_OUT
            place = None if is_lost else where.portfolio
            if where.merged_into is not None:
                movement, place = Movement.MERGED, where.merged_into
        self._take(movement, then, now)
        return self._move(where, movement, place, then, now)

    def _move(
        self, where: Whereabouts, movement: Movement, place: str | None, then: Row | None, now: Row | None
    ) -> AccountMove:
        leaves = movement in _LEAVING
        book, row = (self._before, then) if leaves else (self._after, now)
        assert row is not None
        before = None
        if movement is Movement.ARR_CHANGED and then is not None:
            before = money(then.arr_minor, then.currency)
        proven = Fraction(book.credit_of(row), SCALE * len(row.outcomes)) if len(row.outcomes) else None
        arr = money(row.arr_minor, row.currency)
        now_proven = where.proven if movement is Movement.MOVED_OUT else None
        return AccountMove(where.account, movement, arr, before, proven, place, where.taken_back, now_proven)

    def _take(self, movement: Movement, then: Row | None, now: Row | None) -> None:
        """Put the move into the bridge; changed ARR stands there already."""
        if movement in _LEAVING:
            assert then is not None
            self._builder.left(movement, self._before, then)
        elif movement is not Movement.ARR_CHANGED:
            assert now is not None
            self._builder.entered(movement, self._after, now)

    def _gone(self, account_id: int) -> None:
        """An account that the ledger has no more has moved out; one that it cannot place has joined."""
        then, now = self._before.row(account_id), self._after.row(account_id)
        if then is not None and not then.is_former and (now is None or now.is_former):
            self._builder.left(Movement.MOVED_OUT, self._before, then)
        elif now is not None and not now.is_former and (then is None or then.is_former):
            self._builder.entered(Movement.JOINED, self._after, now)


@dataclass(frozen=True, slots=True)
class _Group:
    """Accounts of which some became one, or one became several: the rows of each book that are in the figure."""

    ids: frozenset[int]
    then: tuple[Row, ...]
    now: tuple[Row, ...]


def _groups(before: Book, after: Book, merges: Sequence[tuple[int, int]]) -> tuple[_Group, ...]:
    """The merges that both books tell of; where only one has an account of them, it has moved in or out."""
    joined: dict[int, set[int]] = {}
    for merged, stays in merges:
        together = joined.get(merged, {merged}) | joined.get(stays, {stays})
        for account_id in together:
            joined[account_id] = together
    groups = []
    for ids in {min(together): together for together in joined.values()}.values():
        then, now = (
            tuple(row for of in sorted(ids) if (row := book.row(of)) is not None and not row.is_former)
            for book in (before, after)
        )
        same = {row.account_id for row in then} == {row.account_id for row in now}
        if then and now and not same:
            groups.append(_Group(frozenset(row.account_id for row in (*then, *now)), then, now))
    return tuple(groups)


def _told(changes: Sequence[OutcomeChange]) -> tuple[OutcomeChange, ...]:
    """Those of the changes that are news to a reader."""
    return tuple(
        change for change in changes if change.cause or change.broken or change.newly_proven or change.newly_retired
    )


def cause_of(
    then: OutcomeMark | None, now: OutcomeMark | None, told: OutcomeTold | None, week: Week
) -> CreditCause | None:
    """The one step that an outcome is in, from how it was told, how it stands and what became of its proof.

    None where its credit is as it was. *Restated* is only a late entry or correction that lowers what was told; new
    proof is *proven* whatever its day.
    """
    if then is None:
        return CreditCause.ADDED
    if now is None:
        return CreditCause.RETIRED
    if now.credit == then.credit:
        return None
    if now.state is OutcomeState.RETIRED:
        return CreditCause.RETIRED
    new_terms = told is not None and told.terms_on is not None and told.terms_on >= week.since
    if then.proof and then.proof == now.proof:
        # The same evidence gives another credit: then what it is judged by has changed, the terms or the rules.
        return CreditCause.UPGRADE if week.new_rules and not new_terms else CreditCause.TERMS
    if now.credit > then.credit:
        if new_terms and told is not None and told.proof_on is not None and told.proof_on < week.since:
            return CreditCause.TERMS
        return CreditCause.PROVEN if now.credit == SCALE else CreditCause.PARTLY_PROVEN
    fate = told.fates.get(then.proof) if told is not None else None
    if fate is None:
        return CreditCause.WITHDRAWN
    if fate.cause is CreditCause.FALLEN_BACK and fate.as_of is not None and fate.as_of < week.since:
        return CreditCause.RESTATED
    if fate.cause is CreditCause.TERMS and week.new_rules and not new_terms:
        return CreditCause.UPGRADE
    if now.state is OutcomeState.MISSED and fate.cause in (CreditCause.FALLEN_BACK, CreditCause.EXPIRED):
        return CreditCause.MISSED
    return fate.cause


def _is_news(then: OutcomeMark | None, now: OutcomeMark | None) -> bool:
    """Whether an outcome is told otherwise; that other evidence stands behind the same credit is no news."""
    return then is None or now is None or then[:2] != now[:2]


def _change(
    outcome_id: int, then: OutcomeMark | None, now: OutcomeMark | None, told: OutcomeTold | None, week: Week
) -> OutcomeChange:
    cause = cause_of(then, now, told, week)
    newly_proven = now is not None and now.credit == SCALE and (then is None or then.credit < SCALE)
    broken = cause if cause in BROKEN else None
    if broken is None and cause is None and then is not None and now is not None and then.state is not now.state:
        broken = _BROKEN_STATES.get(now.state)
    fate = told.fates.get(then.proof) if told is not None and then is not None else None
    was_retired = then is not None and then.state is OutcomeState.RETIRED
    retired = now is None or (now.state is OutcomeState.RETIRED and not was_retired)
    return OutcomeChange(outcome_id, cause, broken, newly_proven, retired, told, fate)


def _side_by_side(before: Book, after: Book) -> Iterator[tuple[Row | None, Row | None]]:
    """The rows of two books by account, None where one of them lacks it."""
    earlier, later = before.rows(), after.rows()
    then, now = next(earlier, None), next(later, None)
    while then is not None or now is not None:
        if now is None or (then is not None and then.account_id < now.account_id):
            yield then, None
            then = next(earlier, None)
        elif then is None or now.account_id < then.account_id:
            yield None, now
            now = next(later, None)
        else:
            yield then, now
            then, now = next(earlier, None), next(later, None)
