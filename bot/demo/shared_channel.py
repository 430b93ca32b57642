"""The demo's customer who shares a channel: Maya has said whose organisation it is, and who Priya Raman is there."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.enums import KnownHow
from bot.features.confirmations import organisations
from bot.features.confirmations.organisations import NewBinding, Team
from bot.store import ledger, members
from bot.store.entities import Entity
from bot.store.schema import account, person

_ACCOUNT, _TEAM, _MANAGER = "Acme Manufacturing", "T0ACMEMFG", "U0MAYA"
_NAME, _USER = "Priya Raman", "U0PRIYA"


def tell_whose_it_is(session: Session, workspace_id: int, start: datetime) -> None:
    """Bind the organisation of the shared channel to its account, a week before the demo begins."""
    now = start - timedelta(days=7)
    manager = members.by_slack_id(session, workspace_id, _MANAGER)
    assert manager is not None
    ours = (account.c.workspace_id == workspace_id) & (account.c.name == _ACCOUNT)
    account_id = session.execute(select(account.c.id).where(ours)).scalar_one()
    maya = Actor(manager, "modal")
    binding = NewBinding(account_id, (Team(_TEAM, _ACCOUNT),), None, frozenset())
    organisations.bind(session, maya, binding, now)
    theirs = (person.c.account_id == account_id) & (person.c.name == _NAME)
    person_id = session.execute(select(person.c.id).where(theirs)).scalar_one()  # within: the account was looked up
    ledger.add(
        session,
        maya.author,
        Entity.PERSON_SLACK,
        now,
        account_id=account_id,
        person_id=person_id,
        slack_user_id=_USER,
        slack_team_id=_TEAM,
        name=_NAME,
        proposed_by=manager.id,
        proposed_at=now,
        known_how=KnownHow.MANAGER,
        known_by=manager.id,
        known_at=now,
    )
