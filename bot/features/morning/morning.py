"""The morning message: meetings of today and the next working day, to-dos, evidence that expires, risks held.

It is made from what stands when it is sent, and made again whenever something in it changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours, mornings
from bot.app.actor import Actor, must_read
from bot.app.assessments import assess_ahead, assess_now, rules_day
from bot.domain.account.assessment import Assessment
from bot.domain.enums import Standing
from bot.domain.proof import terms
from bot.domain.values import days
from bot.domain.values.text import percent
from bot.domain.values.working_hours import REMIND_BEFORE, WorkWeek
from bot.features.meetings import prompts
from bot.features.meetings import queries as meeting_queries
from bot.features.meetings.rows import Prompt
from bot.features.meetings.views import PromptView
from bot.features.morning import queries
from bot.features.morning.views import (
    ExpiringLine,
    HeldRiskLine,
    MeetingRow,
    MorningPageView,
    MorningView,
    TodoLine,
    TodoListView,
)
from bot.features.renewals import heads
from bot.outbox.types import Moot
from bot.store import members, proof_state
from bot.store.members import Member

MEETINGS, TODOS, EXPIRING, RISKS = 6, 5, 2, 3
"""So many of each stand in the message."""
EXPIRES_WITHIN = 7
TODOS_AHEAD, TODOS_LISTED = 7, 20
"""The list of steps to move or hand over: so many days ahead, and so many of them."""
_RENEWS_SOON = 90
_ACCOUNTS_LOOKED_AT = 300
_KEPT = (Standing.PROVEN, Standing.PARTLY_PROVEN)


@dataclass(frozen=True, slots=True)
class Morning:
    """A member's morning: the day, and the moment at which its message was put; what was over before is left out."""

    me: Member
    week: WorkWeek
    day: date
    at: datetime

    @property
    def begins(self) -> datetime:
        """The first moment of the day."""
        return days.at(self.day, time(), self.week.tz)

    @property
    def until(self) -> datetime:
        """The end of the next working day: meetings before it are asked about."""
        return mornings.told_until(self.week, self.day)


def morning_of(me: Member, day: date, at: datetime) -> Morning:
    """The morning of a member on a day."""
    return Morning(me, hours.week_of(me), day, at)


def compose_mornings(session: Session, many: Sequence[Mapping[str, Any]], now: datetime) -> list[MorningView | Moot]:
    """The messages as they stand now; one that has nothing to say, or nothing left to remind of, is moot."""
    return [_compose(session, args, now) for args in many]


def _compose(session: Session, args: Mapping[str, Any], now: datetime) -> MorningView | Moot:
    me = members.by_id(session, args["workspace_id"], args["member_id"])
    if me is None or me.is_deactivated:
        return Moot("the member has left")
    view = morning_view(
        session, morning_of(me, date.fromisoformat(args["day"]), datetime.fromisoformat(args["at"])), now
    )
    if args["first"] and args.get("again") and not view.open_meetings and not view.open_todos:
        return Moot("everything is done")
    if args["first"] and not says_something(view):
        return Moot("there is nothing to say")
    return view


def says_something(view: MorningView) -> bool:
    """Whether a message is worth sending. Risks that somebody holds are no news by themselves."""
    taken_today = any(risk.since is not None and risk.since >= days.add_days(view.day, -1) for risk in view.risks)
    return bool(view.open_meetings or view.open_todos or view.expiring or taken_today)


def morning_view(session: Session, of: Morning, now: datetime) -> MorningView:
    """The message of a morning as things stand now."""
    rows = _rows(session, of, now)
    shown = _shown(rows)
    todos, all_todos = _todos(session, of, now)
    expiring = _expiring(session, of, now)
    risks, all_risks = queries.risks_held(session, of.me, now, RISKS)
    return MorningView(
        day=of.day,
        rows=tuple(row for row, _ in shown),
        more=len(rows) - len(shown),
        open_meetings=sum(row.is_open for row, _ in rows),
        all_meetings=len(rows),
        todos=todos,
        todos_more=all_todos - len(todos),
        open_todos=sum(not todo.done for todo in todos) + all_todos - len(todos),
        expiring=tuple(expiring[:EXPIRING]),
        expiring_all=len(expiring),
        risks=tuple(
            HeldRiskLine(
                risk.id,
                risk.account_id,
                name,
                risk.fact,
                risk.severity,
                of.week.day_of(risk.claimed_at) if risk.claimed_at else None,
            )
            for risk, name in risks
        ),
        risks_more=all_risks - len(risks),
        comes_at=f"{of.week.morning.hour}:{of.week.morning:%M}",
        next_at=of.week.next_morning(max(now, of.at)),
    )


def page_view(session: Session, actor: Actor, day: date, page: int, now: datetime) -> MorningPageView:
    """A page of the meetings that did not find room in the actor's message of a day."""
    must_read(actor)
    me = members.by_id(session, actor.workspace_id, actor.member.id) or actor.member
    of = morning_of(me, day, now)
    rows = _rows(session, of, now)
    shown = {row.prompt.prompt_id for row, _ in _shown(rows)}
    others = [row for row, _ in rows if row.prompt.prompt_id not in shown]
    pages = max(1, -(-len(others) // MEETINGS))
    page = min(max(page, 1), pages)
    return MorningPageView(day, tuple(others[(page - 1) * MEETINGS : page * MEETINGS]), page, pages)


def todo_list(session: Session, actor: Actor, now: datetime) -> TodoListView:
    """The actor's open steps that are due within a week or late, the oldest first."""
    must_read(actor)
    today = actor.today(now)
    until, tomorrow = days.add_days(today, TODOS_AHEAD), days.add_days(today, 1)
    lines, many = _todo_lines(session, actor.member, (until, tomorrow), today, TODOS_LISTED)
    return TodoListView(today, lines, many - len(lines))


Ranked = tuple[MeetingRow, tuple[Decimal, int]]
"""A row, and what ranks it among too many: the least proven first, then the largest ARR."""


def _rows(session: Session, of: Morning, now: datetime) -> list[Ranked]:
    found = meeting_queries.of_morning(session, of.me, of.begins, of.until, closed_since=of.at)
    views = [
        (prompt, view, assessment)
        for prompt, view, assessment in prompts.views_of(session, found, of.me, now)
        if prompt.member_id == of.me.id or view.handed_to is not None
    ]
    return [_row(of, prompt, view, assessment, now) for prompt, view, assessment in views]


def _row(of: Morning, prompt: Prompt, view: PromptView, assessment: Assessment, now: datetime) -> Ranked:
    today, on = of.week.day_of(now), of.week.day_of(prompt.starts_at)
    head = heads.head_of(assessment, today)
    renews = head.days is not None and 0 <= head.days <= _RENEWS_SOON
    row = MeetingRow(
        prompt=view,
        on=on,
        ahead=(on - today).days,
        squares=head.squares,
        has_plan=bool(head.outcomes),
        renews_in=head.days if renews else None,
        disputed=sum(graded.disputed is not None for graded in assessment.outcomes),
        fact=head.fact,
        soon=now < prompt.starts_at <= days.shift_moment(now, REMIND_BEFORE),
    )
    return row, (assessment.coverage, -(assessment.account.arr_minor or 0))


def _shown(rows: Sequence[Ranked]) -> Sequence[Ranked]:
    """The rows that stand in the message, by time: all of them, or those of the least proven accounts."""
    if len(rows) <= MEETINGS:
        return rows
    chosen = sorted(rows, key=lambda ranked: ranked[1])[:MEETINGS]
    return [ranked for ranked in rows if ranked in chosen]


def _todos(session: Session, of: Morning, now: datetime) -> tuple[tuple[TodoLine, ...], int]:
    return _todo_lines(session, of.me, (of.day, of.day), of.day, TODOS)


def _todo_lines(
    session: Session, me: Member, due: tuple[date, date], today: date, limit: int
) -> tuple[tuple[TodoLine, ...], int]:
    """The steps that are due by the first of two days and open, or were done on the second or since."""
    found, many = queries.todos(session, me, *due, limit)
    lines = tuple(
        TodoLine(
            action_id=action.id,
            account_id=action.account_id,
            account=account,
            text=action.text,
            due_on=action.due_on,
            late=(today - action.due_on).days,
            loop=action.loop,
            done=action.told_on is not None,
        )
        for action, account in found
        if action.due_on is not None
    )
    return lines, many


def _expiring(session: Session, of: Morning, now: datetime) -> list[ExpiringLine]:
    """What expires within a week of the member's accounts and costs coverage, the first one first."""
    account_ids = queries.owned(session, of.me, _ACCOUNTS_LOOKED_AT)
    found: list[tuple[date, ExpiringLine]] = []
    for state in proof_state.load_many(session, [of.me.workspace_id], account_ids):
        assessment = assess_now(state, now)
        for graded in assessment.outcomes:
            piece = graded.proof
            if piece is None or graded.standing not in _KEPT:
                continue
            gone_on = terms.runs_out_on(graded.outcome, piece, graded.terms)
            if not 0 < (gone_on - rules_day(now)).days <= EXPIRES_WITHIN + 1:
                continue
            then = assess_ahead(state, gone_on, now)
            if then.coverage >= assessment.coverage:
                continue
            last_day = days.add_days(gone_on, -1)
            line = ExpiringLine(
                account_id=state.account.id,
                account=state.account.name,
                title=graded.outcome.title,
                last_day=last_day,
                ahead=(last_day - of.week.day_of(now)).days,
                before=percent(assessment.coverage),
                after=percent(then.coverage),
            )
            found.append((gone_on, line))
    return [line for _, line in sorted(found, key=lambda one: (one[0], one[1].account))]
