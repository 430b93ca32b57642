"""The Value Proof Packet: what is proven, outcome by outcome, as a story that a champion can defend in five minutes.

It is a view of the ledger. Only money that finance or the economic buyer accepted is summed; what is not proven is
listed as plainly as what is. `acceptances` keeps who accepted it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.app.acceptance_lines import acceptance_lines, withdrawn_line
from bot.app.actor import Actor, may_write
from bot.app.assessments import assessed
from bot.domain.account.assessment import Assessment
from bot.domain.account.worth import worth
from bot.domain.enums import Direction, OutcomeKind, Part, Standing
from bot.domain.labels import label
from bot.domain.model import ProofState
from bot.domain.proof.grade_said import carrier, graded_said, stands_for_it
from bot.domain.proof.grading import Graded
from bot.domain.proof.witness import witnessed
from bot.domain.values.text import band, number, percent
from bot.features.packet import acceptances
from bot.features.packet.views import (
    PacketTextView,
    PacketView,
    SharedPacketView,
    StoryLine,
    UnprovenLine,
)
from bot.phrases import phrase


def packet(session: Session, actor: Actor, account_id: int, now: datetime) -> PacketView:
    """The packet as the ledger has it now."""
    state, assessment = assessed(session, actor, account_id, now)
    view = _packet(state, assessment, may_write(session, actor, state.account))
    may_look, unopened = acceptances.may_look(state, session, actor, now), acceptances.could_not_open(state, actor, now)
    return replace(view, may_look=may_look, unopened=unopened)


def shared_packet(session: Session, actor: Actor, account_id: int, now: datetime) -> SharedPacketView:
    """The packet as everybody in a channel may see it, with who shares it."""
    return SharedPacketView(packet(session, actor, account_id, now), actor.member.slack_id or actor.member.name)


def packet_text(session: Session, actor: Actor, account_id: int, now: datetime) -> PacketTextView:
    """The packet as text to copy."""
    return PacketTextView(packet(session, actor, account_id, now))


def _packet(state: ProofState, assessment: Assessment, can_write: bool) -> PacketView:
    account, on = state.account, assessment.on
    story = [graded for graded in assessment.outcomes if graded.credit > 0]
    story.sort(key=lambda graded: (-(graded.grade or 0), graded.outcome.id))
    withdrawn = withdrawn_line(state, on)
    return PacketView(
        account_id=account.id,
        account=account.name,
        coverage=phrase(assessment.covered),
        outcomes=len(assessment.outcomes),
        story=tuple(_story(state, graded) for graded in story),
        unproven=tuple(_unproven(state, graded) for graded in assessment.outcomes if graded.credit == 0),
        money=phrase(worth(state.outcomes, assessment.outcomes).fact),
        champion=_champion(state, on),
        acceptances=acceptance_lines(state, on),
        withdrawn_why=withdrawn.withdrawn_why if withdrawn is not None else None,
        can_write=can_write,
    )


def _story(state: ProofState, graded: Graded) -> StoryLine:
    outcome, piece = graded.outcome, graded.evidence
    assert piece is not None
    who = stands_for_it(graded, piece)
    return StoryLine(
        title=outcome.title,
        moved=_moved(graded),
        target=_target(graded),
        words=piece.statement,
        progress=None if graded.standing is Standing.PROVEN else percent(graded.credit),
        reason=phrase(graded_said(graded, carrier(graded), state.names)),
        attestor=who.name if who else None,
        as_of=piece.as_of,
        link=piece.link,
        witness=phrase(witnessed(piece, graded.checked, graded.people, state.names, graded.on)),
        method_note=piece.method_note if piece.method is not None else None,
    )


def _moved(graded: Graded) -> str:
    outcome, piece = graded.outcome, graded.evidence
    if outcome.kind is OutcomeKind.STATEMENT or piece is None or piece.value is None or outcome.baseline is None:
        return ""
    return f"{number(outcome.baseline)} → {number(piece.value, outcome.unit)}"


def _target(graded: Graded) -> str | None:
    outcome = graded.outcome
    if outcome.direction is Direction.HOLD:
        return band(outcome.band_low, outcome.band_high, outcome.unit) or None
    return number(outcome.target, outcome.unit) if outcome.target is not None else None


def _unproven(state: ProofState, graded: Graded) -> UnprovenLine:
    is_missed = graded.standing is Standing.DISPROVEN
    why = None if is_missed else phrase(graded_said(graded, carrier(graded), state.names))
    return UnprovenLine(graded.outcome.title, why, graded.outcome.due_on)


def _champion(state: ProofState, on: date) -> str | None:
    for part in (Part.CHAMPION, Part.ECONOMIC_BUYER):
        for person in state.people:
            if person.plays(part) and person.is_there(on):
                return f"{person.name}, {label(part)}"
    return None
