"""Asks the owner before each meeting: opens due prompts, reminds once, counts silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours, mornings, recurrence
from bot.app.accounts import account_of, no_such_account
from bot.app.actor import Actor, bot_author
from bot.app.assessments import assess_now
from bot.app.gap_lines import gap_lines
from bot.app.isolation import isolated
from bot.app.recipients import there, turns
from bot.domain.account import tiers
from bot.domain.account.assessment import Assessment
from bot.domain.enums import AccountStatus, PromptState, Tier
from bot.domain.model import Account
from bot.domain.values import working_hours
from bot.features.actions import queries as action_queries
from bot.features.meetings import answer_authors, queries
from bot.features.meetings.prompt_view import Facts, recorded_answer, view_of
from bot.features.meetings.rows import Cadence, Move, Prompt
from bot.features.meetings.views import AnswerView, PromptView, ReminderView
from bot.outbox import lookup
from bot.outbox.queue import put, put_many
from bot.outbox.types import Destination, Moot, Op, Outgoing
from bot.phrases import phrase
from bot.store import accounts as store_accounts
from bot.store import ledger, members, proof_state
from bot.store.entities import Entity
from bot.store.members import Member
from bot.store.set_aside import Unit

OPENING, REMINDING, CLOSING = "open due prompts", "remind", "close silent prompts"
"""The names of the clock's jobs on prompts."""
BATCH = 250
_STILL_WORTH_ASKING = timedelta(hours=24)


def open_due_prompts(session: Session, now: datetime) -> bool:
    """Open up to `BATCH` prompts that are due: meetings, prompts and messages in this one transaction.

    The number of queries does not depend on how many prompts are due, except for low-touch accounts.
    """
    due = queries.due_cadences(session, OPENING, now, BATCH)
    isolated(session, OPENING, {unit: unit for unit in due}, lambda units: open_series(session, units, now), now)
    return bool(due)


def open_series(session: Session, units: Sequence[Unit], now: datetime, *, in_morning: bool = False) -> None:
    """Open the prompts of these cadences and move them on.

    A prompt has a message of its own, unless a morning message tells of it: that of now (`in_morning`), or a later one.
    """
    due = queries.claimed_cadences(session, units)
    account_by_id = store_accounts.of_claimed(session, {cadence.account_id for cadence in due})
    people = turns(session, [account_by_id[cadence.account_id] for cadence in due])
    moves = [
        _move(cadence, account_by_id[cadence.account_id], there(people[cadence.account_id], None), now)
        for cadence in due
    ]
    queries.advance(session, moves, now)
    worth_asking = _worth_asking(session, moves, account_by_id, now)
    meetings = queries.open_meetings(session, worth_asking)
    opened = [
        move for move in worth_asking if move.cadence.id in meetings and now - move.starts_at <= _STILL_WORTH_ASKING
    ]
    # Who is away when the meeting takes place is not asked about it.
    asked = {move.cadence.id: there(people[move.cadence.account_id], move.starts_at) for move in opened}
    for workspace_id, workspace_moves in _by_workspace(opened):
        rows = [_row(move, meetings[move.cadence.id], asked[move.cadence.id], now) for move in workspace_moves]
        ids = ledger.add_many(session, bot_author(workspace_id), Entity.PROMPT, now, rows)
        recipients = [
            (prompt_id, move, asked[move.cadence.id]) for move, prompt_id in zip(workspace_moves, ids, strict=True)
        ]
        messages = [
            _message(
                workspace_id,
                prompt_id,
                owner,
                key=queries.PROMPT_KEY.of(prompt_id),
                due_at=_when(move, owner, now),
                late=_is_late(owner, now),
            )
            for prompt_id, move, owner in recipients
            if owner and owner.slack_id and not in_morning and not mornings.will_tell(owner, move.starts_at, now)
        ]
        put_many(session, messages, now)


def _is_late(owner: Member, now: datetime) -> bool:
    """Whether the morning message of today is past that would have told of a meeting."""
    week = hours.week_of(owner)
    return not owner.one_each and week.works_on(week.day_of(now)) and now >= week.morning_of(week.day_of(now))


def _when(move: Move, owner: Member, now: datetime) -> datetime:
    """When somebody is asked: at once, or at the next start of work where that is before the meeting."""
    opens = working_hours.at_work(now, hours.week_of(owner))
    return opens if now < opens < move.starts_at else move.due_at


def _move(cadence: Cadence, account: Account, owner: Member | None, now: datetime) -> Move:
    """Which meeting to ask about, and which comes after it."""
    zone = owner.tz if owner else cadence.tz
    starts_at = _newest_due(cadence, now, zone)
    upcoming = recurrence.next_meeting(cadence, starts_at)
    due_at = cadence.next_prompt_at
    if due_at is None or starts_at != cadence.next_meeting_at:
        due_at = min(now, working_hours.prompt_due(starts_at, cadence.lead, zone))
    return Move(cadence, bot_author(account.workspace_id), starts_at, due_at, schedule(cadence, upcoming, zone))


def _worth_asking(
    session: Session, moves: Sequence[Move], account_by_id: Mapping[int, Account], now: datetime
) -> list[Move]:
    """The moves of customers whose tier is worth a prompt now; a low-touch account gets one at most."""
    worth_asking: list[Move] = []
    asked_before: set[int] = set()
    for move in moves:
        account = account_by_id[move.cadence.account_id]
        if account.status is not AccountStatus.CUSTOMER:
            continue
        if account.tier is Tier.LOW_TOUCH:
            if account.id in asked_before:
                continue
            last = queries.last_asked(session, account.workspace_id, account.id)
        else:
            last = None
        if tiers.prompted_for_meeting(account.tier, last, now):
            worth_asking.append(move)
            if now - move.starts_at <= _STILL_WORTH_ASKING:
                asked_before.add(account.id)
    return worth_asking


def _by_workspace(moves: Sequence[Move]) -> Iterator[tuple[int, list[Move]]]:
    moves_by_workspace: dict[int, list[Move]] = {}
    for move in moves:
        moves_by_workspace.setdefault(move.by.workspace_id, []).append(move)
    yield from moves_by_workspace.items()


def _newest_due(cadence: Cadence, now: datetime, tz: str) -> datetime:
    """The last occurrence whose prompt is due: after an outage the owner is asked once, not for each missed meeting."""
    assert cadence.next_meeting_at is not None
    newest = cadence.next_meeting_at
    while newest <= now:
        later = recurrence.next_meeting(cadence, newest)
        if later is None or working_hours.prompt_due(later.starts_at, cadence.lead, tz) > now:
            break
        newest = later.starts_at
    return newest


def schedule(cadence: Cadence, upcoming: recurrence.Occurrence | None, owner_tz: str) -> dict[str, Any]:
    """The columns that move `cadence` on to its `upcoming` meeting; without one it ends."""
    return recurrence.schedule(cadence.lead, upcoming, owner_tz)


def _row(move: Move, meeting_id: int, owner: Member | None, now: datetime) -> dict[str, Any]:
    starts_at = move.starts_at
    remind_at = _remind_at(owner, starts_at)
    return {
        "account_id": move.cadence.account_id,
        "workspace_id": move.by.workspace_id,
        "meeting_id": meeting_id,
        "member_id": owner.id if owner else None,
        "state": PromptState.OPEN,
        "asked_at": now,
        "remind_at": remind_at if remind_at and remind_at > now else None,
        "closes_at": starts_at if starts_at > now else now + _STILL_WORTH_ASKING,
    }


def _remind_at(owner: Member | None, starts_at: datetime) -> datetime | None:
    """When a prompt is reminded of; None where a morning message of the same day comes later."""
    week = hours.week_or_zone(owner, "UTC")
    remind_at = working_hours.reminder_due(starts_at, week)
    if owner is None or owner.one_each:
        return remind_at
    on = week.day_of(starts_at)
    return remind_at if week.day_of(remind_at) == on and remind_at > week.morning_of(on) else None


def send_prompt(session: Session, workspace_id: int, prompt_id: int, to: Member, *, key: str, due_at: datetime) -> None:
    """Put the prompt's message for this member, whom Slack reaches, into the outbox, once for each `key`."""
    put(session, _message(workspace_id, prompt_id, to, key=key, due_at=due_at), due_at)


def ask_instead(session: Session, prompt: Prompt, to: Member, now: datetime, *, key: str) -> None:
    """Ask a member who is to answer a prompt from now on, unless a morning message will: in their working hours."""
    if to.slack_id is None or mornings.will_tell(to, prompt.starts_at, now):
        return
    opens = working_hours.at_work(now, hours.week_of(to))
    due_at = opens if opens < prompt.starts_at else now
    send_prompt(session, prompt.workspace_id, prompt.id, to, key=key, due_at=due_at)


def _message(
    workspace_id: int, prompt_id: int, to: Member, *, key: str, due_at: datetime, late: bool = False
) -> Outgoing:
    assert to.slack_id is not None
    return Outgoing(
        key=key,
        workspace_id=workspace_id,
        kind="prompt",
        channel=to.slack_id,
        destination=Destination.USER,
        args={"prompt_id": prompt_id, "to": to.slack_id, "first": True} | ({"late": True} if late else {}),
        due_at=due_at,
    )


def refresh_messages(session: Session, prompt: Prompt, now: datetime) -> None:
    """Have every message of this prompt, and the morning messages that it stands in, show its state as it is now."""
    mornings.refresh(session, prompt.workspace_id, (prompt.member_id, prompt.handed_by_id), now)
    for key, slack_id in lookup.posts_of(session, prompt.workspace_id, queries.PROMPT_KEY.of(prompt.id)):
        put(
            session,
            Outgoing(
                key=f"{key}@{now.timestamp():.6f}",
                workspace_id=prompt.workspace_id,
                kind="prompt",
                op=Op.UPDATE,
                target_key=key,
                args={"prompt_id": prompt.id, "to": slack_id, "first": False},
                due_at=now,
            ),
            now,
        )


def remind_due(session: Session, now: datetime) -> bool:
    """Remind one owner who has not answered, two hours before the meeting and never twice."""
    unit = queries.next_to_remind(session, REMINDING, now)
    if unit is None:
        return False
    isolated(session, REMINDING, {unit: unit}, lambda _: _remind(session, unit, now), now)
    return True


def _remind(session: Session, unit: Unit, now: datetime) -> None:
    prompt = queries.claimed(session, unit)
    changed = ledger.change(
        session,
        bot_author(prompt.workspace_id),
        Entity.PROMPT,
        prompt.id,
        now,
        only_if={"state": PromptState.OPEN, "reminded_at": None},
        reminded_at=now,
    )
    member = members.by_id(session, prompt.workspace_id, prompt.member_id)
    snoozed = prompt.snoozed_until is not None and prompt.snoozed_until > now
    if changed and member and member.slack_id and not snoozed and prompt.starts_at > now:
        mornings.refresh(session, prompt.workspace_id, (member.id,), now)
        put(
            session,
            Outgoing(
                key=_reminder_key(prompt, member, now),
                workspace_id=prompt.workspace_id,
                kind="reminder",
                channel=member.slack_id,
                destination=Destination.USER,
                args={"prompt_id": prompt.id},
                due_at=now,
            ),
            now,
        )


def _reminder_key(prompt: Prompt, member: Member, now: datetime) -> str:
    """The key of a reminder: one for each prompt, or one a day for whoever has a morning message."""
    if member.one_each:
        return queries.REMINDER_KEY.of(prompt.id)
    return queries.REMINDER_KEY.of("day", member.id, f"{hours.week_of(member).day_of(now):%Y%m%d}")


def close_silent(session: Session, now: datetime) -> bool:
    """Close one prompt whose meeting has passed without an answer, and count it as silence unless nobody was there."""
    unit = queries.next_to_close(session, CLOSING, now)
    if unit is None:
        return False
    isolated(session, CLOSING, {unit: unit}, lambda _: _close(session, unit, now), now)
    return True


def _close(session: Session, unit: Unit, now: datetime) -> None:
    prompt = queries.claimed(session, unit)
    asked = members.by_id(session, prompt.workspace_id, prompt.member_id)
    # Who is away is asked only where nobody stands in: then nobody was there, and nobody was silent.
    was_away = asked is not None and asked.is_away(prompt.starts_at)
    changed = ledger.change(
        session,
        bot_author(prompt.workspace_id),
        Entity.PROMPT,
        prompt.id,
        now,
        only_if={"state": PromptState.OPEN},
        state=PromptState.AWAY if was_away else PromptState.SILENT,
        closed_at=now,
    )
    if changed:
        refresh_messages(session, prompt, now)


def compose_prompts(session: Session, many: Sequence[Mapping[str, Any]], now: datetime) -> list[PromptView | Moot]:
    """The prompts as they stand now, in a number of queries that does not depend on how many there are.

    A prompt is moot when it was answered, called off or handed over before it was ever sent.
    """
    workspace_ids = {args["workspace_id"] for args in many}
    prompt_by_id = queries.by_ids(session, workspace_ids, [args["prompt_id"] for args in many])
    facts = Facts.of(session, prompt_by_id.values())
    return [view_of(facts, prompt_by_id[args["prompt_id"]], args, now) for args in many]


def views_of(
    session: Session, many: Sequence[Prompt], reader: Member, now: datetime
) -> list[tuple[Prompt, PromptView, Assessment]]:
    """These prompts as a member reads them now, with the assessments of their accounts."""
    facts = Facts.of(session, many)
    args = {"to": reader.slack_id, "first": False}
    assessments = {account_id: assess_now(state, now) for account_id, state in facts.states.items()}
    views = [(prompt, view_of(facts, prompt, args, now)) for prompt in many]
    return [(prompt, view, assessments[prompt.account_id]) for prompt, view in views if isinstance(view, PromptView)]


def answer_view(session: Session, actor: Actor, answer_id: int, now: datetime) -> AnswerView:
    """What an answer put on record, as it stands now."""
    answer = queries.answer_by_id(session, actor.workspace_id, answer_id)
    if answer is None:
        raise no_such_account()
    account = account_of(session, actor, answer.account_id)
    state = proof_state.load(session, actor.workspace_id, account.id)
    coverage = phrase(assess_now(state, now).covered)
    action = action_queries.of_answer(session, actor.workspace_id, answer.id)
    people = members.by_ids(session, [actor.workspace_id], [answer.member_id, action.owner_id if action else None])
    coauthors = answer_authors.coauthors(session, [actor.workspace_id], [answer])
    recorded = recorded_answer(answer, action, people, coauthors, state.actions)
    return AnswerView(state.account.name, account.id, coverage, recorded)


def compose_reminder(session: Session, args: dict[str, Any], now: datetime) -> ReminderView | Moot:
    """The reminder of a prompt; moot when it was answered or the meeting has begun."""
    prompt = queries.by_id(session, args["workspace_id"], args["prompt_id"])
    assert prompt is not None
    if prompt.state is not PromptState.OPEN or prompt.starts_at <= now:
        return Moot("it was answered, or the meeting has begun")
    state = proof_state.load(session, prompt.workspace_id, prompt.account_id)
    gaps = gap_lines(state, assess_now(state, now))
    return ReminderView(prompt.id, state.account.name, prompt.starts_at, gaps[0].title if gaps else None)
