"""When the morning message comes: once a working day, and not at all where there is nothing to say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot.app import hours, mornings
from bot.app.actor import Actor, must_read
from bot.app.isolation import isolated
from bot.app.recipients import there, turns
from bot.domain.values import days, working_hours
from bot.features.meetings import prompts
from bot.features.meetings import queries as meeting_queries
from bot.features.meetings.untold import ask_untold
from bot.features.morning import morning, queries
from bot.features.morning.morning import Morning
from bot.features.morning.queries import Due
from bot.features.morning.views import MorningView
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.types import Destination, Outgoing
from bot.store import accounts, members
from bot.store.members import Member

SENDING = "morning messages"
"""The name of the clock's job."""
BATCH = 25
_ROUNDS = 10
"""A series that meets daily is asked about so many times ahead in one morning."""


def send_mornings(session: Session, now: datetime) -> bool:
    """Put the morning messages of up to `BATCH` members whose time has come, and note when the next ones do."""
    due = queries.due_members(session, SENDING, now, BATCH)
    isolated(session, SENDING, {one.unit: one for one in due}, lambda some: _send(session, some, now), now)
    return bool(due)


def _send(session: Session, due: Sequence[Due], now: datetime) -> None:
    for one in due:
        me = members.by_id(session, one.unit.workspace_id, one.unit.row_id)
        assert me is not None
        week = hours.week_of(me)
        queries.set_next(session, me, week.next_morning(now))
        today = week.day_of(now)
        is_time = week.morning_of(today) <= now == working_hours.at_work(now, week)
        if one.due_at is None or me.is_away(now):
            continue
        if is_time:
            _send_one(session, morning.morning_of(me, today, now), now)
        else:  # it is too late for that of today, or the member's clock has changed
            ask_untold(session, me, now)


def _send_one(session: Session, of: Morning, now: datetime) -> None:
    _open_coming(session, of, now)
    view = morning.morning_view(session, of, now)
    if not morning.says_something(view):
        return
    if _is_one_meeting_alone(view):
        prompt_id = view.rows[0].prompt.prompt_id
        key = meeting_queries.PROMPT_KEY.of(prompt_id)
        prompts.send_prompt(session, of.me.workspace_id, prompt_id, of.me, key=key, due_at=now)
        return
    if not put_message(session, of.me, of.day, now, now):  # that of today is out already
        mornings.refresh(session, of.me.workspace_id, (of.me.id,), now)
        ask_untold(session, of.me, now)


def _is_one_meeting_alone(view: MorningView) -> bool:
    others = view.todos or view.expiring or view.risks
    return view.all_meetings == 1 and view.open_meetings == 1 and not others


def _open_coming(session: Session, of: Morning, now: datetime) -> None:
    """Open the prompts of the meetings up to the end of the next working day that this member is asked about."""
    for _ in range(_ROUNDS):
        coming = queries.coming_meetings(session, prompts.OPENING, of.me, now, of.until)
        batch = accounts.by_ids(session, of.me.workspace_id, {one.account_id for one in coming})
        people = turns(session, batch.values())
        units = []
        for one in coming:
            asked = there(people.get(one.account_id, ()), one.starts_at)
            if asked is not None and asked.id == of.me.id:
                units.append(one.unit)
        if not units:
            return
        isolated(
            session,
            prompts.OPENING,
            {unit: unit for unit in units},
            lambda some: prompts.open_series(session, some, now, in_morning=True),
            now,
        )


def remind_later(session: Session, actor: Actor, day: date, now: datetime) -> None:
    """Have the actor's message of a day come again in an hour, if something is left to do by then.

    One that is on its way already is enough.
    """
    must_read(actor)
    mine = mornings.MORNING_KEY.of(actor.member.id)
    if any(args.get("again") for _, args in lookup.posts_since(session, actor.workspace_id, mine, now)):
        return
    put_message(session, actor.member, day, days.shift_moment(now, timedelta(hours=1)), now, again=True)


def put_message(
    session: Session, me: Member, day: date, due_at: datetime, now: datetime, *, again: bool = False
) -> bool:
    """Put a member's message of a day into the outbox, once; `again` at each later minute. False if it is there."""
    assert me.slack_id is not None
    key = mornings.key_of(me.id, day)
    return put(
        session,
        Outgoing(
            key=f"{key}:again:{due_at:%H%M}" if again else key,
            workspace_id=me.workspace_id,
            kind=mornings.KIND,
            channel=me.slack_id,
            destination=Destination.USER,
            args={
                "member_id": me.id,
                "day": day.isoformat(),
                "at": now.isoformat(),
                "first": True,
                "again": again,
            },
            due_at=due_at,
        ),
        now,
    )
