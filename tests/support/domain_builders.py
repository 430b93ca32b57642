"""Small builders for the facts of one account, so that an example reads like the rule it shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from bot.domain.account.assessment import Assessment, assess
from bot.domain.enums import CadenceKind, CheckKind, CheckVerdict, Direction, OutcomeKind, PromptState, Source
from bot.domain.model import Account, Check, Evidence, MeetingFact, Outcome, Person, ProofState, Terms
from bot.domain.proof.checks import checked_of
from bot.domain.proof.grading import Graded, grade
from bot.domain.proof.terms import JUDGED
from tests.support import cast

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

DANA, KIM, SAM, FIN, USER = (
    Person(number, 1, who.name, who.part)
    for number, who in enumerate((cast.DANA, cast.KIM, cast.SAM, cast.FIN, cast.UMA), start=1)
)
EVERYBODY = (DANA, KIM, SAM, FIN, USER)

ACME = Account(
    1,
    1,
    "acme",
    "Acme",
    arr_minor=12_000_000,
    currency="USD",
    contract_start=date(2025, 3, 1),
    renewal_date=date(2027, 3, 1),
    owner_id=7,
)

OWNER, TOM, PRIYA = 7, 8, 9
"""Members of ours: Maya, who owns Acme, a colleague, and the manager of the portfolio."""

_ids = count(100)


def ago(days: int) -> date:
    """The day that many days before today."""
    return TODAY - timedelta(days=days)


def at(day: date, hour: int = 9) -> datetime:
    """A moment of that day, UTC."""
    return datetime.combine(day, time(hour), UTC)


def onboarding(**changes: Any) -> Outcome:
    """From 12 days to 5 days, agreed, owned and due in summer."""
    outcome = Outcome(
        1,
        1,
        "Onboard a customer in 5 days",
        metric="onboarding time",
        unit="days",
        direction=Direction.DOWN,
        baseline=Decimal(12),
        baseline_on=ago(300),
        baseline_agreed_by=KIM.id,
        target=Decimal(5),
        due_on=date(2026, 7, 1),
        owner_person_id=SAM.id,
    )
    return replace(outcome, **changes)


def legal(**changes: Any) -> Outcome:
    """A statement outcome."""
    outcome = Outcome(
        2,
        1,
        "Legal signs without us",
        kind=OutcomeKind.STATEMENT,
        due_on=date(2026, 7, 1),
        owner_person_id=SAM.id,
        baseline_agreed_by=KIM.id,
    )
    return replace(outcome, **changes)


def first_terms(outcome: Outcome, **changes: Any) -> Terms:
    """The first version of an outcome's terms; the customer agreed to it if the outcome names who did."""
    by = outcome.baseline_agreed_by
    terms = Terms(
        outcome.id * 1000,
        outcome.account_id,
        outcome.id,
        1,
        at(ago(300)),
        **{name: getattr(outcome, name) for name in JUDGED},
        agreed_on=ago(300) if by is not None else None,
        agreed_by=by,
        agreement_link="https://acme.example/plan" if by is not None else None,
    )
    return replace(terms, **changes)


def piece(source: Source, value: int | str | None = None, age: int = 10, **changes: Any) -> Evidence:
    """One piece of evidence of the onboarding outcome, recorded by its owner on the day it was dated, with a link."""
    as_of, piece_id = ago(age), changes.pop("id", None) or next(_ids)
    made = Evidence(
        piece_id,
        1,
        changes.pop("outcome_id", 1),
        source,
        as_of,
        at(as_of),
        value=None if value is None else Decimal(value),
        recorded_by=OWNER,
        reference_key=f"link:{piece_id}",
    )
    return replace(made, **changes)


def look(of: Evidence, by: int = TOM, on: date | None = None, **changes: Any) -> Check:
    """A colleague opened a piece's reference, on the day it was recorded, and it shows it."""
    moment = of.recorded_at if on is None else at(on)
    made = Check(
        next(_ids), 1, of.id, CheckKind.COUNTERSIGN, CheckVerdict.SHOWS, moment, member_id=by, owner_then=OWNER
    )
    return replace(made, **changes)


def says_so(of: Evidence, person: Person, on: date | None = None, **changes: Any) -> Check:
    """A person of the customer said by themselves that a piece is right."""
    moment = of.recorded_at if on is None else at(on)
    made = Check(next(_ids), 1, of.id, CheckKind.CUSTOMER, CheckVerdict.CONFIRMED, moment, person_id=person.id)
    return replace(made, **changes)


def wrote(value: int | str | None = None, age: int = 10, **changes: Any) -> Evidence:
    """Dana Fox, the champion, wrote it."""
    return piece(Source.CUSTOMER_WROTE, value, age, **{"attested_by": DANA.id, **changes})


def system(value: int | str | None = None, age: int = 10, **changes: Any) -> Evidence:
    """It stands in the customer's own system."""
    return piece(Source.CUSTOMER_SYSTEM, value, age, **changes)


def measured(value: int | str | None = None, age: int = 10, **changes: Any) -> Evidence:
    """We measured it."""
    return piece(Source.OUR_MEASUREMENT, value, age, **changes)


def graded(
    outcome: Outcome,
    *pieces: Evidence,
    people: tuple[Person, ...] = EVERYBODY,
    on: date = TODAY,
    checks: tuple[Check, ...] | None = None,
    account: Account = ACME,
) -> Graded:
    """The outcome graded on a day, its terms agreed. Without `checks`, Priya, the manager, has seen every reference."""
    looks = seen_by_priya(pieces) if checks is None else checks
    state = ProofState(account, people, (outcome,), evidence=pieces, checks=looks)
    by_id = {person.id: person for person in people}
    return grade(outcome, pieces, by_id, on, checked_of(state), versions=(first_terms(outcome),))


def seen_by_priya(pieces: Iterable[Evidence]) -> tuple[Check, ...]:
    """The manager's look at each piece that has a reference."""
    return tuple(look(piece, PRIYA, as_manager=True) for piece in pieces if piece.reference_key is not None)


def meeting(
    age: int, prompt: PromptState = PromptState.ANSWERED, *, moved: bool | None = False, **more: Any
) -> MeetingFact:
    """A weekly sync that many days ago."""
    kind = more.pop("kind", CadenceKind.WEEKLY_SYNC)
    return MeetingFact(next(_ids), 1, 1, kind, at(ago(age)), prompt, 7, None, moved)


def acme(*parts: Outcome | Evidence | Person, account: Account = ACME, **more: Any) -> ProofState:
    """The state of one account; without a person given, everybody is there. Its evidence is seen as in `graded`."""
    people = tuple(part for part in parts if isinstance(part, Person)) or EVERYBODY
    outcomes = tuple(part for part in parts if isinstance(part, Outcome))
    more.setdefault("terms", tuple(first_terms(outcome) for outcome in outcomes))
    return ProofState(
        account,
        people=people,
        outcomes=outcomes,
        evidence=tuple(part for part in parts if isinstance(part, Evidence)),
        names={OWNER: cast.MAYA.name, TOM: cast.TOM.name, PRIYA: cast.PRIYA.name},
        **{"checks": seen_by_priya(part for part in parts if isinstance(part, Evidence)), **more},
    )


def assessed(*parts: Outcome | Evidence | Person, on: date = TODAY, **more: Any) -> Assessment:
    return assess(acme(*parts, **more), on, at(on, 12))
