"""The head of an owner's list: what they did in 30 days, and the steps that are theirs."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain.values.days import shift_moment
from bot.domain.values.text import coming_day, near_day, short
from bot.features.portfolios.list_views import OwnerMonth, OwnerStep
from bot.store.members import Member
from bot.store.owner_work import OpenStep, owner_work

DAYS = 30
_STEPS = 5
_NAME, _TEXT = 60, 75


def month_of(session: Session, owner: Member, today: date, now: datetime) -> OwnerMonth:
    """The month of an owner up to now; who may see it is the caller's to say. `today` is the reader's."""
    work = owner_work(session, owner, shift_moment(now, -timedelta(days=DAYS)), now, today=today, shown=_STEPS)

    def step(of: OpenStep) -> OwnerStep:
        late = of.due_on is not None and of.due_on < today
        day = "" if of.due_on is None else near_day(of.due_on, today) if late else coming_day(of.due_on, today)
        return OwnerStep(short(of.account, _NAME), short(of.text, _TEXT), day, late)

    steps = tuple(step(of) for of in work.steps)
    return OwnerMonth(
        DAYS, work.moved, work.evidence, work.asked, work.answered, work.open_steps, work.late_steps, steps
    )
