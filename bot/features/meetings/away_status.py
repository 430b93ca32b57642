"""Away by Slack's status, for members who asked for it: `/answer away status`.

An away status does what `/answer away until …` does. Clearing or replacing it does what `/answer back` does, unless the
absence was typed. Of the status itself only a digest is kept, and only while it says away.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours
from bot.app.actor import Actor, must_read
from bot.app.message_kinds import Args
from bot.domain.values import days
from bot.domain.values.working_hours import WorkWeek
from bot.features.meetings import absence
from bot.features.meetings.views import AwayView, FollowView
from bot.outbox.queue import put
from bot.outbox.types import Destination, MessageKey, Moot, Outgoing
from bot.store import absences, members

WITHOUT_END = timedelta(days=14)
"""How long an away status without an end counts: our own choice, so that a forgotten one does not last."""
STATUS_KEY = MessageKey("away-status")

_EMOJI = frozenset(
    {
        "palm_tree",
        "beach_with_umbrella",
        "umbrella_on_ground",
        "desert_island",
        "airplane",
        "airplane_departure",
        "face_with_thermometer",
        "face_with_head_bandage",
        "nauseated_face",
    }
)
_AWAY = re.compile(
    r"\b(vacation(ing)?|holidays?|on leave|(parental|maternity|paternity|annual|sick|family) leave|"
    r"out of (the )?office|ooo|pto|sick|away|urlaub|krank|elternzeit|conges?|vacances|malade|vacaciones|ferias|ferie)\b"
)
_HERE = re.compile(r"\b(back from|just back|i'?m back|i am back)\b|^back\W*$")
_BUSY = re.compile(
    r"\b(lunch|mittag|meetings?|focus(ing)?|commut\w*|remote\w*|working|wfh|home ?office|"
    r"right away|not|no longer|soon|next week|tomorrow|starting|planning)\b"
)
_RETURN = re.compile(r"\bback (?!from\b).*")
_FAR = 32503680000  # the year 3000: what Slack says beyond it is no end


@dataclass(frozen=True, slots=True)
class Status:
    """A status as Slack shows it; `ends` is in seconds since 1970, 0 without an end."""

    emoji: str = ""
    text: str = ""
    ends: int = 0


def status_of(user: Mapping[str, Any]) -> Status:
    """The status of a user object of Slack; an empty one where it has none."""
    profile = user.get("profile") or {}
    ends = profile.get("status_expiration")
    emoji, words = str(profile.get("status_emoji") or ""), str(profile.get("status_text") or "")
    return Status(emoji, words, ends if isinstance(ends, int) else 0)


def says_away(status: Status) -> bool:
    """Whether a status says that its person does not work: by its words, else by its emoji.

    In doubt it does not: who is taken for present is asked as usual. What follows "back" is left out.
    """
    plain = unicodedata.normalize("NFKD", status.text.casefold())
    words = "".join(letter for letter in plain if not unicodedata.combining(letter))
    if _HERE.search(words):
        return False
    words = _RETURN.sub("", words)
    if _BUSY.search(words):
        return False
    return bool(_AWAY.search(words)) or status.emoji.strip(":") in _EMOJI


def away_until(status: Status, now: datetime, week: WorkWeek) -> date | None:
    """The last day away that a status says, where its person is; None when it does not say away.

    One that ends within today's working day is a break. Without an end it counts for 14 days; 60 days is the most.
    """
    if not says_away(status):
        return None
    today = week.day_of(now)
    if not 0 < status.ends < _FAR:
        return days.shift_day(today, WITHOUT_END)
    last, ends_at = (datetime.fromtimestamp(moment, UTC) for moment in (status.ends - 1, status.ends))
    on = week.day_of(last)
    if last < now or (on == today and ends_at < days.at(today, week.ends, week.tz)):
        return None
    return min(on, days.shift_day(today, absence.LONGEST))


def follow_status(session: Session, actor: Actor, follows: bool, status: Status | None, now: datetime) -> int:
    """From now on read the actor's Slack status, or stop; returns the member's id. An absence that runs stays.

    `status` is the one that they have now, which is read at once; None where Slack did not say.
    """
    must_read(actor)
    members.follow_status(session, actor.workspace_id, actor.member.id, follows)
    member = members.by_id(session, actor.workspace_id, actor.member.id)
    if follows and status is not None and member is not None:
        status_changed(session, replace(actor, member=member), status, now)
    return actor.member.id


def follow_view(session: Session, actor: Actor, now: datetime) -> FollowView:
    """Whether the actor's status is followed, and until when they are away."""
    member = members.by_id(session, actor.workspace_id, actor.member.id)
    until = absence.last_day(member) if member is not None and member.is_away(now) else None
    return FollowView(bool(member and member.follows_status), until)


def status_changed(session: Session, actor: Actor, status: Status, now: datetime) -> None:
    """Do what a member's new status says, if they follow theirs; heard again, it does nothing.

    One that was acted on is not acted on twice: who says `/answer back` under a status that stays is back.
    """
    member = actor.member
    if not member.follows_status or member.is_guest or member.is_deactivated:
        return
    seen = _digest(status) if says_away(status) else None
    if not members.see_status(session, actor.workspace_id, member.id, seen):
        return
    until = away_until(status, now, hours.week_of(member))
    running = absences.running(session, member, now)
    if running is not None and not running.from_status:
        return
    if until is not None:
        _say_away(session, actor, absence.go_away(session, actor, until, now, by_status=True), now)
    elif running is not None:
        absence.come_back(session, actor, now)


def compose_away(session: Session, args: Args, now: datetime) -> AwayView | Moot:
    """That somebody is away by their status, and who is asked meanwhile."""
    of = absences.by_id(session, args["workspace_id"], args["absence_id"])
    member = members.by_id(session, args["workspace_id"], of.member_id) if of else None
    if of is None or member is None or not of.from_at <= now < of.until_at:
        return Moot("the absence is over")
    return absence.away_view(session, Actor(member, "clock"), now)


def _digest(status: Status) -> str:
    return hashlib.sha256(f"{status.emoji}\n{status.text}\n{status.ends}".encode()).hexdigest()


def _say_away(session: Session, actor: Actor, absence_id: int, now: datetime) -> None:
    if actor.member.slack_id is None:
        return
    message = Outgoing(
        key=STATUS_KEY.of(absence_id, f"{now.timestamp():.0f}"),
        workspace_id=actor.workspace_id,
        kind="away-status",
        channel=actor.member.slack_id,
        destination=Destination.USER,
        args={"absence_id": absence_id},
        due_at=now,
    )
    put(session, message, now)
