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
                return self._confirmed(_best_match(with_email, who))
        name = folded(who.name)
        with_name = [member for member in self.members.values() if folded(" ".join(member.name.split())) == name]
        if who.email:
            # An email was given, so an equal name is not enough: only somebody of an earlier import may be the same.
            with_name = [member for member in with_name if not member.email and member.slack_id is None]
        return self._confirmed(_best_match(with_name, who)) if with_name else None

    def _confirmed(self, member: Member) -> Member:
        """Who a member of an earlier import is, as an admin has said."""
        return self.members.get(member.same_as or 0, member)

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
    """People who are gone and guests give way to those who are here, and all to somebody whom an earlier import named
    and nobody has found in Slack yet: an admin says who that is."""
    confirmed = [member for member in candidates if member.same_as is not None]
    if len(confirmed) == 1:
        return confirmed[0]
    active = [member for member in candidates if not member.is_deactivated and not member.is_guest] or candidates
    waiting = [member for member in active if member.slack_id is None]
    if len(waiting) == 1:
        return waiting[0]
    if len(active) > 1:
        raise Unreadable(Remark.OWNER_AMBIGUOUS, count=len(active), name=who.name)
    return active[0]
