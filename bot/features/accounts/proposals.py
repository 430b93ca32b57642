"""Proposes an account to those who may add it: the portfolio's manager, or an admin where it has none.

Managers add accounts to their portfolios, admins to all, and everybody those that they own themselves. What somebody
else wants to add waits as a proposal; the decider presses Add or Decline, once, and the proposer is told.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.accounts import no_such_account
from bot.app.actor import Actor, UserError, must_manage, must_read
from bot.app.sensible_days import must_be_to_come
from bot.features.accounts import add_account, queries
from bot.features.accounts.new_account import NewAccount
from bot.features.accounts.queries import Proposal
from bot.features.accounts.refusals import AccountRefusal
from bot.features.accounts.views import AccountProposalDecidedView, AccountProposalView, AccountProposedView
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.types import Destination, Moot, Op, Outgoing
from bot.store import members, portfolios

PROPOSED = 0
"""What `add_or_propose` returns instead of the id of an account."""


def add_or_propose(session: Session, actor: Actor, new: NewAccount, now: datetime) -> int:
    """Add an account, or propose it where the actor may not; returns its id, or `PROPOSED`."""
    add_account.hold_name(session, actor, new.name)
    must_be_to_come(new.renewal_date, actor.today(now), "renewal_date")
    checked = add_account.checked(session, actor, new)
    if checked.allowed:
        return add_account.add_account(session, actor, new, now)
    recipient = recipients.manager_or_admin(session, actor.workspace_id, checked.portfolio_id)
    if recipient is None:
        raise UserError(AccountRefusal.NOBODY_DECIDES)
    if queries.is_proposed(session, actor.workspace_id, checked.name):
        raise UserError(AccountRefusal.PROPOSED_ALREADY, "name", account=checked.name)
    wanted = replace(new, owner_slack_id=checked.owner.slack_id, portfolio_id=checked.portfolio_id)
    proposal_id = queries.add_proposal(session, actor.member, checked.name, wanted, now)
    message = Outgoing(
        key=queries.PROPOSAL_KEY.of(proposal_id),
        workspace_id=actor.workspace_id,
        kind="proposal",
        channel=recipient.to,
        destination=recipient.destination,
        args={"proposal_id": proposal_id, "portfolio_id": checked.portfolio_id},
        due_at=now,
    )
    put(session, message, now)
    return PROPOSED


def proposed(session: Session, actor: Actor, new: NewAccount) -> AccountProposedView:
    """What the proposer is shown: who decides."""
    must_read(actor)
    home = add_account.home_of(session, actor, new.portfolio_id)
    recipient = recipients.manager_or_admin(session, actor.workspace_id, home.id if home else None)
    return AccountProposedView(" ".join(new.name.split()), recipient.to if recipient else None)


def add_proposed(session: Session, actor: Actor, proposal_id: int, now: datetime) -> int | None:
    """Add the account of a proposal, once; returns its id, or None if somebody has decided already."""
    proposal = _decidable(session, actor, proposal_id)
    if not queries.decide(session, actor.member, proposal.id, now, added=True):
        return None
    account_id = add_account.add_account(session, actor, proposal.new, now)
    _tell(session, proposal, now)
    return account_id


def decline_proposed(session: Session, actor: Actor, proposal_id: int, now: datetime) -> None:
    """Decline a proposal, once."""
    proposal = _decidable(session, actor, proposal_id)
    if queries.decide(session, actor.member, proposal.id, now, added=False):
        _tell(session, proposal, now)


def compose_proposal(session: Session, args: dict[str, Any], now: datetime) -> AccountProposalView | Moot:
    """The proposal as the decider reads it, with what became of it."""
    proposal = queries.proposal(session, args["workspace_id"], args["proposal_id"])
    if proposal is None:
        return Moot("the proposal is gone")
    new, workspace_id = proposal.new, proposal.workspace_id
    people = portfolios.mentions(session, workspace_id, [proposal.proposer_id, proposal.decided_by])
    home = portfolios.in_workspace(session, workspace_id, proposal.portfolio_id)
    return AccountProposalView(
        proposal_id=proposal.id,
        name=proposal.name,
        proposer=people.get(proposal.proposer_id, "somebody"),
        portfolio=home.name if home else None,
        owner=new.owner_slack_id,
        arr=f"{new.arr.strip()} {new.currency}" if new.arr.strip() else None,
        renewal_date=new.renewal_date,
        added=proposal.added,
        decided_by=people.get(proposal.decided_by or 0),
    )


def compose_decided(session: Session, args: dict[str, Any], now: datetime) -> AccountProposalDecidedView | Moot:
    """What the proposer reads once it is decided."""
    proposal = queries.proposal(session, args["workspace_id"], args["proposal_id"])
    if proposal is None or proposal.decided_by is None:
        return Moot("nothing is decided")
    people = portfolios.mentions(session, proposal.workspace_id, [proposal.decided_by])
    by = people.get(proposal.decided_by, "somebody")
    slug = queries.slug_of_name(session, proposal.workspace_id, proposal.name) if proposal.added else None
    return AccountProposalDecidedView(proposal.name, bool(proposal.added), by, slug)


def _decidable(session: Session, actor: Actor, proposal_id: int) -> Proposal:
    must_read(actor)
    proposal = queries.proposal(session, actor.workspace_id, proposal_id)
    if proposal is None:
        raise no_such_account()
    must_manage(session, actor, proposal.portfolio_id)
    return proposal


def _tell(session: Session, proposal: Proposal, now: datetime) -> None:
    """Show the decision in the message that asked for it, and tell the proposer."""
    common: dict[str, Any] = {"workspace_id": proposal.workspace_id, "due_at": now}
    args = {"proposal_id": proposal.id, "portfolio_id": proposal.portfolio_id}
    for key, _ in lookup.posts_of(session, proposal.workspace_id, queries.PROPOSAL_KEY.of(proposal.id)):
        update = Outgoing(key=f"{key}@decided", kind="proposal", op=Op.UPDATE, target_key=key, args=args, **common)
        put(session, update, now)
    proposer = members.by_id(session, proposal.workspace_id, proposal.proposer_id)
    if proposer is not None and proposer.slack_id is not None and not proposer.is_deactivated:
        answer = Outgoing(
            key=queries.DECIDED_KEY.of(proposal.id),
            kind="proposal-decided",
            channel=proposer.slack_id,
            destination=Destination.USER,
            args={"proposal_id": proposal.id},
            **common,
        )
        put(session, answer, now)
