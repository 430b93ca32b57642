"""What people do with a risk: claim, assign, snooze, wake, close with evidence, reopen.

Owner, deputy, manager and admins may act on a risk, and whoever holds it. Every action is one conditional change, so
when two people press the same button, one wins and the other is told who holds the risk. Each action writes history,
which the thread shows as the risk's timeline. Who takes, gives or snoozes a risk does so with the facts that stand as
lines in its card; each of them is closed by itself.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app import mornings
from bot.app.accounts import account_of, no_such_account
from bot.app.actor import Actor, UserError, may_write, must_read
from bot.app.assessments import assess_now, has_begun
from bot.app.reviewers import must_judge
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.app.typed import colleague_of
from bot.domain.account.movement import counts, refuted
from bot.domain.enums import Closing, RiskState
from bot.domain.labels import label
from bot.domain.model import Account, Evidence, ProofState, Risk
from bot.domain.proof.checks import states_of_pieces
from bot.domain.proof.disputes import PieceState
from bot.domain.values import days
from bot.domain.values.words import same_words, says_something
from bot.features.risks import closed_by_words, queries, risk_message, risk_view
from bot.features.risks.phrases import RiskPhrase
from bot.features.risks.refusals import RiskRefusal
from bot.features.risks.views import EvidenceChoice, RiskAssignView, RiskCloseView, RiskSnoozeView, RiskView
from bot.phrases import say
from bot.store import ledger, members, proof_state
from bot.store.entities import Entity

LONGEST_SNOOZE = timedelta(days=90)
_MORNING = time(9)
_PIECES_OFFERED = 20
_JUST_NOW = timedelta(minutes=1)
_SHOWN = ("closed_at", "owner_id", "snoozed_until", "state")
_AWAKE = {"snoozed_until": None, "snoozed_why": None}


def claim(session: Session, actor: Actor, risk_id: int, now: datetime) -> RiskView:
    """Take a risk that nobody holds. Pressed twice by the same person it changes nothing."""
    risk, account = _still_open(_locked(session, actor, risk_id, now))
    if risk.owner_id == actor.member.id and risk.state is RiskState.CLAIMED:
        return risk_view.risk_view(session, actor.workspace_id, risk.id, now)
    if risk.owner_id is not None and risk.owner_id != actor.member.id:
        raise taken(session, risk, actor, now)
    _give(session, actor, account, risk, to=actor.member.id, now=now)
    return risk_message.publish_risk_change(session, actor.workspace_id, risk.id, now)


def assign(session: Session, actor: Actor, risk_id: int, to_slack_id: str, now: datetime) -> RiskView:
    """Give a risk to a member, who then may act on it; they hear of it in the thread or by direct message."""
    risk, account = _still_open(_locked(session, actor, risk_id, now))
    to = colleague_of(session, actor, to_slack_id)
    if to is None:
        raise UserError(RiskRefusal.ASSIGNEE_NOT_A_MEMBER, "assignee")
    if risk.owner_id == to.id and risk.state is RiskState.CLAIMED:
        return risk_view.risk_view(session, actor.workspace_id, risk.id, now)
    _give(session, actor, account, risk, to=to.id, now=now)
    if to.id != actor.member.id:
        risk_message.tell_holder(session, risk, to, now)
    return risk_message.publish_risk_change(session, actor.workspace_id, risk.id, now)


def snooze(session: Session, actor: Actor, risk_id: int, now: datetime, *, until: date, why: str) -> RiskView:
    """Let a risk sleep until the morning of a day, with a reason that says something; it wakes by itself."""
    risk, account = _still_open(_locked(session, actor, risk_id, now))
    today = actor.today(now)
    if until <= today:
        raise UserError(RiskRefusal.WAKES_TOO_SOON, "until")
    if until - today > LONGEST_SNOOZE:
        raise UserError(RiskRefusal.WAKES_TOO_LATE, "until")
    if not says_something(why):
        raise UserError(RiskRefusal.SNOOZE_WITHOUT_REASON, "why")
    morning = days.at(until, _MORNING, actor.member.tz)
    values = {"snoozed_until": morning, "snoozed_why": why.strip(), "remind_manager_at": None}
    for line in (risk, *risk_view.folded(session, account, risk)):
        _set(session, actor, line, now, why=why.strip(), state=RiskState.SNOOZED, **values)
    return risk_message.publish_risk_change(session, actor.workspace_id, risk.id, now)


def wake(session: Session, actor: Actor, risk_id: int, now: datetime) -> RiskView:
    """End the sleep of a risk before its day; its former holder holds it again. One that is awake stays as it is."""
    risk, account = _still_open(_locked(session, actor, risk_id, now))
    if risk.state is not RiskState.SNOOZED:
        return risk_view.risk_view(session, actor.workspace_id, risk.id, now)
    for line in (risk, *risk_view.folded(session, account, risk)):
        if line.owner_id is None:
            remind_at = risk_message.remind_at(session, account, line, now)
            _set(session, actor, line, now, state=RiskState.OPEN, remind_manager_at=remind_at, **_AWAKE)
        else:
            held_until = risk_message.held_until(session, account, line, now)
            _set(session, actor, line, now, state=RiskState.CLAIMED, remind_manager_at=held_until, **_AWAKE)
    return risk_message.publish_risk_change(session, actor.workspace_id, risk.id, now)


def close(
    session: Session, actor: Actor, risk_id: int, now: datetime, *, evidence_id: int | None = None, how: str = ""
) -> RiskView:
    """Close a risk with a piece of evidence that counts, because its fact has changed, or with words alone.

    Words alone must say something, and who reviews the account reads them at once. A danger that the ledger still
    shows the next day opens the risk again (`bot.features.review.daily_review`).
    """
    risk, account = _still_open(_locked(session, actor, risk_id, now))
    state = proof_state.load(session, account.workspace_id, account.id)
    words = " ".join(how.split())
    closing = Closing.EVIDENCE if evidence_id is not None else _without_evidence(session, state, risk, words, now)
    reason = words or say(RiskPhrase.FACT_CHANGED)
    if evidence_id is not None:
        piece = _usable(state, evidence_id, now)
        reason = say(RiskPhrase.PIECE_AND_WORDS, words=words, piece=piece) if words else piece
    _set(
        session,
        actor,
        risk,
        now,
        why=None if evidence_id is None else say(RiskPhrase.BY_EVIDENCE, id=evidence_id),
        state=RiskState.CLOSED,
        closed_at=now,
        closed_how=reason,
        closing=closing,
        remind_manager_at=None,
        **_AWAKE,
    )
    if closing is Closing.WORDS:
        closed_by_words.tell_reviewer(session, account, risk.id, actor.member, now)
    return risk_message.publish_risk_change(session, actor.workspace_id, risk.id, now)


def reopen(session: Session, actor: Actor, risk_id: int, why: str, now: datetime) -> RiskView:
    """Undo the closing of a risk; its former holder holds it again."""
    risk, account = _locked(session, actor, risk_id, now)
    if risk.closed_at is None:
        raise UserError(RiskRefusal.OPEN_ALREADY)
    if queries.same_open(session, risk):
        raise UserError(RiskRefusal.REOPENED_ALREADY)
    state = RiskState.OPEN if risk.owner_id is None else RiskState.CLAIMED
    reminded = risk_message.remind_at if risk.owner_id is None else risk_message.held_until
    remind_at = reminded(session, account, risk, now)
    values = {"closed_at": None, "closed_how": None, "closing": None, "remind_manager_at": remind_at}
    _set(session, actor, risk, now, why=why.strip() or None, state=state, **values)
    return risk_message.publish_risk_change(session, actor.workspace_id, risk.id, now)


def assign_form(session: Session, actor: Actor, risk_id: int, now: datetime) -> RiskAssignView:
    """The form that gives a risk to a member."""
    risk, account, seen = _shown(session, actor, risk_id)
    holder = members.by_id(session, actor.workspace_id, risk.owner_id)
    return RiskAssignView(risk.id, account.name, label(risk.kind), holder.name if holder else None, seen)


def snooze_form(session: Session, actor: Actor, risk_id: int, now: datetime, *, ahead: int = 7) -> RiskSnoozeView:
    """The form that snoozes a risk; it proposes so many days from today."""
    risk, account, seen = _shown(session, actor, risk_id)
    return RiskSnoozeView(risk.id, account.name, label(risk.kind), days.add_days(actor.today(now), ahead), seen)


def close_form(session: Session, actor: Actor, risk_id: int, now: datetime) -> RiskCloseView:
    """The form that closes a risk, with the evidence that may settle it."""
    risk, account, seen = _shown(session, actor, risk_id)
    state = proof_state.load(session, account.workspace_id, account.id)
    usable = sorted(_standing(state, now), key=lambda piece: piece.as_of, reverse=True)
    about = [piece for piece in usable if f"outcome:{piece.outcome_id}" == risk.subject] or usable
    pieces = tuple(EvidenceChoice(piece.id, _described(state, piece)) for piece in about[:_PIECES_OFFERED])
    return RiskCloseView(risk.id, account.name, label(risk.kind), risk.fact, pieces, seen)


def open_to_change(session: Session, actor: Actor, risk_id: int, now: datetime) -> tuple[Risk, Account]:
    """An open risk that the actor may act on, with its account, which is held until the transaction ends."""
    return _still_open(_locked(session, actor, risk_id, now))


def _readable(session: Session, actor: Actor, risk_id: int) -> tuple[Risk, Account]:
    """The risk and its account, if `actor` may act on them; this only reads."""
    must_read(actor)
    risk = queries.by_id(session, actor.workspace_id, risk_id)
    if risk is None:
        raise no_such_account()
    account = account_of(session, actor, risk.account_id)
    if risk.owner_id != actor.member.id and not may_write(session, actor, account):
        must_judge(session, actor, account)
    return risk, account


def _locked(session: Session, actor: Actor, risk_id: int, now: datetime) -> tuple[Risk, Account]:
    """As `_readable`, with the account locked until the transaction ends.

    The daily review locks an account before its risks; the same order here prevents a deadlock. What somebody did with
    the risk since the form showed it is refused.
    """
    _, account = _readable(session, actor, risk_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.RISK, risk_id, _SHOWN))
    return _readable(session, actor, risk_id)


def _shown(session: Session, actor: Actor, risk_id: int) -> tuple[Risk, Account, int]:
    """What a form shows of an open risk, and the version that it carries."""
    _, account = _readable(session, actor, risk_id)
    seen = version_of_account(session, actor, account.id)
    risk, account = _still_open(_readable(session, actor, risk_id))
    return risk, account, seen


def _still_open(risk_and_account: tuple[Risk, Account]) -> tuple[Risk, Account]:
    """`risk_and_account`, if the risk is open; `UserError` says when it was closed otherwise."""
    risk, account = risk_and_account
    if risk.closed_at is not None:
        refusal = UserError(RiskRefusal.CLOSED, closed_on=risk.closed_at.date())
        raise _renewing(refusal, account.workspace_id, risk)
    return risk_and_account


def _give(session: Session, actor: Actor, account: Account, risk: Risk, *, to: int, now: datetime) -> None:
    for line in (risk, *risk_view.folded(session, account, risk)):
        held_until = risk_message.held_until(session, account, line, now)
        values: dict[str, Any] = {"owner_id": to, "claimed_at": now, "remind_manager_at": held_until, **_AWAKE}
        _set(session, actor, line, now, state=RiskState.CLAIMED, **values)


def _set(session: Session, actor: Actor, risk: Risk, now: datetime, *, why: str | None = None, **values: Any) -> None:
    """Change the risk if it is still as it was read; else raise what somebody else did in between."""
    unchanged = {"state": risk.state, "owner_id": risk.owner_id}
    if ledger.change(session, actor.author, Entity.RISK, risk.id, now, why=why, only_if=unchanged, **values):
        mornings.refresh(session, actor.workspace_id, (risk.owner_id, values.get("owner_id")), now)
        return
    current = queries.by_id(session, actor.workspace_id, risk.id)
    raise taken(session, current, actor, now) if current else no_such_account()


def taken(session: Session, risk: Risk, actor: Actor, now: datetime) -> UserError:
    """What somebody else did with the risk in between; the message whose button was pressed is renewed."""
    holder = members.by_id(session, actor.workspace_id, risk.owner_id)
    if risk.closed_at is not None:
        refusal = UserError(RiskRefusal.CLOSED_MEANWHILE, closed_on=risk.closed_at.date())
    elif holder is None:
        refusal = UserError(RiskRefusal.CHANGED_MEANWHILE)
    elif risk.claimed_at is not None and now - risk.claimed_at < _JUST_NOW:
        seconds = max(1, int((now - risk.claimed_at).total_seconds()))
        refusal = UserError(RiskRefusal.FIRST, holder=holder.name, seconds=seconds)
    else:
        since = risk.claimed_at.date() if risk.claimed_at else None
        refusal = UserError(RiskRefusal.TAKEN, holder=holder.name, since=since)
    return _renewing(refusal, actor.workspace_id, risk)


def _renewing(refusal: UserError, workspace_id: int, risk: Risk) -> UserError:
    return refusal.renewing(lambda session, now: risk_message.renew_message(session, workspace_id, risk.id, now))


def _standing(state: ProofState, now: datetime) -> list[Evidence]:
    """The pieces that can settle a risk: they count (not our word, and somebody can check them), they stand, and nobody
    disputes them."""
    today = has_begun(now)
    states, failed = states_of_pieces(state, today), refuted(state)
    counting = (piece for piece in state.evidence if piece.id not in failed and counts(piece, today))
    return [piece for piece in counting if states[piece.id] is PieceState.STANDS]


def _without_evidence(session: Session, state: ProofState, risk: Risk, words: str, now: datetime) -> Closing:
    """What a risk is closed with where no evidence is given: its fact is gone, or words that say something new."""
    dangers = {(danger.kind, danger.subject) for danger in assess_now(state, now).dangers}
    if (risk.kind, risk.subject) not in dangers:
        return Closing.FACT
    if not says_something(words) or same_words(words, risk.fact):
        raise UserError(RiskRefusal.CLOSING_WITHOUT_REASON, "how")
    for note in queries.notes(session, risk):
        if same_words(words, note.after.get("closed_how") or ""):
            raise UserError(RiskRefusal.CLOSED_WITH_THESE_WORDS, "how", on=note.at.date())
    return Closing.WORDS


def _usable(state: ProofState, evidence_id: int, now: datetime) -> str:
    if evidence_id not in {piece.id for piece in state.evidence}:
        raise no_such_account()
    piece = next((piece for piece in _standing(state, now) if piece.id == evidence_id), None)
    if piece is None:
        raise UserError(RiskRefusal.EVIDENCE_DOES_NOT_STAND, "evidence")
    return _described(state, piece)


def _described(state: ProofState, piece: Evidence) -> str:
    """`412 tickets of 12 Mar 2026 for “Fewer tickets”`."""
    outcome = next((outcome for outcome in state.outcomes if outcome.id == piece.outcome_id), None)
    return say(
        RiskPhrase.PIECE,
        value=piece.value,
        unit=outcome.unit if outcome else None,
        statement=piece.statement or "",
        as_of=piece.as_of,
        outcome=outcome.title if outcome else None,
    )
