"""The third question of a plan: what would break in the customer's business if the product disappeared tomorrow.

It is the customer's to say, so it names who said it, on which day, and a link or kept file by which
somebody else can check it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import account_of, stranger, writable
from bot.app.actor import Actor, UserError
from bot.app.assessments import has_begun
from bot.app.references import NewFile, keep, key_of, must_be_a_link, opened
from bot.app.refusals import AppRefusal
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.features.plan.refusals import PlanRefusal
from bot.features.plan.views import WouldBreakFormView
from bot.store import ledger, proof_state
from bot.store.entities import Entity

_FIELDS = {
    "would_break": "words",
    "would_break_by": "by",
    "would_break_on": "on",
    "would_break_link": "link",
    "would_break_file_id": "file",
}


@dataclass(frozen=True, slots=True)
class WouldBreak:
    """The form as typed: the customer's words, who said them on which day, and where they can be read."""

    account_id: int
    words: str
    by_person: int | None
    on: date
    link: str | None = None
    file: NewFile | None = None


def would_break_form(
    session: Session, actor: Actor, account_id: int, now: datetime, *, takes_files: bool = False
) -> WouldBreakFormView:
    """The form, with what was said last."""
    account = writable(session, actor, account_id)
    account_id = account.id
    seen = version_of_account(session, actor, account_id)
    state = proof_state.load(session, actor.workspace_id, account_id)
    people = tuple(
        (person.id, person.name)
        for person in state.people
        if person.is_there(has_begun(now)) or person.id == state.account.would_break_by
    )
    if not people:
        raise UserError(PlanRefusal.NOBODY_NAMED, account=account.name)
    return WouldBreakFormView(
        account_id=account_id,
        account=account.name,
        words=state.account.would_break,
        by=state.account.would_break_by,
        on=state.account.would_break_on or actor.today(now),
        link=state.account.would_break_link,
        has_file=state.account.would_break_file_id is not None,
        people=people,
        takes_files=takes_files,
        seen=seen,
    )


def set_would_break(session: Session, actor: Actor, new: WouldBreak, now: datetime) -> None:
    """Write down what would break, and who at the customer said so; `UserError` names the field at fault.

    A file that was kept stays as long as the words do, unless another one is given.
    """
    account = writable(session, actor, new.account_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.ACCOUNT, account.id, tuple(_FIELDS), _FIELDS))
    words, link = new.words.strip(), (new.link or "").strip() or None
    if not words:
        raise UserError(PlanRefusal.WOULD_BREAK_MISSING, "words")
    if new.by_person is None:
        raise UserError(PlanRefusal.WOULD_BREAK_BY_MISSING, "by", account=account.name)
    if new.on > actor.today(now):
        raise UserError(PlanRefusal.WOULD_BREAK_IN_FUTURE, "on")
    must_be_a_link(link)
    key_of(None, new.file)
    people = proof_state.load(session, actor.workspace_id, account.id).people
    person = next((person for person in people if person.id == new.by_person), None)
    if person is None:
        refusal = UserError(AppRefusal.PERSON_OF_ANOTHER_ACCOUNT, "by", account=account.name)
        raise stranger(session, account, Entity.PERSON, new.by_person, refusal)
    if not person.is_there(new.on):
        raise UserError(PlanRefusal.WOULD_BREAK_BY_LEFT, "by", person=person.name)
    kept = account.would_break_file_id if words == account.would_break and person.id == account.would_break_by else None
    if new.file is not None:
        kept = keep(session, account, actor.member.id, new.file, now)
    values: dict[str, Any] = {
        "would_break_file_id": kept,
        "would_break": words,
        "would_break_by": person.id,
        "would_break_on": new.on,
        "would_break_link": link,
    }
    ledger.change(session, actor.author, Entity.ACCOUNT, account.id, now, **values)


def opened_file(session: Session, actor: Actor, account_id: int) -> NewFile:
    """The kept file that shows what would break, for any colleague who opens it; `UserError` when there is none."""
    account = account_of(session, actor, account_id)
    return opened(session, account, account.would_break_file_id)
