"""`/answer away until 20 Apr`: who is away is not asked, and reads in one message what happened.

Prompts on meetings of these days go to the deputy, else to the portfolio's manager. Where nobody is there at all the
prompt stays with who is away, and a meeting that passes unanswered is no silence of theirs. Every working day away is
counted and shown to the manager, so that nobody is away just to be asked less.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.app import hours
from bot.app.actor import Actor, UserError, bot_author, must_read
from bot.app.isolation import isolated
from bot.app.message_kinds import Args
from bot.app.recipients import there, turns
from bot.domain.values import days, working_hours
from bot.features.meetings import prompts, queries
from bot.features.meetings.phrases import MeetingPhrase
from bot.features.meetings.refusals import MeetingRefusal
from bot.features.meetings.views import AwayView, BackLine, BackView, StandInLine
from bot.outbox.queue import put
from bot.outbox.types import Destination, MessageKey, Moot, Outgoing
from bot.phrases import say
from bot.store import absences, accounts, ledger, members
from bot.store.absences import Absence
from bot.store.entities import Entity
from bot.store.members import Member

LONGEST = timedelta(days=60)
"""Who is away for longer hands their accounts over."""
WELCOMING = "welcome back"
"""The name of the clock's job."""
BACK_KEY = MessageKey("away-back")
_SHOWN = 10


def go_away(session: Session, actor: Actor, until: date, now: datetime, *, by_status: bool = False) -> int:
    """Note that the actor is away from now to the end of the day `until`; returns the absence's id.

    Said again while away, it moves the end; `by_status` tells that their Slack status says so.
    Open prompts on meetings of these days go to who stands in.
    """
    must_read(actor)
    today = actor.today(now)
    if until < today:
        raise UserError(MeetingRefusal.AWAY_IN_THE_PAST, "away_until")
    if until - today > LONGEST:
        raise UserError(MeetingRefusal.AWAY_TOO_LONG, "away_until", days=LONGEST.days)
    until_at = days.at(days.add_days(until, 1), time(), actor.member.tz)
    running = absences.running(session, actor.member, now)
    if running is None:
        absence_id = absences.add(session, actor.member, now, until_at, from_status=by_status)
    else:
        absence_id = running.id
        absences.move(session, actor.member, running.id, until_at)
        if running.from_status and not by_status:
            absences.note_typed(session, actor.member, running.id)
    from_at = running.from_at if running else now
    members.set_away(session, actor.workspace_id, actor.member.id, from_at, until_at)
    _pass_on(session, actor, now)
    return absence_id


def come_back(session: Session, actor: Actor, now: datetime) -> int:
    """End the actor's absence now; returns its id. They are told what happened at once."""
    must_read(actor)
    running = absences.running(session, actor.member, now)
    if running is None:
        raise UserError(MeetingRefusal.NOT_AWAY)
    absences.move(session, actor.member, running.id, now)
    members.set_away(session, actor.workspace_id, actor.member.id, None, None)
    if absences.take_telling(session, actor.workspace_id, running.id, now):
        _tell(session, actor.member, running.id, now, now)
    return running.id


def away_view(session: Session, actor: Actor, now: datetime) -> AwayView:
    """Until when the actor is away, and who is asked meanwhile; with `until` None they are back."""
    member = members.by_id(session, actor.workspace_id, actor.member.id)
    if member is None or member.away_until is None or not member.is_away(now):
        return AwayView(None, (), (), bool(member and member.follows_status), False)
    owned = [
        account
        for account in accounts.by_ids(
            session, actor.workspace_id, accounts.ids_of(session, actor.workspace_id, member.id)
        ).values()
        if account.owner_id == member.id
    ]
    people = turns(session, owned)
    stand_ins: Counter[str] = Counter()
    nobody: list[tuple[str, int]] = []
    for account in owned:
        other = there([person for person in people[account.id] if person.id != member.id], now)
        if other is None or other.is_away(now):
            nobody.append((account.name, account.id))
        else:
            stand_ins[other.name] += 1
    lines = tuple(StandInLine(name, many) for name, many in stand_ins.most_common())
    running = absences.running(session, member, now)
    by_status = running is not None and running.from_status
    return AwayView(
        last_day(member),
        lines,
        tuple((account_id, name) for name, account_id in sorted(nobody)),
        member.follows_status,
        by_status,
    )


def last_day(member: Member) -> date | None:
    """The last day on which somebody is away, where they are."""
    if member.away_until is None:
        return None
    return working_hours.local_day(days.shift_moment(member.away_until, timedelta(seconds=-1)), member.tz)


def welcome_back(session: Session, now: datetime) -> bool:
    """Tell one member whose absence is over what happened; returns whether there was one."""
    waiting = absences.next_over(session, WELCOMING, now)
    if waiting is None:
        return False
    unit, over = waiting
    isolated(session, WELCOMING, {unit: unit}, lambda _: _welcome(session, over, now), now)
    return True


def _welcome(session: Session, absence: Absence, now: datetime) -> None:
    member = members.by_id(session, absence.workspace_id, absence.member_id)
    if absences.take_telling(session, absence.workspace_id, absence.id, now) and member is not None:
        _tell(session, member, absence.id, working_hours.at_work(now, hours.week_of(member)), now)


def _tell(session: Session, member: Member, absence_id: int, due_at: datetime, now: datetime) -> None:
    if member.slack_id is None or member.is_deactivated:
        return
    message = Outgoing(
        key=BACK_KEY.of(absence_id),
        workspace_id=member.workspace_id,
        kind="away-back",
        channel=member.slack_id,
        destination=Destination.USER,
        args={"absence_id": absence_id},
        due_at=due_at,
    )
    put(session, message, now)


def _pass_on(session: Session, actor: Actor, now: datetime) -> None:
    """Have who stands in answer what the actor was asked about meetings of the days away."""
    away = members.by_id(session, actor.workspace_id, actor.member.id)
    assert away is not None
    owed = [
        prompt
        for prompt in queries.open_of_member(session, actor.workspace_id, away.id)
        if prompt.starts_at > now and away.is_away(prompt.starts_at)
    ]
    batch = accounts.by_ids(session, actor.workspace_id, {prompt.account_id for prompt in owed})
    people = turns(session, batch.values())
    why = say(MeetingPhrase.AWAY, name=away.name)
    for prompt in owed:
        to = there(people.get(prompt.account_id, ()), prompt.starts_at)
        if to is None or to.id == away.id:
            continue
        queries.hold_prompt(session, actor.workspace_id, prompt.id)
        values = {"member_id": to.id, "handed_by_id": None, "snoozed_until": None}
        by = bot_author(actor.workspace_id)
        ledger.change(session, by, Entity.PROMPT, prompt.id, now, why=why, only_if={"state": prompt.state}, **values)
        prompts.refresh_messages(session, prompt, now)
        if to.slack_id:
            key = queries.PROMPT_KEY.of(prompt.id, "to", to.id, f"{now.timestamp():.0f}")
            prompts.ask_instead(session, prompt, to, now, key=key)


def compose_back(session: Session, args: Args, now: datetime) -> BackView | Moot:
    """What happened to the accounts of somebody who was away, up to their return."""
    absence = absences.by_id(session, args["workspace_id"], args["absence_id"])
    member = members.by_id(session, args["workspace_id"], absence.member_id) if absence else None
    if absence is None or member is None:
        return Moot("the absence is gone")
    answers, all_answers = absences.answered(session, absence, _SHOWN)
    passed, all_passed = absences.passed(session, absence, _SHOWN)
    risks, all_risks = absences.risks(session, absence, _SHOWN)
    return BackView(
        from_on=working_hours.local_day(absence.from_at, member.tz),
        until_on=working_hours.local_day(absence.until_at, member.tz),
        answers=tuple(BackLine(*line) for line in answers),
        answers_more=all_answers - len(answers),
        passed=tuple(BackLine(*line) for line in passed),
        passed_more=all_passed - len(passed),
        risks=tuple(BackLine(*line) for line in risks),
        risks_more=all_risks - len(risks),
        owed=len(queries.open_of_member(session, member.workspace_id, member.id)),
    )
