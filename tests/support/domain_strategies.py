"""Rich random ledgers for the laws of proof: outcomes whole and broken, evidence in every state, people who left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from bot.domain.enums import CheckKind, CheckVerdict, Direction, Method, OutcomeKind, Part, Source, Witness
from bot.domain.model import Account, Check, Evidence, Outcome, Person, ProofState
from tests.support.domain_builders import first_terms

TODAY = date(2026, 3, 2)
ROSTER = tuple(Person(number, 1, f"Person {number}", part) for number, part in enumerate(Part, start=1))
PERSON_IDS = st.sampled_from([None, *(person.id for person in ROSTER), 99])
"""Everybody on the roster, nobody, and an id that nobody has."""

OWNER, TOM, PRIYA = 7, 8, 9
"""Members of ours: who owns the account and records most of its evidence, a colleague, and the manager."""
SEEN, BY_MANAGER, BY_OWNER, FAILED, CONFIRMED = (
    "seen",
    "seen by the manager",
    "seen by the owner",
    "failed",
    "confirmed",
)
"""What `looks` makes of a piece, told by its `measured_by`, which no rule reads."""

past_days = st.integers(0, 200).map(lambda days: TODAY - timedelta(days=days))
levels = st.integers(0, 12).map(lambda half: Decimal(half) / 2)
"""Few enough values that ties, falls and exact targets are common."""

due_days = st.one_of(st.none(), past_days)


# Made once: to make them at every draw takes longer than to draw.
_FATES = st.sampled_from(["", "", "", "", "disputed", "withdrawn"])
_SOURCES = st.sampled_from(Source)
_HOURS = st.integers(0, 23)
_LEVELS = st.one_of(levels, levels, levels, st.none())
_STATEMENTS = st.sampled_from(["it works", "it works", None])
_ORAL = st.sampled_from([False, False, False, True])
_METHODS = st.one_of(st.none(), st.sampled_from(Method))
_NOTES = st.sampled_from([None, " ", "two new hires in May"])
_MONEY = st.sampled_from([None, 0, 500_000])
_CURRENCIES = st.sampled_from([None, "USD"])
_RECORDERS = st.sampled_from([OWNER, OWNER, TOM, None])
_ARRIVALS = st.sampled_from([None, None, None, None, Witness.MESSAGE, Witness.SYSTEM])
_MEASURERS = st.sampled_from([None, SEEN, SEEN, BY_MANAGER, BY_OWNER, FAILED, CONFIRMED])
_LEFT = st.one_of(st.none(), st.none(), past_days)
_DIRECTIONS = st.sampled_from([Direction.UP, Direction.UP, Direction.DOWN, Direction.HOLD, None])
_BASELINE_DAYS = st.one_of(st.none(), st.just(TODAY - timedelta(days=200)), past_days)
_AGREED = st.sampled_from([1, 1, 1, None])
_SHELF_LIVES = st.sampled_from([30, 90, 365])


@st.composite
def rosters(draw: st.DrawFn) -> dict[int, Person]:
    """Everybody by id; some have left."""
    return {person.id: replace(person, left_on=draw(_LEFT)) for person in ROSTER}


@st.composite
def outcomes(draw: st.DrawFn, outcome_id: int = 1) -> Outcome:
    """Mostly whole outcomes; any part may be missing or contradict another."""
    if draw(st.integers(0, 3)) == 0:
        agreed = draw(_AGREED)
        statement = Outcome(outcome_id, 1, "A statement", kind=OutcomeKind.STATEMENT, due_on=draw(due_days))
        return replace(statement, baseline_agreed_by=agreed)
    return draw(numbers(outcome_id))


@st.composite
def numbers(draw: st.DrawFn, outcome_id: int = 1) -> Outcome:
    """Numeric outcomes."""
    low, high = sorted((draw(levels), draw(levels)))
    return Outcome(
        outcome_id,
        1,
        "A number",
        direction=draw(_DIRECTIONS),
        baseline=draw(_LEVELS),
        baseline_on=draw(_BASELINE_DAYS),
        baseline_agreed_by=draw(_AGREED),
        target=draw(_LEVELS),
        band_low=draw(st.one_of(st.just(low), st.none())),
        band_high=draw(st.one_of(st.just(high), st.none())),
        due_on=draw(due_days),
        shelf_life_days=draw(_SHELF_LIVES),
    )


@st.composite
def pieces(draw: st.DrawFn, piece_id: int = 1, outcome_id: int = 1) -> Evidence:
    """One piece in force or disputed or withdrawn, of any source; what is said of it lies in the past."""
    as_of = draw(past_days)
    state = draw(_FATES)
    return Evidence(
        piece_id,
        1,
        outcome_id,
        draw(_SOURCES),
        as_of,
        datetime.combine(as_of, time(draw(_HOURS)), UTC),
        value=draw(_LEVELS),
        statement=draw(_STATEMENTS),
        oral=draw(_ORAL),
        attested_by=draw(PERSON_IDS),
        method=draw(_METHODS),
        method_note=draw(_NOTES),
        money_minor=draw(_MONEY),
        currency=draw(_CURRENCIES),
        accepted_by=draw(PERSON_IDS),
        accepted_on=draw(st.one_of(st.none(), st.just(as_of))),
        disputed_on=draw(st.sampled_from([as_of, TODAY])) if state == "disputed" else None,
        withdrawn_on=TODAY if state == "withdrawn" else None,
        recorded_by=draw(_RECORDERS),
        reference_key=draw(st.sampled_from([f"link:{piece_id}", f"link:{piece_id}", "link:shared", None])),
        arrived_as=draw(_ARRIVALS),
        measured_by=draw(_MEASURERS),
    )


def looks(pieces: Iterable[Evidence]) -> tuple[Check, ...]:
    """The looks at these pieces that their `measured_by` tells of, each on the day it was recorded."""
    told = ((piece, piece.measured_by or "") for piece in pieces)
    return tuple(_look(piece, how) for piece, how in told if how in (SEEN, BY_MANAGER, BY_OWNER, FAILED, CONFIRMED))


def _look(piece: Evidence, how: str) -> Check:
    by_person = how == CONFIRMED
    return Check(
        piece.id,
        1,
        piece.id,
        CheckKind.CUSTOMER if by_person else CheckKind.COUNTERSIGN,
        {FAILED: CheckVerdict.DOES_NOT, CONFIRMED: CheckVerdict.CONFIRMED}.get(how, CheckVerdict.SHOWS),
        piece.recorded_at,
        member_id=None if by_person else {BY_MANAGER: PRIYA, BY_OWNER: OWNER}.get(how, TOM),
        person_id=2 if by_person else None,
        owner_then=OWNER,
        as_manager=how == BY_MANAGER,
    )


@st.composite
def ledgers(draw: st.DrawFn, outcome_id: int = 1, most: int = 7) -> list[Evidence]:
    """All evidence of one outcome; some pieces supersede an earlier one."""
    first = outcome_id * 100
    held = [draw(pieces(first + number, outcome_id)) for number in range(draw(st.integers(0, most)))]
    for number in range(len(held) - 1):
        if draw(st.integers(0, 4)) == 0:
            later = draw(st.integers(number + 1, len(held) - 1))
            held[number] = replace(held[number], superseded_by=held[later].id, superseded_on=TODAY)
    return held


@st.composite
def states(draw: st.DrawFn, account_id: int = 1) -> ProofState:
    """An account with up to four outcomes and their evidence."""
    count = draw(st.integers(0, 4))
    evidence = tuple(piece for number in range(1, count + 1) for piece in draw(ledgers(number, most=4)))
    drawn = tuple(draw(outcomes(number)) for number in range(1, count + 1))
    return ProofState(
        Account(account_id, 1, f"account-{account_id}", f"Account {account_id}"),
        people=tuple(draw(rosters()).values()),
        outcomes=drawn,
        terms=tuple(first_terms(outcome) for outcome in drawn),
        evidence=evidence,
        checks=looks(evidence),
    )
