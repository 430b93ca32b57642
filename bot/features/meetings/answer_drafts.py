"""Keeps what somebody typed before it is confirmed, so that no answer is lost between preview and record."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import account_of, no_such_account, writable
from bot.app.actor import Actor, UserError
from bot.app.shown import version_of_account
from bot.domain.enums import Change
from bot.features.meetings import answers, queries
from bot.features.meetings.new_answer import NewAnswer
from bot.features.meetings.refusals import MeetingRefusal
from bot.features.meetings.rows import Answer
from bot.features.meetings.views import PreviewView

_KIND = "answer"


@dataclass(frozen=True, slots=True)
class OneLine:
    """An answer in one line, parsed; `change` None means that the line did not say which kind of change."""

    change: Change | None
    what_changed: str | None
    unproven: str | None
    next_action: str | None
    next_due: date | None


def draft(session: Session, actor: Actor, account_id: int, line: OneLine, now: datetime) -> PreviewView:
    """Keep a parsed line as a draft and show what it would record."""
    account_id = writable(session, actor, account_id).id
    seen = version_of_account(session, actor, account_id)
    prompt = queries.open_of_account(session, actor.workspace_id, account_id)
    change = line.change or (Change.BEHAVIOUR if line.what_changed else Change.NOTHING)
    payload = asdict(replace(line, change=change)) | {"meeting_id": prompt.meeting_id if prompt else None, "seen": seen}
    payload["next_due"] = line.next_due.isoformat() if line.next_due else None
    row = {"member_id": actor.member.id, "account_id": account_id, "kind": _KIND, "payload": payload}
    draft_id = queries.add_draft(session, row, now)
    return preview(session, actor, draft_id)


def preview(session: Session, actor: Actor, draft_id: int) -> PreviewView:
    """A draft as its author sees it."""
    row = _own_draft(session, actor, draft_id)
    payload = row["payload"]
    account = account_of(session, actor, row["account_id"])
    prompt = queries.of_meeting(session, actor.workspace_id, payload["meeting_id"]) if payload["meeting_id"] else None
    return PreviewView(
        draft_id=draft_id,
        account_id=account.id,
        account=account.name,
        meeting_at=prompt.starts_at if prompt else None,
        change=Change(payload["change"]),
        what_changed=payload["what_changed"],
        unproven=payload["unproven"],
        next_action=payload["next_action"],
        next_due=date.fromisoformat(payload["next_due"]) if payload["next_due"] else None,
        owner=actor.member.name,
    )


def choose_change(session: Session, actor: Actor, draft_id: int, change: Change) -> PreviewView:
    """Say which kind of change the draft is about."""
    row = _own_draft(session, actor, draft_id)
    payload = row["payload"] | {"change": change.value}
    queries.change_draft(session, actor.member, draft_id, payload=payload)
    return preview(session, actor, draft_id)


def confirm(session: Session, actor: Actor, draft_id: int, now: datetime) -> Answer:
    """Record what the draft says; a second press finds the answer of the first."""
    row = _own_draft(session, actor, draft_id)
    confirmed = queries.answer_of_draft(session, actor.workspace_id, draft_id)
    if confirmed is not None:
        return confirmed
    view = preview(session, actor, draft_id)
    queries.change_draft(session, actor.member, draft_id, used_at=now)
    return answers.answer(
        session,
        replace(actor, seen=row["payload"].get("seen", 0)),
        NewAnswer(
            account_id=view.account_id,
            meeting_id=row["payload"]["meeting_id"],
            submission=queries.draft_submission(draft_id),
            change=view.change,
            what_changed=view.what_changed,
            unproven=view.unproven,
            next_action=view.next_action,
            next_due=view.next_due,
        ),
        now,
    )


def _own_draft(session: Session, actor: Actor, draft_id: int) -> dict[str, Any]:
    row = queries.draft_of(session, actor.workspace_id, draft_id)
    if row is None:
        raise no_such_account()
    if row["member_id"] != actor.member.id:
        raise UserError(MeetingRefusal.DRAFT_GONE)
    return row
