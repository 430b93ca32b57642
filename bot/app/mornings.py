"""The morning messages that are out: their keys, whether one will tell of a meeting, and how they are renewed.

What stands in them is made by `bot/features/morning`, which lies above the rooms whose acts they show.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.app import hours
from bot.domain.values import days, working_hours
from bot.domain.values.days import shift_moment
from bot.domain.values.working_hours import REMIND_BEFORE, WorkWeek
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.types import MessageKey, Op, Outgoing
from bot.store.members import Member

MORNING_KEY = MessageKey("morning")
KIND = "morning"
_STILL_SHOWN = timedelta(days=14)
"""A message is renewed for so long: the longest time between two working days, with public holidays."""


def key_of(member_id: int, on: date) -> str:
    """The key of a member's morning message of a day."""
    return MORNING_KEY.of(member_id, f"{on:%Y%m%d}")


def will_tell(member: Member, starts_at: datetime, now: datetime) -> bool:
    """Whether a morning message still to come tells this member of a meeting in time: two hours before it or earlier.

    Outside of working hours it is that of the next day, if it comes before the meeting.
    """
    if member.one_each or member.slack_id is None or member.is_guest or member.is_deactivated:
        return False
    week = hours.week_of(member)
    morning = week.next_morning(now)
    if member.away_until is not None and member.is_away(morning):
        morning = week.next_morning(member.away_until)
    opens = working_hours.at_work(now, week)
    if now < opens and week.day_of(opens) == week.day_of(morning):  # it could not be told much earlier
        return morning < starts_at
    return shift_moment(morning, REMIND_BEFORE) <= starts_at


def told(
    session: Session, member: Member, now: datetime, *, but_for: str | None = None
) -> list[tuple[datetime, datetime]]:
    """When each of a member's morning messages was made, and until when it tells of meetings; but for that of a key."""
    week = hours.week_of(member)
    spans: list[tuple[datetime, datetime]] = []
    for key, args in lookup.posts_since(
        session, member.workspace_id, MORNING_KEY.of(member.id), shift_moment(now, -_STILL_SHOWN)
    ):
        if key != but_for and not args.get("again"):
            spans.append((datetime.fromisoformat(args["at"]), told_until(week, date.fromisoformat(args["day"]))))
    return spans


def told_until(week: WorkWeek, on: date) -> datetime:
    """The end of the working day after a day: the morning message of the day tells of meetings before it."""
    return days.at(days.add_days(week.day_after(on), 1), time(), week.tz)


def refresh(session: Session, workspace_id: int, member_ids: Iterable[int | None], now: datetime) -> None:
    """Have the morning messages of these members show how things stand now, the newest first: it is being read.

    A channel takes one message a second, so the others follow.
    """
    since = shift_moment(now, -_STILL_SHOWN)
    for member_id in sorted({member_id for member_id in member_ids if member_id is not None}):
        for key, args in reversed(lookup.posts_since(session, workspace_id, MORNING_KEY.of(member_id), since)):
            put(
                session,
                Outgoing(
                    key=f"{key}@{now.timestamp():.6f}",
                    workspace_id=workspace_id,
                    kind=KIND,
                    op=Op.UPDATE,
                    target_key=key,
                    args={**args, "first": False},
                    due_at=now,
                ),
                now,
            )
