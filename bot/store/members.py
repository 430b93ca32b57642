"""Members of the workspace: the people of ours whom Slack knows, and the owners whom an import named first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session

from bot.domain.values.slugs import folded
from bot.store import review_queue
from bot.store.json_rows import in_workspaces, is_one_of
from bot.store.schema import member


@dataclass(frozen=True, slots=True)
class Member:
    """`slack_id` is None while an imported owner has not been matched to a Slack user.

    `same_as` is the id of the member who, as an admin has said, an imported owner is. From `away_from` until
    `away_until` the member is away, if both are set. `follows_status` says that their Slack status is read. When they
    work and are told is read by `bot.app.hours`; `one_each` has one message for each meeting instead of a morning's.
    """

    id: int
    workspace_id: int
    slack_id: str | None
    name: str
    email: str | None
    tz: str
    is_admin: bool
    is_guest: bool
    is_deactivated: bool
    same_as: int | None = None
    away_from: datetime | None = None
    away_until: datetime | None = None
    follows_status: bool = False
    work_begins: str | None = None
    work_ends: str | None = None
    workdays: str | None = None
    country: str | None = None
    morning_at: str | None = None
    one_each: bool = False

    def is_away(self, at: datetime) -> bool:
        """Whether this member is away at a moment."""
        return self.away_from is not None and self.away_until is not None and self.away_from <= at < self.away_until


@dataclass(frozen=True, slots=True)
class SlackUser:
    """What Slack says of one user, as far as we keep it."""

    slack_id: str
    name: str
    email: str | None
    tz: str
    is_admin: bool = False
    is_guest: bool = False
    is_deactivated: bool = False


_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = [member.c[field.name] for field in fields(Member)]
# Built once, because so much asks them; building one costs more than running it.
_BY_ID = select(*_COLUMNS).where(member.c.workspace_id == bindparam("workspace"), member.c.id == bindparam("wanted"))
_BY_SLACK_ID = select(*_COLUMNS).where(
    member.c.workspace_id == bindparam("workspace"), member.c.slack_id == bindparam("slack")
)
_WHO_LEFT = select(member.c.workspace_id, member.c.slack_id).where(
    in_workspaces(member.c.workspace_id), is_one_of(member.c.slack_id, "slack"), member.c.is_deactivated
)
_KNOWN = select(member.c.slack_id).where(
    member.c.workspace_id == bindparam("workspace"), is_one_of(member.c.slack_id, "slack")
)
_OF_SEVERAL = in_workspaces(member.c.workspace_id), is_one_of(member.c.id, "wanted")
_BY_IDS = select(*_COLUMNS).where(*_OF_SEVERAL)
_NAMES = select(member.c.id, member.c.name, member.c.is_deactivated).where(*_OF_SEVERAL)


def by_id(session: Session, workspace_id: int, member_id: int | None) -> Member | None:
    """The member with this id; None where this workspace has none."""
    if member_id is None:
        return None
    row = session.execute(_BY_ID, {"workspace": workspace_id, "wanted": member_id}).one_or_none()
    return None if row is None else Member(*row)


def by_slack_id(session: Session, workspace_id: int, slack_id: str) -> Member | None:
    row = session.execute(_BY_SLACK_ID, {"workspace": workspace_id, "slack": slack_id}).one_or_none()
    return None if row is None else Member(*row)


def known(session: Session, workspace_id: int, slack_ids: Collection[str]) -> set[str]:
    """Those of these Slack ids that belong to a member of the workspace."""
    rows = session.execute(_KNOWN, {"workspace": workspace_id, "slack": sorted(slack_ids)})
    return set(rows.scalars())


def full_by_email(session: Session, workspace_id: int, emails: Collection[str]) -> dict[str, Member]:
    """The full members with these email addresses, by the address in lower case; an address of two is none."""
    address = func.lower(member.c.email)
    ours = (member.c.workspace_id == workspace_id) & member.c.slack_id.is_not(None) & ~member.c.is_guest
    wanted = address.in_([email.lower() for email in emails]) & ~member.c.is_deactivated
    people = [Member(*row) for row in session.execute(select(*_COLUMNS).where(ours, wanted))] if emails else []
    count = Counter((person.email or "").lower() for person in people)
    return {email: person for person in people if count[email := (person.email or "").lower()] == 1}


def has_met_slack(session: Session, workspace_id: int) -> bool:
    """Whether any Slack user of the workspace is known."""
    ours = (member.c.workspace_id == workspace_id) & member.c.slack_id.is_not(None)
    return session.execute(select(member.c.id).where(ours).limit(1)).first() is not None


def of_workspace(session: Session, workspace_id: int) -> list[Member]:
    statement = select(*_COLUMNS).where(member.c.workspace_id == workspace_id).order_by(member.c.id)
    return [Member(*row) for row in session.execute(statement)]


def admins(session: Session, workspace_id: int) -> list[Member]:
    """The admins of a workspace whom Slack knows, in the order in which it met them."""
    ours = (member.c.workspace_id == workspace_id) & member.c.is_admin & member.c.slack_id.is_not(None)
    statement = select(*_COLUMNS).where(ours, ~member.c.is_deactivated).order_by(member.c.id)
    return [Member(*row) for row in session.execute(statement)]


def by_ids(session: Session, workspace_ids: Iterable[int], member_ids: Iterable[int | None]) -> dict[int, Member]:
    """Those of these members who are of these workspaces, by their ids, in one query."""
    ids = sorted({member_id for member_id in member_ids if member_id is not None})
    rows = session.execute(_BY_IDS, {"workspaces": sorted(set(workspace_ids)), "wanted": ids})
    return {row.id: Member(*row) for row in rows}


def who_left(session: Session, people: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Those of these people (workspace and Slack id) who are deactivated."""
    if not people:
        return set()
    workspaces, slack_ids = ({*part} for part in zip(*people, strict=True))
    rows = session.execute(_WHO_LEFT, {"workspaces": sorted(workspaces), "slack": sorted(slack_ids)})
    return {(row.workspace_id, row.slack_id) for row in rows} & set(people)


def names(session: Session, workspace_ids: Iterable[int], member_ids: Iterable[int | None]) -> dict[int, str]:
    """The names of these members of these workspaces, by id."""
    return names_and_gone(session, workspace_ids, member_ids)[0]


def names_and_gone(
    session: Session, workspace_ids: Iterable[int], member_ids: Iterable[int | None]
) -> tuple[dict[int, str], frozenset[int]]:
    """The names of these members of these workspaces, by id, and which of them have left; one query."""
    workspaces = sorted(set(workspace_ids))
    ids = sorted({member_id for member_id in member_ids if member_id is not None})
    if not ids:
        return {}, frozenset()
    rows = session.execute(_NAMES, {"workspaces": workspaces, "wanted": ids}).all()
    return {row.id: row.name for row in rows}, frozenset(row.id for row in rows if row.is_deactivated)


def remember(session: Session, workspace_id: int, user: SlackUser, *, by_name: bool = False) -> Member:
    """Insert or refresh a Slack user. An imported owner with the same email becomes this user, unless it is a guest.

    With `by_name`, so does the one imported owner of the same name for whom no email was given: only the first meeting
    with a workspace says so, for names that one full member has. A newcomer may call himself what he likes.
    """
    existing = by_slack_id(session, workspace_id, user.slack_id) or _imported(session, workspace_id, user, by_name)
    values: dict[str, Any] = {field.name: getattr(user, field.name) for field in fields(SlackUser)}
    if existing is None:
        session.execute(insert(member).values(workspace_id=workspace_id, **values))
    elif any(getattr(existing, name) != value for name, value in values.items()):
        ours = (member.c.workspace_id == workspace_id) & (member.c.id == existing.id)
        if existing.tz != user.tz:  # their morning is another one: it is looked at soon
            values["next_morning_at"] = case((member.c.next_morning_at.is_not(None), _LONG_AGO))
        session.execute(update(member).where(ours).values(**values))
        if existing.is_deactivated != user.is_deactivated:
            # Whoever leaves, or comes back, ends or begins a danger of what they own.
            review_queue.look_soon_at_those_of(session, workspace_id, existing.id)
        if existing.name != user.name:
            review_queue.forget_summaries_of(session, workspace_id)
    stored = by_slack_id(session, workspace_id, user.slack_id)
    assert stored is not None
    return stored


def set_away(
    session: Session, workspace_id: int, member_id: int, away_from: datetime | None, away_until: datetime | None
) -> None:
    """Note from when until when a member is away; None for both once they are back."""
    ours = (member.c.workspace_id == workspace_id) & (member.c.id == member_id)
    session.execute(update(member).where(ours).values(away_from=away_from, away_until=away_until))


def follow_status(session: Session, workspace_id: int, member_id: int, follows: bool) -> None:
    """Note whether a member's Slack status is read; what was seen of it is forgotten."""
    ours = (member.c.workspace_id == workspace_id) & (member.c.id == member_id)
    session.execute(update(member).where(ours).values(follows_status=follows, status_seen=None))


def save_settings(session: Session, workspace_id: int, member_id: int, **settings: Any) -> None:
    """Set these of a member's settings; when their next morning is due is worked out anew, unless it is said."""
    ours = (member.c.workspace_id == workspace_id) & (member.c.id == member_id)
    session.execute(update(member).where(ours).values({"next_morning_at": None} | settings))


def see_status(session: Session, workspace_id: int, member_id: int, seen: str | None) -> bool:
    """Note the digest of an away status, None for any other; False if it stands there: the row count is the lock."""
    ours = (member.c.workspace_id == workspace_id) & (member.c.id == member_id)
    anew = ours & member.c.status_seen.is_distinct_from(seen)
    return bool(session.connection().execute(update(member).where(anew).values(status_seen=seen)).rowcount == 1)


def _imported(session: Session, workspace_id: int, user: SlackUser, by_name: bool) -> Member | None:
    """The imported owner who surely is this user."""
    if user.is_guest:
        return None
    waiting = (member.c.workspace_id == workspace_id) & member.c.slack_id.is_(None) & ~member.c.is_deactivated
    imported = select(*_COLUMNS).where(waiting)
    if user.email:
        same = imported.where(func.lower(member.c.email) == user.email.lower()).order_by(member.c.id).limit(1)
        if row := session.execute(same).one_or_none():
            return Member(*row)
    if not by_name or user.is_deactivated:
        return None
    namesakes = [Member(*row) for row in session.execute(imported.where(member.c.email.is_(None)))]
    namesakes = [person for person in namesakes if folded(person.name) == folded(user.name)]
    return namesakes[0] if len(namesakes) == 1 else None
