"""Who may say that a reference shows what was recorded: nobody who has the account, had it lately, or recorded it.

Who had the account is checked at the moment of the press, and kept with the look. Handing an account over to look and
taking it back does not work: who owned or deputised it since 90 days before the record is refused as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.app.hand_overs import HAD_IT
from bot.app.refusals import AppRefusal
from bot.app.reviewers import looks_as_manager, reviewer
from bot.domain.enums import CheckVerdict
from bot.domain.model import Account
from bot.domain.values.days import shift_moment
from bot.store.hand_overs import had_account_at
from bot.store.members import Member


@dataclass(frozen=True, slots=True)
class Recorded:
    """What somebody is to look at: by which member it was recorded and when, and the key of what shows it."""

    by: int | None
    at: datetime
    key: str | None


def must_be_outside(session: Session, actor: Actor, account: Account, recorded: Recorded) -> None:
    """Raise `UserError` for who has the account, had it lately, or recorded it: they cannot vouch for it."""
    if actor.member.id == recorded.by:
        raise UserError(AppRefusal.OWN_RECORD)
    if actor.member.id in (account.owner_id, account.deputy_id):
        raise UserError(AppRefusal.OWN_ACCOUNT, account=account.name)
    if had_account_at(session, account, actor.member.id, _had_since(recorded)):
        raise UserError(AppRefusal.HAD_THE_ACCOUNT, account=account.name, days=HAD_IT.days)


def must_be_able_to_look(
    session: Session, actor: Actor, account: Account, recorded: Recorded, said: tuple[CheckVerdict, str]
) -> None:
    """Raise `UserError` unless a look would count: from outside, at something to open, with words where it fails.

    `said` is the verdict and the note.
    """
    must_be_outside(session, actor, account, recorded)
    if recorded.key is None:
        raise UserError(AppRefusal.NOTHING_TO_OPEN)
    verdict, note = said
    if verdict is CheckVerdict.DOES_NOT and not note.strip():
        raise UserError(AppRefusal.NOT_SHOWN_WITHOUT_WORDS, "note")


def look_values(session: Session, actor: Actor, account: Account, recorded: Recorded, now: datetime) -> dict[str, Any]:
    """The columns that say who looked, when, and who had the account then."""
    return {
        "account_id": account.id,
        "member_id": actor.member.id,
        "at": now,
        "owner_then": account.owner_id,
        "deputy_then": account.deputy_id,
        "as_manager": counts_as_manager(session, actor, account, recorded),
    }


def counts_as_manager(session: Session, actor: Actor, account: Account, recorded: Recorded) -> bool:
    """Whether a look of `actor` counts as the manager's: by `reviewers.looks_as_manager`, without who recorded it."""
    return looks_as_manager(session, actor, account, _had_since(recorded), but=(recorded.by,))


def asked_to_look(session: Session, account: Account, recorded: Recorded) -> Member | None:
    """Whom to ask: the manager, or who stands in for them; None where Slack reaches nobody whose look would count."""
    not_these = [] if recorded.by is None else [recorded.by]
    while (member := reviewer(session, account, but=not_these)) is not None:
        if not had_account_at(session, account, member.id, _had_since(recorded)):
            return member
        not_these.append(member.id)
    return None


def _had_since(recorded: Recorded) -> datetime:
    """Since when somebody must not have had the account, to vouch for what was recorded."""
    return shift_moment(recorded.at, -HAD_IT)
