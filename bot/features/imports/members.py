"""Colleagues as an import names them, matched to the members of the workspace or added to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.domain.values.slugs import folded
from bot.features.imports.colleagues import Who
from bot.features.imports.remarks import Remark, Unreadable
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
            with_email = [member for member in self.members.values() if (member.email or "").lower() == who.email]
            if with_email:
                return _best_match(with_email, who)
        name = folded(who.name)
        with_name = [member for member in self.members.values() if folded(" ".join(member.name.split())) == name]
        if who.email:
            with_name = [member for member in with_name if not member.email or member.email.lower() == who.email]
        return _best_match(with_name, who) if with_name else None

    def name(self, member_id: int | None) -> str:
        """How this member is called; a dash for nobody."""
        member = self.members.get(member_id) if member_id is not None else None
        return member.name if member else "–"

    def ensure(self, session: Session, by: Author, who: Who, now: datetime) -> int:
        """The id of the member who is meant; somebody new is added, to be matched when Slack first shows them."""
        member = self.find(who)
        if member is not None:
            return member.id
        member_id = ledger.add(
            session, by, Entity.MEMBER, now, workspace_id=by.workspace_id, name=who.name, email=who.email
        )
        added = members.by_id(session, by.workspace_id, member_id)
        assert added is not None
        self.members[member_id] = added
        return member_id


def _best_match(candidates: list[Member], who: Who) -> Member:
    """People who are gone and guests give way to those who are here."""
    active = [member for member in candidates if not member.is_deactivated and not member.is_guest] or candidates
    if len(active) > 1:
        raise Unreadable(Remark.OWNER_AMBIGUOUS, count=len(active), name=who.name)
    return active[0]
