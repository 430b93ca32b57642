"""Small reads that many use cases share: the account somebody means, its outcomes, its gaps as lines."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.assessment import Assessment, OpenGap
from bot.domain.model import Account, Outcome, ProofState
from bot.domain.wording import number, percent
from bot.domain.words import Standing
from bot.services.actor import Actor, Refused, must_read
from bot.store import accounts, finding, schema
from bot.store.finding import Found, Hit

_GONE = "That account is not here any more. Type /proof and its name."
_OUTCOME = [schema.outcome.c[field.name] for field in fields(Outcome)]


@dataclass(frozen=True, slots=True)
class GapLine:
    """One gap: of an outcome (`outcome_id`, closes by evidence) or a question (`gap_id`, closes by an answer)."""

    title: str
    reason: str
    risk_if_never: str | None
    owner: str | None
    next_action: str | None
    due_on: date | None
    outcome_id: int | None
    gap_id: int | None


@dataclass(frozen=True, slots=True)
class ChoicesView:
    """Nothing or too much was found: `found` says which; `hits` are what to choose from."""

    typed: str
    ambiguous: bool
    hits: tuple[Hit, ...]
    topic: str
    hint: str | None = None


def account_of(session: Session, account_id: int) -> Account:
    """The account with this id; `Refused` when it is gone."""
    account = accounts.by_id(session, account_id)
    if account is None:
        raise Refused(_GONE)
    return account


def readable(session: Session, actor: Actor, account_id: int) -> Account:
    """The account with this id, if it is one of the actor's workspace and the actor may read."""
    must_read(actor)
    account = account_of(session, account_id)
    if account.workspace_id != actor.workspace_id:
        raise Refused(_GONE)
    return account


def outcome_of(session: Session, account: Account, outcome_id: int) -> Outcome:
    """An outcome of this account; `Refused` when it belongs to another one."""
    ours = (schema.outcome.c.id == outcome_id) & (schema.outcome.c.account_id == account.id)
    row = session.execute(select(*_OUTCOME).where(ours)).one_or_none()
    if row is None:
        raise Refused(f"That outcome does not belong to {account.name}. Choose one from its list.", "outcome")
    return Outcome(*row)


def find(session: Session, actor: Actor, typed: str) -> Found:
    """What `typed` means in the actor's workspace."""
    must_read(actor)
    return finding.find(session, actor.workspace_id, typed)


def choices(typed: str, found: Found, topic: str, hint: str | None = None) -> ChoicesView:
    """What to show when it is not clear which account is meant."""
    return ChoicesView(typed, bool(found.choices), found.choices or found.nearest, topic, hint)


def gap_lines(state: ProofState, assessment: Assessment) -> tuple[GapLine, ...]:
    """The open gaps of an account, as its assessment orders them."""
    return tuple(
        GapLine(
            title=gap.title,
            reason=_reason(gap),
            risk_if_never=gap.risk_if_never,
            owner=state.names.get(gap.owner_id) if gap.owner_id else None,
            next_action=gap.next_action,
            due_on=gap.due_on,
            outcome_id=gap.outcome.outcome.id if gap.outcome else None,
            gap_id=gap.gap.id if gap.gap else None,
        )
        for gap in assessment.gaps
    )


def _reason(gap: OpenGap) -> str:
    if gap.outcome is None:
        return "an open question"
    if gap.outcome.standing is Standing.PARTLY_PROVEN:
        return f"{percent(gap.outcome.credit)} of the way, {gap.outcome.reason}"
    known = gap.outcome.value
    at = "" if known is None or gap.outcome.grade is None else f"{number(known, gap.outcome.outcome.unit)}, "
    return f"{at}{gap.outcome.reason}"
