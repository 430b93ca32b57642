"""What the pictures need beside the demo's book: a customer with twelve outcomes, a full day of Tom's, two renewals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.enums import CadenceKind, CheckVerdict, Direction, Part, Source
from bot.features.accounts import add_account, judgement
from bot.features.accounts.judgement import NewJudgement
from bot.features.accounts.new_account import NewAccount
from bot.features.evidence import countersign, record
from bot.features.evidence.record import NewEvidence
from bot.features.meetings import cadences
from bot.features.meetings.cadences import NewCadence
from bot.features.plan import outcomes, people
from bot.features.plan.outcomes import NewOutcome
from bot.store import schema
from tests.support.bot_process import Stage

MERIDIAN = "Meridian Schools Trust"
_AGREED = "https://meridian.example/success-plan"


@dataclass(frozen=True)
class Figure:
    """One outcome of the trust: `was` and `now` of `target`, seen so many days `ago`."""

    title: str
    unit: str
    direction: Direction
    was: str
    now: str
    target: str
    ago: int
    due: int = 60


_FIGURES = (
    Figure("Supplier invoices are paid on time", "%", Direction.UP, "71", "96", "95", 13),
    Figure("Fewer paper requests a month", "requests", Direction.DOWN, "2400", "310", "400", 20),
    Figure("Purchase orders are raised before delivery", "%", Direction.UP, "38", "91", "90", 13),
    Figure("Auditors find no approval without a name", "findings", Direction.DOWN, "9", "0", "0", 61),
    Figure("Heads approve from their phone within a day", "days", Direction.DOWN, "4", "0.9", "1", 8),
    Figure("Fewer schools overrun their budget in a term", "schools", Direction.DOWN, "14", "6", "2", 13),
    Figure("Payroll changes are not typed twice", "%", Direction.UP, "0", "0", "80", 33, due=-31),
)
_UNPROVEN = (
    ("The trust has one approval policy", "Each school renews or leaves alone"),
    ("Governors read spending in Harborline", "The board sees a cost and no control"),
    ("Grant reporting takes two days", "Two finance posts stay"),
    ("Estates uses it for works orders", "Estates buys another tool"),
    ("The finance committee accepts the savings", "The renewal is argued on price"),
)


def fill_the_book(stage: Stage) -> None:
    """Write all of it, at the moment where the stage begins."""
    maya, tom, ines = (stage.actor(who) for who in ("maya", "tom", "ines"))
    stage.write(lambda session: _trust(session, maya, ines, stage.now))
    fill_a_day(stage)
    stage.write(lambda session: _renewals(session, tom, ines, stage.now))


def fill_a_day(stage: Stage) -> None:
    """Give Tom, who meets Acme tomorrow, a meeting today and another one tomorrow."""
    tom = stage.actor("tom")
    stage.write(lambda session: _day(session, tom, stage.now))


def _account(session: Session, owner: Actor, name: str, arr: str, renews_in: int, now: datetime) -> int:
    """An account that its owner added two hundred days ago; it renews in so many days."""
    start, renewal = now.date() - timedelta(days=200), now.date() + timedelta(days=renews_in)
    new = NewAccount(name, owner.member.slack_id, None, arr, contract_start=start, renewal_date=renewal)
    return add_account.add_account(session, owner, new, now - timedelta(days=200))


def _trust(session: Session, manager: Actor, owner: Actor, now: datetime) -> None:
    account_id = _account(session, owner, MERIDIAN, "150,000", 120, now)
    joan = people.add_person(
        session,
        owner,
        account_id,
        now - timedelta(days=190),
        name="Joan Ferris",
        part=Part.ECONOMIC_BUYER,
        title="Bursar",
    )
    begun = now - timedelta(days=180)
    for number, figure in enumerate(_FIGURES):
        new = _planned(account_id, figure, joan, begun.date())
        outcome = outcomes.add_outcome(session, owner, new, begun)
        seen = NewEvidence(
            account_id,
            outcome,
            f"pictures:{number}",
            Source.CUSTOMER_SYSTEM,
            (now - timedelta(days=figure.ago)).date(),
            value=figure.now,
            link=f"https://meridian.example/reports/{number}",
            attested_by=joan,
        )
        countersign.countersign(session, manager, record.record(session, owner, seen, now), CheckVerdict.SHOWS, now)
    for title, risk in _UNPROVEN:
        due = (now + timedelta(days=90)).date()
        outcomes.add_outcome(session, owner, NewOutcome(account_id, title, due_on=due, risk_if_never=risk), now)
    why = "The bursar likes it, the committee has not seen a figure"
    judged = NewJudgement(account_id, "not_clear", why, "A figure that the committee accepts")
    judgement.judge(session, manager, judged, now)


def _planned(account_id: int, figure: Figure, agreed_by: int, begun: date) -> NewOutcome:
    return NewOutcome(
        account_id,
        figure.title,
        metric=figure.title,
        unit=figure.unit,
        direction=figure.direction,
        baseline=figure.was,
        baseline_on=begun,
        baseline_agreed_by=agreed_by,
        agreed_on=begun,
        agreement_link=_AGREED,
        target=figure.target,
        due_on=begun + timedelta(days=180 + figure.due),
        owner_person_id=agreed_by,
        shelf_life_days=120,
    )


def _day(session: Session, tom: Actor, now: datetime) -> None:
    """Two more meetings, today and tomorrow."""
    for name, kind, ahead, at in (
        ("Corvid Insurance", CadenceKind.BUSINESS_REVIEW, 0, "14:30"),
        ("Bluewater Logistics", CadenceKind.RENEWAL_READOUT, 1, "11:00"),
    ):
        account = schema.account
        one = (account.c.workspace_id == tom.workspace_id) & (account.c.name == name)
        account_id = session.execute(select(account.c.id).where(one)).scalar_one()
        first = (now + timedelta(days=ahead)).date()
        new = NewCadence(account_id, kind, first, at, "monthly", "America/New_York")
        cadences.set_cadence(session, tom, new, now)


def _renewals(session: Session, tom: Actor, ines: Actor, now: datetime) -> None:
    """One that its owner is asked about, and one that is past."""
    _account(session, ines, "Orbit Retail", "64,000", 52, now)
    _account(session, tom, "Pinnacle Hotels", "72,000", -6, now)
