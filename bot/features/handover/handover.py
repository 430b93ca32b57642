"""Gives accounts to another owner, with all that is open and was the old owner's.

Open prompts, steps, gaps, obstacles and risks go along, so that nothing waits for somebody who has the account no more.
The old owner's past stays theirs: what they recorded, answered and left unanswered keeps their name. The moves are the
bot's in history, with the reason; who decided stands in the line that changed the owner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app import mornings
from bot.app.accounts import account_of, writable
from bot.app.actor import Actor, UserError, bot_author, may_manage, may_write
from bot.app.recipients import there, turns
from bot.app.refusals import AppRefusal
from bot.app.shown import ShownRow, hold, must_be_as_shown, version_of_account
from bot.app.typed import colleague_of
from bot.domain.model import Account, Action
from bot.features.actions import actions
from bot.features.actions import queries as action_queries
from bot.features.handover import messages, queries
from bot.features.handover.messages import Given
from bot.features.handover.phrases import HandoverPhrase
from bot.features.handover.queries import Carried
from bot.features.handover.refusals import HandoverRefusal
from bot.features.handover.views import ChooseOwnerView
from bot.features.meetings import prompts
from bot.features.meetings import queries as meeting_queries
from bot.features.risks import risk_message
from bot.phrases import say
from bot.store import accounts, changes, ledger, members
from bot.store.entities import Entity
from bot.store.ledger import Change
from bot.store.members import Member

_OWNER = {"owner_id": "owner"}
UNDONE_WITHIN = timedelta(days=1)
"""So long somebody takes back what they gave away and may not write any more."""
_OF_ONE_ACT = 500
"""A hand-over writes fewer lines than that about one account."""


def owner_form(session: Session, actor: Actor, account_id: int, now: datetime) -> ChooseOwnerView:
    """The form that gives an account to somebody, with what goes along."""
    account = writable(session, actor, account_id)
    seen = version_of_account(session, actor, account.id)
    owner = members.by_id(session, account.workspace_id, account.owner_id)
    left = owner is not None and owner.is_deactivated
    going = what_goes(session, [account], owner)
    return ChooseOwnerView(account.id, account.name, owner.name if owner else None, left, in_words(going), seen)


def choose_owner(session: Session, actor: Actor, account_id: int, to_slack_id: str, now: datetime) -> int:
    """Give an account to a colleague; returns its id."""
    account = writable(session, actor, account_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.ACCOUNT, account.id, ("owner_id",), _OWNER))
    account = account_of(session, actor, account.id)
    to = colleague_of(session, actor, to_slack_id)
    if to is None:
        raise UserError(HandoverRefusal.OWNER_NOT_A_MEMBER, "owner")
    if to.id == account.owner_id:
        raise UserError(HandoverRefusal.OWNS_IT_ALREADY, "owner", name=to.name, account=account.name)
    give(session, actor, [account], to, now)
    return account.id


def take_back(session: Session, actor: Actor, account_id: int, first: int, now: datetime) -> int:
    """Give an account back to whom the actor's own hand-over, a line of history, took it from; returns its id.

    `UserError` where it is no such line, somebody changed the owner since, the former owner has left, or a day is over
    and the actor may not give the account to anybody any more. What is open by now goes back too, and both are told as
    of any hand-over.
    """
    account = account_of(session, actor, account_id)
    hold(session, account.id, now)
    changed = changes.of_account_since(session, actor.workspace_id, account.id, max(first - 1, 0), [Entity.ACCOUNT])
    owners = [line for line in changed if line.entity_id == account.id and "owner_id" in line.after]
    mine = [line for line in owners if line.id == first and line.member_id == actor.member.id and line.before]
    former = members.by_id(session, actor.workspace_id, (mine[0].before or {}).get("owner_id")) if mine else None
    too_late = bool(mine) and now - mine[0].at > UNDONE_WITHIN and not may_write(session, actor, account)
    if len(owners) != 1 or former is None or former.is_deactivated or too_late:
        raise UserError(AppRefusal.NOTHING_TO_TAKE_BACK)
    give(session, actor, [account_of(session, actor, account.id)], former, now)
    return account.id


def line_of(session: Session, account: Account, actor: Actor) -> int | None:
    """The line of history by which the actor has just given this account away; None without one."""
    newest = changes.newest_of_account(session, actor.workspace_id, account.id)
    lines = changes.of_account_since(
        session, actor.workspace_id, account.id, max(newest - _OF_ONE_ACT, 0), [Entity.ACCOUNT]
    )
    newest_owner = next((line for line in lines if line.entity_id == account.id and "owner_id" in line.after), None)
    if newest_owner is None or newest_owner.member_id != actor.member.id or newest_owner.at != lines[0].at:
        return None
    return newest_owner.id if (newest_owner.before or {}).get("owner_id") else None


def what_goes(session: Session, some: Sequence[Account], owner: Member | None) -> Carried:
    """What is open of these accounts of one owner and would go along."""
    if not some:
        return Carried()
    # Where the owner could not be asked, somebody else was in their place: the new owner can be.
    unasked = {account.id for account in some} if owner is None or owner.is_deactivated else set[int]()
    owner_id = owner.id if owner else None
    ids = [account.id for account in some]
    return queries.carried(session, some[0].workspace_id, ids, owner_id, all_prompts=unasked)


def in_words(going: Carried) -> str:
    """What goes along, such as `2 open prompts and 1 risk`."""
    return say(
        HandoverPhrase.CARRIED,
        prompts=going.count(Entity.PROMPT),
        steps=going.count(Entity.ACTION),
        gaps=going.count(Entity.GAP),
        risks=going.count(Entity.RISK),
        obstacles=going.count(Entity.OBSTACLE),
    )


def give(session: Session, by: Actor, some: Sequence[Account], to: Member, now: datetime) -> Carried:
    """Make `to` the owner of these accounts, all of one owner; the caller has checked who may. Returns what went along.

    The new owner gets a brief and the old one a line; so does the manager, unless a manager or admin decided.
    """
    owner = members.by_id(session, by.workspace_id, some[0].owner_id)
    ids = [account.id for account in some]
    queries.hold_prompts(session, by.workspace_id, ids)
    queries.hold(session, ids, now)
    going = what_goes(session, some, owner)
    _set_owner(session, by, ids, to, now)
    given = accounts.by_ids(session, by.workspace_id, ids)
    _pass_on(session, given, going, to, now)
    told = Given(by, list(given.values()), owner, to)
    messages.put_brief(session, told, now)
    by_manager = all(may_manage(session, by, account.portfolio_id) for account in some)
    messages.put_lines(session, told, now, tell_managers=not by_manager)
    return going


def follow_merge(
    session: Session, by: Actor, account_id: int, had_it: int | None, now: datetime, *, merged: str
) -> None:
    """Pass on what is open of an account that another one was merged into, or that was taken out of one: what `had_it`
    (a member) has there goes to the owner.

    Both are told. `merged` is the name of the account that is a part of this one now, empty where it stands alone.
    """
    account = account_of(session, by, account_id)
    owner = members.by_id(session, by.workspace_id, had_it)
    to = members.by_id(session, by.workspace_id, account.owner_id)
    if owner is None or to is None or owner.id == to.id or to.is_deactivated:
        return
    _pass_on(session, {account.id: account}, what_goes(session, [account], owner), to, now)
    told = Given(by, [account], owner, to, merged)
    messages.put_brief(session, told, now)
    messages.put_lines(session, told, now, tell_managers=False)


def _pass_on(session: Session, given: Mapping[int, Account], going: Carried, to: Member, now: datetime) -> None:
    """Give what is open of these accounts to `to`, and have all messages on it show that."""
    why = say(HandoverPhrase.WENT_ALONG, to=to.name)
    asked = _asked(session, given, going, to)
    for entity, rows in going.rows.items():
        column = going.column(entity)
        changes = [
            Change(row, _values(entity, column, asked.get(row["id"], to) if entity is Entity.PROMPT else to, now), why)
            for row in rows
        ]
        ledger.change_many(session, bot_author(to.workspace_id), entity, now, changes)
    _publish(session, given, going, asked, now)
    had_them = {row["owner_id"] for entity in (Entity.ACTION, Entity.RISK) for row in going.rows.get(entity, ())}
    if had_them:
        mornings.refresh(session, to.workspace_id, {*had_them, to.id}, now)


def _set_owner(session: Session, actor: Actor, ids: Sequence[int], to: Member, now: datetime) -> None:
    rows = queries.rows_of(session, actor.workspace_id, ids)
    changes = [
        Change(row, {"owner_id": to.id, "deputy_id": None if row["deputy_id"] == to.id else row["deputy_id"]})
        for row in rows
    ]
    ledger.change_many(session, actor.author, Entity.ACCOUNT, now, changes)


def _values(entity: Entity, column: str, to: Member, now: datetime) -> dict[str, Any]:
    """What is written into a row that goes along."""
    values: dict[str, Any] = {column: to.id}
    if entity is Entity.PROMPT:
        values["snoozed_until"] = None
    if entity is Entity.RISK:
        values["claimed_at"] = now
    return values


def _asked(session: Session, given: Mapping[int, Account], going: Carried, to: Member) -> dict[int, Member]:
    """Who is asked now in each of the open prompts: the new owner, or who stands in if they are away that day."""
    rows = going.rows.get(Entity.PROMPT, ())
    if not rows:
        return {}
    people = turns(session, given.values())
    open_prompts = meeting_queries.by_ids(session, [to.workspace_id], [row["id"] for row in rows])
    return {prompt.id: there(people[prompt.account_id], prompt.starts_at) or to for prompt in open_prompts.values()}


def _publish(
    session: Session, given: Mapping[int, Account], going: Carried, answering: Mapping[int, Member], now: datetime
) -> None:
    """Have the messages of what went along show who has it now, and ask who is to answer."""
    for row in going.rows.get(Entity.PROMPT, ()):
        prompt = meeting_queries.by_id(session, row["workspace_id"], row["id"])
        asked = answering[row["id"]]
        if prompt is None or asked.id == row["member_id"]:
            continue
        prompts.refresh_messages(session, prompt, now)
        if asked.slack_id:
            key = meeting_queries.PROMPT_KEY.of(prompt.id, "to", asked.id, f"{now.timestamp():.0f}")
            prompts.ask_instead(session, prompt, asked, now, key=key)
    for row in going.rows.get(Entity.ACTION, ()):
        account = given[row["account_id"]]
        action: Action | None = action_queries.by_id(session, account.workspace_id, row["id"])
        if action is not None:
            actions.refresh_post(session, action, account, now)
    for row in going.rows.get(Entity.RISK, ()):
        workspace_id = given[row["account_id"]].workspace_id
        risk_message.publish_risk_change(session, workspace_id, row["id"], now)
