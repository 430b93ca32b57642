"""Asks an admin who the owners are whom an import named and Slack does not show under that email.

A name proves nothing: anybody may call themselves Tom Okafor. So an owner is found by email; by name only when the
people of the workspace are met for the first time, or by the import itself; everybody else an admin confirms here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.accounts import no_such_account
from bot.app.actor import Actor, UserError, bot_author, must_read
from bot.app.recipients import Recipient
from bot.app.typed import colleague_of
from bot.domain.values.slugs import folded
from bot.features.workspace import queries
from bot.features.workspace.phrases import WorkspacePhrase
from bot.features.workspace.queries import OWNER_KEY, ImportedOwner
from bot.features.workspace.refusals import WorkspaceRefusal
from bot.features.workspace.views import ChooseOwnerView, ImportedOwnerView
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.types import Moot, Op, Outgoing
from bot.phrases import say
from bot.store import ledger, members, review_queue, serving
from bot.store.entities import Entity
from bot.store.ledger import Author
from bot.store.members import Member

_OPEN_AT_ONCE = 5
_SHOWN = 3


def ask_who_owners_are(session: Session, now: datetime) -> bool:
    """Find one imported owner by email, or ask an admin about one; returns whether there was any.

    At most `_OPEN_AT_ONCE` questions wait for an answer, the owners of most accounts first.
    """
    return any(_ask_in(session, workspace_id, now) for workspace_id in serving.workspaces_of(session))


def choose_form(session: Session, actor: Actor, member_id: int, now: datetime) -> ChooseOwnerView:
    """The form that asks an admin who an imported owner is."""
    owner = _imported(session, actor, member_id)
    waiting = {entry.id: entry for entry in queries.waiting_owners(session, actor.workspace_id)}
    return ChooseOwnerView(owner.id, owner.name, owner.email, waiting[owner.id].accounts if owner.id in waiting else 0)


def confirm_owner(session: Session, actor: Actor, member_id: int, to_slack_id: str, now: datetime) -> None:
    """Give a full member, by Slack id, all that an imported owner answers for; once."""
    owner = _imported(session, actor, member_id)
    colleague = colleague_of(session, actor, to_slack_id)
    if colleague is None:
        raise UserError(WorkspaceRefusal.NO_FULL_MEMBER, "colleague")
    if _settle(session, actor.author, owner, colleague, now):
        queries.hand_over(session, actor.author, owner, colleague, now)


def nobody_in_slack(session: Session, actor: Actor, member_id: int, now: datetime) -> None:
    """Treat an imported owner as somebody who left: deputy and manager stand in. Once."""
    _settle(session, actor.author, _imported(session, actor, member_id), None, now)


def compose_owner(session: Session, args: dict[str, Any], now: datetime) -> ImportedOwnerView | Moot:
    """The question, or what became of it."""
    owner = members.by_id(session, args["workspace_id"], args["member_id"])
    if owner is None or (owner.slack_id is not None and "found" not in args):
        return Moot("Slack shows them now")
    settled = owner.is_deactivated or owner.slack_id is not None
    waiting = {entry.id: entry for entry in queries.waiting_owners(session, owner.workspace_id)}
    return ImportedOwnerView(
        member_id=owner.id,
        name=owner.name,
        email=owner.email,
        count=waiting[owner.id].accounts if owner.id in waiting else 0,
        accounts=tuple(queries.account_names(session, owner, _SHOWN)),
        namesakes=() if settled else tuple(_namesakes(session, owner)),
        settled=settled,
        found=args.get("found"),
    )


def _ask_in(session: Session, workspace_id: int, now: datetime) -> bool:
    waiting = queries.waiting_owners(session, workspace_id)
    by_email = members.full_by_email(session, workspace_id, [owner.email for owner in waiting if owner.email])
    for owner in waiting:
        same = by_email.get((owner.email or "").lower())
        imported = members.by_id(session, workspace_id, owner.id)
        if same is not None and imported is not None:
            by = bot_author(workspace_id)
            if _settle(session, by, imported, same, now):
                queries.hand_over(session, by, imported, same, now)
            return True
    recipient = recipients.of_admin(session, workspace_id)
    asked = lookup.told(session, workspace_id, OWNER_KEY, [owner.id for owner in waiting])
    unasked = [owner for owner in waiting if owner.id not in asked]
    if recipient is None or not unasked or len(asked) >= _OPEN_AT_ONCE:
        return False
    _put_question(session, unasked[0], recipient, now)
    return True


def _put_question(session: Session, owner: ImportedOwner, recipient: Recipient, now: datetime) -> None:
    message = Outgoing(
        key=OWNER_KEY.of(owner.id),
        workspace_id=owner.workspace_id,
        kind="imported-owner",
        channel=recipient.to,
        destination=recipient.destination,
        args={"member_id": owner.id},
        due_at=now,
    )
    put(session, message, now)


def _imported(session: Session, actor: Actor, member_id: int) -> Member:
    """An owner whom an import named, for admins; `UserError` for everybody else."""
    must_read(actor)
    owner = members.by_id(session, actor.workspace_id, member_id)
    if owner is None:
        raise no_such_account()
    if not actor.member.is_admin:
        raise UserError(WorkspaceRefusal.ONLY_ADMINS)
    return owner


def _settle(session: Session, by: Author, owner: Member, colleague: Member | None, now: datetime) -> bool:
    """Close the question; False if it was closed before, or Slack shows this person by now."""
    if owner.slack_id is not None:
        return False
    open_still = {"slack_id": None, "is_deactivated": False}
    why = say(WorkspacePhrase.OWNER_IS, name=colleague.name) if colleague else say(WorkspacePhrase.OWNER_IS_NOBODY)
    if not ledger.change(
        session,
        by,
        Entity.MEMBER,
        owner.id,
        now,
        why=why,
        only_if=open_still,
        is_deactivated=True,
        same_as=colleague.id if colleague else None,
    ):
        return False
    review_queue.look_soon_at_those_of(session, owner.workspace_id, owner.id)
    args = {"member_id": owner.id, "found": colleague.slack_id if colleague else None}
    for key, _ in lookup.posts_of(session, owner.workspace_id, OWNER_KEY.of(owner.id)):
        update = Outgoing(
            key=f"{key}@settled",
            workspace_id=owner.workspace_id,
            kind="imported-owner",
            op=Op.UPDATE,
            target_key=key,
            args=args,
            due_at=now,
        )
        put(session, update, now)
    return True


def _namesakes(session: Session, owner: Member) -> list[str]:
    name = folded(owner.name)
    everybody = members.of_workspace(session, owner.workspace_id)
    full = [member for member in everybody if member.slack_id and not member.is_guest and not member.is_deactivated]
    return [member.slack_id for member in full if member.slack_id and folded(member.name) == name][:_SHOWN]
