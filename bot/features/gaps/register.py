"""The register of gaps: each has its next step, owner, date and risk, and is edited, closed, moved or handed over.

The gap of an outcome has a row only once somebody has written something about it; until then the outcome stands for
it. The step of a gap is an action that knows its gap: gap and action get owner and date together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import mornings
from bot.app.accounts import no_such_account
from bot.app.actor import Actor, UserError
from bot.app.refusals import AppRefusal
from bot.app.shown import version_of_account
from bot.app.typed import colleague_of
from bot.app.undo import Ends, act_since, take_back
from bot.domain.enums import Loop
from bot.domain.model import Account
from bot.domain.proof.checks import states_of_pieces
from bot.domain.proof.disputes import PieceState
from bot.domain.values.substance import shows_something
from bot.features.actions import actions
from bot.features.gaps import messages, queries
from bot.features.gaps.phrases import GapPhrase
from bot.features.gaps.refusals import GapRefusal
from bot.features.gaps.target import Target, held, must_act, of_row
from bot.phrases import say
from bot.store import changes, entities, ledger, members
from bot.store.entities import Entity
from bot.store.ledger import Author

ACTED_ON = (Entity.ACTION, Entity.GAP, Entity.OUTCOME)
"""What one act on a gap can change."""
_CHANGES = {
    Entity.ACTION: ("text", "owner_id", "due_on", "dropped_on", "dropped_why"),
    Entity.GAP: (
        "title",
        "next_action",
        "owner_id",
        "due_on",
        "risk_if_never",
        "times_moved",
        "closed_on",
        "closed_how",
        "closed_link",
        "closed_evidence_id",
    ),
    Entity.OUTCOME: ("risk_if_never",),
}
"""The columns of these that it can change."""


@dataclass(frozen=True, slots=True)
class GapEdit:
    """The form of a gap as typed. `title` is that of a question; without `to_slack_id` the owner stays who it is."""

    gap_id: int | None = None
    outcome_id: int | None = None
    title: str | None = None
    next_action: str | None = None
    to_slack_id: str | None = None
    due_on: date | None = None
    risk_if_never: str | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """How a question was answered: in words, by a link, or by a piece of evidence."""

    gap_id: int
    how: str = ""
    link: str | None = None
    evidence_id: int | None = None


def save(session: Session, actor: Actor, new: GapEdit, now: datetime) -> int:
    """Write down what the form says of a gap; returns the first line of history that it wrote, 0 if nothing changed.

    A date that is put off is counted, and one that is taken away counts as put off.
    """
    target = held(session, actor, now, gap_id=new.gap_id, outcome_id=new.outcome_id)
    title = " ".join((new.title or "").split()) or target.title
    if not target.of_outcome and new.title is not None and not new.title.strip():
        raise UserError(GapRefusal.TITLE_MISSING, "title")
    if new.due_on is not None and new.due_on != target.due_on:
        _must_lie_ahead(actor, new.due_on, now)
    owner_id = _colleague(session, actor, new.to_slack_id) if new.to_slack_id else target.owner_id
    text, risk = _words(new.next_action), _words(new.risk_if_never)
    before = version_of_account(session, actor, target.account.id)
    with ledger.together(session):
        gap_id = _row(session, actor, target, now)
        values: dict[str, Any] = {"owner_id": owner_id, "next_action": text, **_dated(target, new.due_on)}
        if target.outcome is None:
            values |= {"title": title, "risk_if_never": risk}
        ledger.change(session, actor.author, Entity.GAP, gap_id, now, **values)
        if target.outcome is not None:
            ledger.change(session, actor.author, Entity.OUTCOME, target.outcome.id, now, risk_if_never=risk)
        _set_step(session, actor, target, gap_id, now, text=text, owner_id=owner_id, due_on=new.due_on)
    if owner_id != target.owner_id and owner_id != actor.member.id and owner_id is not None:
        messages.put_handed(session, actor, gap_id, owner_id, now)
    return _first(session, actor, target, before)


def close(session: Session, actor: Actor, new: Closing, now: datetime) -> int:
    """Close a question; returns the first line of history that it wrote.

    It takes words that show the answer, a link or a piece of evidence that stands. The gap of an outcome closes by
    evidence alone. The open step of the question goes with it, unless Product or go-to-market have it.
    """
    target = held(session, actor, now, gap_id=new.gap_id)
    if target.of_outcome:
        raise UserError(GapRefusal.CLOSES_BY_EVIDENCE)
    how, link = " ".join(new.how.split()), (new.link or "").strip() or None
    _must_show(target, how, link, new.evidence_id, actor.today(now))
    before = version_of_account(session, actor, target.account.id)
    closing: dict[str, Any] = {
        "closed_on": actor.today(now),
        "closed_how": how or None,
        "closed_link": link,
        "closed_evidence_id": new.evidence_id,
    }
    with ledger.together(session):
        ledger.change(session, actor.author, Entity.GAP, new.gap_id, now, only_if={"closed_on": None}, **closing)
        for step in target.steps:
            if step.loop in (Loop.OURSELVES, Loop.CUSTOMER):
                why = say(GapPhrase.QUESTION_CLOSED)
                ledger.change(
                    session, actor.author, Entity.ACTION, step.id, now, dropped_on=actor.today(now), dropped_why=why
                )
                mornings.refresh(session, actor.workspace_id, (step.owner_id,), now)
    return _first(session, actor, target, before)


def move(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    gap_id: int | None = None,
    outcome_id: int | None = None,
    due_on: date,
) -> int:
    """Put a gap and its step on another day; returns the first line of history that it wrote."""
    target = held(session, actor, now, gap_id=gap_id, outcome_id=outcome_id)
    if due_on == target.due_on:
        raise UserError(GapRefusal.SAME_DAY, "due_on")
    _must_lie_ahead(actor, due_on, now)
    before = version_of_account(session, actor, target.account.id)
    with ledger.together(session):
        row_id = _row(session, actor, target, now)
        ledger.change(session, actor.author, Entity.GAP, row_id, now, **_dated(target, due_on))
        _change_steps(session, actor, target, now, due_on=due_on)
    return _first(session, actor, target, before)


def hand_over(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    gap_id: int | None = None,
    outcome_id: int | None = None,
    to_slack_id: str,
) -> int:
    """Give a gap and its step to a colleague, who is told; returns the first line of history that it wrote."""
    target = held(session, actor, now, gap_id=gap_id, outcome_id=outcome_id)
    colleague_id = _colleague(session, actor, to_slack_id)
    if colleague_id == target.owner_id:
        colleague = members.by_id(session, actor.workspace_id, colleague_id)
        name = colleague.name if colleague else ""
        raise UserError(GapRefusal.COLLEAGUE_HAS_IT, "colleague", colleague=name)
    before = version_of_account(session, actor, target.account.id)
    with ledger.together(session):
        row_id = _row(session, actor, target, now)
        ledger.change(session, actor.author, Entity.GAP, row_id, now, owner_id=colleague_id)
        _change_steps(session, actor, target, now, owner_id=colleague_id)
    if colleague_id != actor.member.id:
        messages.put_handed(session, actor, row_id, colleague_id, now)
    return _first(session, actor, target, before)


def undo(session: Session, actor: Actor, gap_id: int, now: datetime, *, first: int, last: int) -> int:
    """Take back the actor's own act on a gap, as long as nobody has changed it since; returns the gap's id."""
    target = of_row(session, actor, now, gap_id=gap_id)
    had_it = target.gap.owner_id if target.gap else None
    if not _gave_it_away(session, actor, target, first, last):
        must_act(session, target, actor)
    today = actor.today(now)
    ends: Ends = {
        Entity.ACTION: {"dropped_on": today, "dropped_why": say(GapPhrase.TAKEN_BACK)},
        Entity.GAP: {"closed_on": today, "closed_how": say(GapPhrase.TAKEN_BACK)},
    }
    take_back(session, actor, target.account.id, (first, last), now, ends=ends, columns=_CHANGES)
    after = of_row(session, actor, now, gap_id=gap_id)
    has_it = after.gap.owner_id if after.gap else None
    mornings.refresh(session, actor.workspace_id, (had_it, has_it), now)
    if had_it is not None and had_it not in (has_it, actor.member.id):
        messages.put_handed(session, actor, gap_id, had_it, now, back=True)
    return gap_id


def _gave_it_away(session: Session, actor: Actor, target: Target, first: int, last: int) -> bool:
    """Whether the actor had the gap until this act of their own handed it over: that they may still take back."""
    lines = changes.of_account_since(session, actor.workspace_id, target.account.id, max(first - 1, 0), [Entity.GAP])
    mine = [line for line in lines if line.id <= last and line.member_id == actor.member.id]
    return any((line.before or {}).get("owner_id") == actor.member.id for line in mine)


def _first(session: Session, actor: Actor, target: Target, before: int) -> int:
    """The first line that an act wrote after a version of the account; 0 if it wrote none."""
    return next(iter(act_since(session, actor, target.account.id, before, ACTED_ON)), 0)


def _row(session: Session, actor: Actor, target: Target, now: datetime) -> int:
    """The row of a gap, written where only the outcome stood for it."""
    if target.gap is not None:
        return target.gap.id
    if target.outcome is None:
        raise no_such_account()
    return row_of_outcome(session, target.account, target.outcome.id, actor.author, now)


def row_of_outcome(session: Session, account: Account, outcome_id: int, by: Author, now: datetime) -> int:
    """The id of the open gap of an outcome of this account; it is written where only the outcome stood for it.

    The caller has checked who writes. An outcome of another account is no account of ours.
    """
    outcome = entities.row_of(session, account.workspace_id, Entity.OUTCOME, outcome_id)
    if outcome is None or outcome["account_id"] != account.id:
        raise no_such_account()
    existing = queries.open_gap_of_outcome(session, account.workspace_id, outcome_id)
    if existing is not None:
        return existing
    return ledger.add(
        session,
        by,
        Entity.GAP,
        now,
        account_id=account.id,
        outcome_id=outcome_id,
        title=outcome["title"],
        owner_id=account.owner_id,
        opened_at=now,
    )


def _dated(target: Target, due_on: date | None) -> dict[str, Any]:
    """The new date, and the count of how often it was put off."""
    values: dict[str, Any] = {"due_on": due_on}
    if put_off(target.due_on, due_on):
        values["times_moved"] = target.moved + 1
    return values


def put_off(before: date | None, after: date | None) -> bool:
    """Whether a date is put off: to a later day, or away. Setting one for the first time is not."""
    return before is not None and (after is None or after > before)


def _set_step(
    session: Session,
    actor: Actor,
    target: Target,
    gap_id: int,
    now: datetime,
    *,
    text: str | None,
    owner_id: int | None,
    due_on: date | None,
) -> None:
    """Have the gap's open step be this one: changed in place, added, or taken out."""
    values: dict[str, Any] = {"owner_id": owner_id, "due_on": due_on}
    if target.step is None:
        if text is not None:
            ledger.add(
                session,
                actor.author,
                Entity.ACTION,
                now,
                account_id=target.account.id,
                gap_id=gap_id,
                text=text,
                loop=Loop.OURSELVES,
                opened_at=now,
                **values,
            )
        return
    if text is None:
        why = say(GapPhrase.TAKEN_OUT)
        values = {"dropped_on": actor.today(now), "dropped_why": why}
    else:
        values["text"] = text
    ledger.change(session, actor.author, Entity.ACTION, target.step.id, now, **values)
    actions.refresh_post(session, target.step, target.account, now)
    mornings.refresh(session, actor.workspace_id, (target.step.owner_id, owner_id), now)


def _change_steps(session: Session, actor: Actor, target: Target, now: datetime, **values: Any) -> None:
    for step in target.steps:
        ledger.change(session, actor.author, Entity.ACTION, step.id, now, **values)
        actions.refresh_post(session, step, target.account, now)
        mornings.refresh(session, actor.workspace_id, (step.owner_id, values.get("owner_id")), now)


def _must_lie_ahead(actor: Actor, due_on: date, now: datetime) -> None:
    if due_on < actor.today(now):
        raise UserError(GapRefusal.DAY_PASSED, "due_on")


def _must_show(target: Target, how: str, link: str | None, evidence_id: int | None, today: date) -> None:
    """Refuse a closing that shows nothing."""
    if link is not None and not link.startswith(("https://", "http://")):
        raise UserError(GapRefusal.NO_LINK, "link")
    if evidence_id is not None:
        piece = next((piece for piece in target.state.evidence if piece.id == evidence_id), None)
        if piece is None:
            raise no_such_account()
        if states_of_pieces(target.state, today)[piece.id] is not PieceState.STANDS:
            raise UserError(GapRefusal.PIECE_GONE, "evidence")
        return
    if link is not None:
        return
    if not how:
        raise UserError(GapRefusal.HOW_MISSING, "how")
    if not shows_something(how):
        raise UserError(GapRefusal.SHOWS_NOTHING, "how", words=how)


def _colleague(session: Session, actor: Actor, slack_id: str) -> int:
    colleague = colleague_of(session, actor, slack_id)
    if colleague is None:
        raise UserError(AppRefusal.COLLEAGUE_NOT_A_MEMBER, "colleague")
    return colleague.id


def _words(typed: str | None) -> str | None:
    return (typed or "").strip() or None
