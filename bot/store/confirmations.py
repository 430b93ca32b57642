"""Reads whose organisation it is, who is who there in Slack, and what people of the customer were asked to confirm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.domain.account.organisations import Confirmation, CustomerOrg, SlackIdentity
from bot.domain.model import Account
from bot.store.schema import account, confirmation, customer_org, member, person, person_slack

_ORGS = [customer_org.c[field.name] for field in fields(CustomerOrg)]
_IDENTITIES = [person_slack.c[field.name] for field in fields(SlackIdentity)]
_CONFIRMATIONS = [confirmation.c[field.name] for field in fields(Confirmation)]


def orgs_of(session: Session, of: Account) -> list[CustomerOrg]:
    """The organisations and mail domains that are bound to an account now, the oldest first."""
    theirs = (customer_org.c.workspace_id == of.workspace_id) & (customer_org.c.account_id == of.id)
    rows = session.execute(select(*_ORGS).where(theirs, customer_org.c.ended_at.is_(None)).order_by(customer_org.c.id))
    return [CustomerOrg(*row) for row in rows]


def identities_of(session: Session, of: Account) -> list[SlackIdentity]:
    """Who is who in the customer's Slack, as far as it is said now, the oldest first."""
    theirs = (person_slack.c.account_id == of.id) & person_slack.c.ended_at.is_(None)
    rows = session.execute(select(*_IDENTITIES).where(theirs).order_by(person_slack.c.id))
    return [SlackIdentity(*row) for row in rows]


def identity(session: Session, of: Account, identity_id: int | None) -> SlackIdentity | None:
    """Who somebody in the customer's Slack is or was said to be; None where the account has no such row."""
    theirs = (person_slack.c.account_id == of.id) & (person_slack.c.id == identity_id)
    row = session.execute(select(*_IDENTITIES).where(theirs)).one_or_none()
    return SlackIdentity(*row) if row else None


def is_somebody_else(session: Session, of: Account, person_id: int, slack_user_id: str) -> bool:
    """Whether somebody who may say it has said that a Slack user is not this person."""
    theirs = (person_slack.c.account_id == of.id) & (person_slack.c.person_id == person_id)
    denied = person_slack.c.ended_at.is_not(None) & person_slack.c.known_how.is_(None)
    statement = select(person_slack.c.id).where(theirs, denied, person_slack.c.slack_user_id == slack_user_id)
    return session.execute(statement.limit(1)).first() is not None


def confirmations_of(
    session: Session, of: Account, evidence_id: int | None = None, acceptance_id: int | None = None
) -> list[Confirmation]:
    """What people of an account were asked to confirm, or about one piece or acceptance only, the newest first."""
    theirs = confirmation.c.account_id == of.id
    if evidence_id is not None:
        theirs &= confirmation.c.evidence_id == evidence_id
    if acceptance_id is not None:
        theirs &= confirmation.c.acceptance_id == acceptance_id
    rows = session.execute(select(*_CONFIRMATIONS).where(theirs).order_by(confirmation.c.id.desc()))
    return [Confirmation(*row) for row in rows]


def in_workspace(session: Session, workspace_id: int, confirmation_id: int) -> Confirmation | None:
    """The question with this id; None where this workspace has none."""
    theirs = (account.c.id == confirmation.c.account_id) & (account.c.workspace_id == workspace_id)
    statement = select(*_CONFIRMATIONS).join_from(confirmation, account, theirs)
    row = session.execute(statement.where(confirmation.c.id == confirmation_id)).one_or_none()
    return Confirmation(*row) if row else None


def person_names(session: Session, of: Account) -> dict[int, str]:
    """The names of an account's people, by id, those who left included."""
    rows = session.execute(select(person.c.id, person.c.name).where(person.c.account_id == of.id))
    return {row.id: row.name for row in rows}


def mail_domains_of_ours(session: Session, workspace_id: int) -> set[str]:
    """The mail domains of the workspace's full members, in lower case."""
    ours = (member.c.workspace_id == workspace_id) & ~member.c.is_guest & member.c.email.is_not(None)
    addresses = session.execute(select(func.lower(member.c.email)).where(ours).distinct()).scalars()
    return {address.rpartition("@")[2] for address in addresses if "@" in address}


def full_members(session: Session, workspace_id: int, slack_ids: Iterable[str]) -> set[str]:
    """Those of these Slack ids that belong to full members of the workspace."""
    ours = (member.c.workspace_id == workspace_id) & ~member.c.is_guest & member.c.slack_id.in_(set(slack_ids))
    return set(session.execute(select(member.c.slack_id).where(ours)).scalars())


def admins_of(session: Session, workspace_id: int) -> list[int]:
    """The ids of the workspace's admins whom Slack reaches, the same order every time."""
    ours = (member.c.workspace_id == workspace_id) & member.c.is_admin & ~member.c.is_deactivated
    there = member.c.slack_id.is_not(None) & ~member.c.is_guest
    return list(session.execute(select(member.c.id).where(ours, there).order_by(member.c.id)).scalars())
