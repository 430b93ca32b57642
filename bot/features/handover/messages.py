"""What people are told of a hand-over: a brief for the new owner, a line for the old one, and one for the manager."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours, recipients
from bot.app.actor import Actor
from bot.app.assessments import assess_now, rules_day
from bot.app.message_kinds import MessageKind, each
from bot.app.recipients import Recipient
from bot.domain.account.actions import open_action
from bot.domain.account.assessment import Assessment
from bot.domain.account.promises import is_open
from bot.domain.model import Account
from bot.domain.values import working_hours
from bot.features.handover import queries
from bot.features.handover.views import BriefAccount, BriefAnswer, HandoverBriefView, HandoverLineView
from bot.features.meetings import queries as meeting_queries
from bot.features.meetings.rows import Answer
from bot.outbox.queue import put
from bot.outbox.retention import Posts, Retention
from bot.outbox.types import Claimed, MessageKey, Moot, Outgoing
from bot.phrases import phrase
from bot.store import accounts, members, proof_state
from bot.store.members import Member

BRIEF, LINE = "handover-brief", "handover-line"
_ACCOUNTS = 5
_PROMISES = 3
_NAMES = 10


@dataclass(frozen=True, slots=True)
class Given:
    """A hand-over: by whom, which accounts, from whom (None where nobody owned them) and to whom.

    `merged` is the name of an account that is a part of the given one now, empty for any other hand-over.
    """

    by: Actor
    accounts: Sequence[Account]
    owner: Member | None
    to: Member
    merged: str = ""

    @property
    def args(self) -> dict[str, Any]:
        """The ids that a message on it is composed of."""
        ids = sorted(account.id for account in self.accounts)
        owner_id = self.owner.id if self.owner else None
        part = {"merged": self.merged} if self.merged else {}
        return {"account_ids": ids, "from": owner_id, "to": self.to.id, "by": self.by.member.id, **part}

    def key(self, key: MessageKey, whom: object, now: datetime) -> str:
        """The key of the message on it for somebody."""
        return key.of(self.args["account_ids"][0], whom, f"{now.timestamp():.6f}")


def put_brief(session: Session, given: Given, now: datetime) -> None:
    """Tell a new owner what they have now, within their working hours."""
    recipient = recipients.of_member(given.to)
    if recipient is not None:
        key = given.key(queries.BRIEF_KEY, given.to.id, now)
        due_at = working_hours.at_work(now, hours.week_of(given.to))
        put(session, _message(BRIEF, key, recipient, given.args, due_at), now)


def put_lines(session: Session, given: Given, now: datetime, *, tell_managers: bool) -> None:
    """Tell the old owner, unless they did it or cannot be reached, and the managers if nobody of them decided."""
    old = recipients.of_member(given.owner)
    if given.owner is not None and old is not None and given.owner.id != given.by.member.id:
        key, due_at = (
            given.key(queries.LINE_KEY, given.owner.id, now),
            working_hours.at_work(now, hours.week_of(given.owner)),
        )
        put(session, _message(LINE, key, old, {**given.args, "told": False}, due_at), now)
    if tell_managers:
        manager = recipients.manager_or_admin(session, given.by.workspace_id, given.accounts[0].portfolio_id)
        if manager is not None and manager.to != given.to.slack_id:
            key = given.key(queries.LINE_KEY, "manager", now)
            put(session, _message(LINE, key, manager, {**given.args, "told": True}, now), now)


def _message(kind: str, key: str, to: Recipient, args: dict[str, Any], due_at: datetime) -> Outgoing:
    return Outgoing(
        key=key,
        workspace_id=to.workspace_id,
        kind=kind,
        channel=to.to,
        destination=to.destination,
        args=args,
        due_at=due_at,
    )


def compose_brief(session: Session, args: dict[str, Any], now: datetime) -> HandoverBriefView | Moot:
    """The brief as it is true now: of those of the accounts that the new owner still has."""
    workspace_id = args["workspace_id"]
    theirs = _still_owned(session, workspace_id, args)
    if not theirs:
        return Moot("somebody else has the accounts by now")
    shown = theirs[:_ACCOUNTS]
    states = proof_state.load_many(session, [workspace_id], [account.id for account in shown])
    answers = meeting_queries.last_answers(session, [workspace_id], [account.id for account in shown])
    people = members.names(
        session, [workspace_id], [args["from"], args["by"], *(answer.member_id for answer in answers.values())]
    )
    lines = tuple(_brief(assess_now(state, now), answers.get(state.account.id), people) for state in states)
    by = None if args["by"] == args["to"] else people.get(args["by"])
    more = len(theirs) - len(shown)
    return HandoverBriefView(people.get(args["from"] or 0), by, lines, more, args.get("merged"))


def compose_line(session: Session, args: dict[str, Any], now: datetime) -> HandoverLineView | Moot:
    """Who has the accounts now, for who had them or for the manager."""
    workspace_id = args["workspace_id"]
    theirs = _still_owned(session, workspace_id, args)
    if not theirs:
        return Moot("somebody else has the accounts by now")
    people = members.names(session, [workspace_id], [args["from"], args["to"], args["by"]])
    names = tuple(account.name for account in theirs[:_NAMES])
    return HandoverLineView(
        names,
        len(theirs) - len(names),
        people.get(args["from"] or 0),
        people.get(args["to"], ""),
        None if args["by"] == args["to"] else people.get(args["by"]),
        args["told"],
        args.get("merged"),
    )


def _still_owned(session: Session, workspace_id: int, args: dict[str, Any]) -> list[Account]:
    found = accounts.by_ids(session, workspace_id, args["account_ids"]).values()
    return sorted((account for account in found if account.owner_id == args["to"]), key=lambda account: account.name)


def _brief(assessment: Assessment, answer: Answer | None, people: dict[int, str]) -> BriefAccount:
    account, on = assessment.account, assessment.on
    promises = [promise.text for promise in assessment.state.promises if is_open(promise, on)]
    worst = assessment.dangers[0] if assessment.dangers else None
    return BriefAccount(
        account_id=account.id,
        name=account.name,
        slug=account.slug,
        coverage=phrase(assessment.covered),
        outcomes=assessment.counted,
        arr=str(assessment.arr) if assessment.arr else None,
        renewal_date=account.renewal_date,
        risks=len(assessment.dangers),
        worst=phrase(worst.fact) if worst else None,
        promises=tuple(promises[:_PROMISES]),
        promises_more=max(0, len(promises) - _PROMISES),
        steps=sum(open_action(action, on) for action in assessment.state.actions),
        next_meeting_at=assessment.next_meeting_at,
        answer=BriefAnswer(
            people.get(answer.member_id),
            rules_day(answer.answered_at),
            answer.what_changed,
            answer.unproven,
            answer.next_action,
        )
        if answer
        else None,
    )


def _stands_in(session: Session, row: Claimed) -> Recipient | None:
    """Where the new owner cannot be told, the manager is: they have just given the account to somebody."""
    found = accounts.by_ids(session, row.workspace_id, row.args["account_ids"]).values()
    return recipients.manager_or_admin(
        session, row.workspace_id, next((account.portfolio_id for account in found), None)
    )


KINDS = (
    MessageKind(BRIEF, queries.BRIEF_KEY, each(compose_brief), _stands_in, Retention(Posts.GO)),
    MessageKind(LINE, queries.LINE_KEY, each(compose_line), None, Retention(Posts.GO)),
)
