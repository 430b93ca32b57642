"""Colleagues as an import names them, matched to the members of the workspace or added to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.values.slugs import folded
from bot.features.imports.cells import Unreadable, Who
from bot.store import ledger, members
from bot.store.entities import Entity
from bot.store.ledger import Author
from bot.store.members import Member


class Directory:
    """The members of one workspace, found by name or e-mail address in memory."""

    def __init__(self, session: Session, workspace_id: int) -> None:
        self.members = {member.id: member for member in members.of_workspace(session, workspace_id)}

    def find(self, who: Who) -> Member | None:
        """The member who is meant, None for somebody new; raises `Unreadable` when two could be meant."""
        if who.email:
            by_mail = [one for one in self.members.values() if (one.email or "").lower() == who.email]
            if by_mail:
                return _the_one(by_mail, who)
        wanted = folded(who.name)
        named = [one for one in self.members.values() if folded(" ".join(one.name.split())) == wanted]
        if who.email:
            named = [one for one in named if not one.email or one.email.lower() == who.email]
        return _the_one(named, who) if named else None

    def name(self, member_id: int | None) -> str:
        """How this member is called; a dash for nobody."""
        found = self.members.get(member_id) if member_id is not None else None
        return found.name if found else "–"

    def ensure(self, session: Session, by: Author, who: Who, now: datetime) -> int:
        """The id of the member who is meant; somebody new is added, to be matched when Slack first shows them."""
        found = self.find(who)
        if found is not None:
            return found.id
        member_id = ledger.add(
            session, by, Entity.MEMBER, now, workspace_id=by.workspace_id, name=who.name, email=who.email
        )
        added = members.by_id(session, by.workspace_id, member_id)
        assert added is not None
        self.members[member_id] = added
        return member_id


def _the_one(found: list[Member], who: Who) -> Member:
    """People who are gone and guests give way to those who are here."""
    here = [one for one in found if not one.is_deactivated and not one.is_guest] or found
    if len(here) > 1:
        raise Unreadable(f"could be {len(here)} people called {who.name}; add a column with their e-mail addresses")
    return here[0]
