"""Sends a message that Slack refuses for good to somebody who can act on it, once.

- To a person who left: the member is marked as left. The message goes to a substitute, who then answers a prompt.
- To a channel that takes nothing: it is marked as lost (`lost_channels`), and its manager gets the message.
- Any other refusal, and a message without a substitute: an admin is told; without an admin it is logged. What a morning
  message asked that Slack did not take is asked in prompts.

All of it happens in the transaction that marks the row as dead. The new message has a key made of that row's id, so it
is put once, however often the row dies.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.app import mornings, recipients
from bot.app.actor import bot_author
from bot.app.message_kinds import MessageKind
from bot.app.recipients import Recipient
from bot.domain.enums import PromptState
from bot.features.meetings import prompts, untold
from bot.features.meetings import queries as meeting_queries
from bot.features.meetings.queries import PROMPT_KEY
from bot.features.meetings.rows import Prompt
from bot.features.risks import announcements
from bot.features.undelivered import lost_channels
from bot.features.undelivered.queries import UNDELIVERED_KEY
from bot.features.undelivered.substitutes import substitute_for
from bot.features.undelivered.views import UndeliveredView
from bot.outbox import message_family
from bot.outbox.queue import put
from bot.outbox.types import Claimed, Destination, Op, Outgoing
from bot.store import accounts, ledger, members, review_queue
from bot.store.entities import Entity
from bot.store.members import Member

log = structlog.get_logger("outbox")


class Problem(StrEnum):
    """What Slack's refusal is about."""

    PERSON = "person"
    CHANNEL = "channel"
    MESSAGE = "message"


def handle_permanent_failure(
    kinds: Mapping[str, MessageKind], session: Session, row: Claimed, now: datetime, *, code: str, problem: Problem
) -> None:
    """Tell the person who has to know about a dead row, in the transaction that marks it as dead.

    `kinds` are all kinds of message, by name.
    """
    to_person = row.destination is Destination.USER
    if problem is Problem.PERSON and to_person:
        _mark_left(session, row, code, now)
        if row.kind == mornings.KIND:
            done = _ask_stand_ins(session, row, now)
        elif "prompt_id" in row.args:
            done = _ask_stand_in(session, row, code, now)
        else:
            done = _send_on(kinds, session, row, now)
    elif problem is Problem.CHANNEL and not to_person:
        lost_channels.mark_channel_lost(session, row, code, now)
        done = _send_on(kinds, session, row, now)
    else:
        done = False
        if row.kind == mornings.KIND and row.op is Op.POST:
            _ask_one_by_one(session, row, now)
    if not done:
        _tell_admin(session, row, code, problem, now)


def reassign_prompts_of_leaver(session: Session, member: Member, now: datetime) -> None:
    """Ask the substitute of somebody who left what they were asked and have not answered."""
    for prompt in meeting_queries.open_of_member(session, member.workspace_id, member.id):
        stand_in = _reassign(session, prompt, f"{member.name} left", now)
        if stand_in is None or stand_in.slack_id is None:
            log.error("prompts.nobody_to_ask", prompt=prompt.id, left=member.id)
            continue
        key = PROMPT_KEY.of(prompt.id, "to", stand_in.id, f"{now.timestamp():.0f}")
        prompts.ask_instead(session, prompt, stand_in, now, key=key)


def compose_undelivered(session: Session, args: dict[str, Any], now: datetime) -> UndeliveredView:
    """What could not be sent, to whom, and Slack's reason."""
    return UndeliveredView(args["kind"], args["place"], args["to_person"], args["code"])


def _mark_left(session: Session, row: Claimed, code: str, now: datetime) -> None:
    member = members.by_slack_id(session, row.workspace_id, row.channel)
    if member is None:
        return
    author = bot_author(row.workspace_id)
    if ledger.change(session, author, Entity.MEMBER, member.id, now, why=code, is_deactivated=True):
        review_queue.look_soon_at_those_of(session, row.workspace_id, member.id)


def _ask_stand_in(session: Session, row: Claimed, code: str, now: datetime) -> bool:
    """Have the deputy, else the manager, answer a prompt; True too if it is not that person's to answer any more."""
    prompt = meeting_queries.by_id(session, row.workspace_id, row.args["prompt_id"])
    member = members.by_id(session, row.workspace_id, prompt.member_id) if prompt else None
    if prompt is None or prompt.state is not PromptState.OPEN or member is None or member.slack_id != row.channel:
        log.info("outbox.not_needed", key=row.key, why="the prompt is over, or somebody else was asked")
        return True
    stand_in = _reassign(session, prompt, f"{member.name} cannot be reached: {code}", now)
    if stand_in is None or stand_in.slack_id is None:
        return False
    key = PROMPT_KEY.of(prompt.id, "after", row.id)
    prompts.ask_instead(session, prompt, stand_in, now, key=key)
    log.warning("outbox.sent_on", key=row.key, to=stand_in.slack_id, by=key)
    return True


def _ask_stand_ins(session: Session, row: Claimed, now: datetime) -> bool:
    """Have others answer what a morning message asked somebody whom Slack does not reach any more."""
    member = members.by_slack_id(session, row.workspace_id, row.channel)
    if member is None:
        return False
    reassign_prompts_of_leaver(session, member, now)
    return True


def _ask_one_by_one(session: Session, row: Claimed, now: datetime) -> None:
    """Ask somebody in prompts what their morning message, which Slack did not take, would have asked."""
    member = members.by_slack_id(session, row.workspace_id, row.channel)
    if member is not None:
        untold.ask_untold(session, member, now, but_for=row.key)


def _reassign(session: Session, prompt: Prompt, why: str, now: datetime) -> Member | None:
    """Give a prompt to the person who answers for the account now; None if nobody else does."""
    account = accounts.in_workspace(session, prompt.workspace_id, prompt.account_id)
    stand_in = recipients.answerable(session, account) if account else None
    if stand_in is None:
        return None
    unchanged = {"state": PromptState.OPEN, "member_id": prompt.member_id}
    author = bot_author(prompt.workspace_id)
    changed = ledger.change(
        session,
        author,
        Entity.PROMPT,
        prompt.id,
        now,
        why=why,
        only_if=unchanged,
        member_id=stand_in.id,
        handed_by_id=None,
    )
    return stand_in if changed else None


def _send_on(kinds: Mapping[str, MessageKind], session: Session, row: Claimed, now: datetime) -> bool:
    """Send a refused row's message to its substitute; False if there is none."""
    recipient = substitute_for(kinds, session, row)
    if recipient is None:
        return False
    if row.kind == "risks-more":
        announcements.put_daily_summary(session, recipient, row.args, now)
    else:
        _put_on(session, row, recipient, now)
    log.warning("outbox.sent_on", key=row.key, to=recipient.to)
    return True


def _put_on(session: Session, row: Claimed, recipient: Recipient, now: datetime) -> None:
    """Put the row's post again, composed anew, with the replies that are not sent yet.

    For an update or a reply whose post cannot be seen any more, that post is put again as well, once.
    """
    itself = message_family.by_id(session, row.workspace_id, row.id)
    parent = message_family.parent_of(session, row.workspace_id, row.id)
    last = message_family.newest(session, row.workspace_id, parent.key) if parent else itself
    assert itself is not None and last is not None
    common: dict[str, Any] = {"workspace_id": row.workspace_id, "due_at": now, "trace": row.trace}
    thread = last.key
    if parent is None or last.id == parent.id or last.dead:
        thread = last.next_key
        place: dict[str, Any] = {"channel": recipient.to, "destination": recipient.destination}
        put(session, Outgoing(key=thread, kind=last.kind, args=last.args, **place, **common), now)
    replies = message_family.waiting_replies(session, row.workspace_id, row.id) if parent is None else [itself]
    if row.op is Op.POST:
        for reply in replies:
            copy = Outgoing(key=reply.next_key, kind=reply.kind, args=reply.args, thread_key=thread, **common)
            put(session, copy, now)


def _tell_admin(session: Session, row: Claimed, code: str, problem: Problem, now: datetime) -> None:
    """Once a day for each kind and reason; where it is about a person or a channel, for each of these."""
    to_person = row.destination is Destination.USER
    recipient = recipients.of_admin(session, row.workspace_id)
    if recipient is None or row.kind == "undelivered":
        log.error("outbox.nobody_to_tell", key=row.key, kind=row.kind, place=row.channel, code=code)
        return
    about = [] if problem is Problem.MESSAGE else [row.channel]
    message = Outgoing(
        key=UNDELIVERED_KEY.of(row.kind, code, *about, f"{now:%Y-%m-%d}"),
        workspace_id=row.workspace_id,
        kind="undelivered",
        channel=recipient.to,
        destination=recipient.destination,
        args={"kind": row.kind, "place": row.channel, "to_person": to_person, "code": code},
        due_at=now,
    )
    put(session, message, now)
