"""Names in the digest which figures that spoke against a customer's proof were withdrawn or replaced, and by whom.

Such a piece no longer lowers anything (docs/rules.md, What is in force), so it must not go in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.app.assessments import rules_day
from bot.app.digest_lines import DigestLines, DigestSpan
from bot.domain.account.assessment import graded_outcomes
from bot.domain.model import Evidence, ProofState
from bot.domain.values.text import number, short
from bot.features.evidence import queries
from bot.features.evidence.phrases import EvidencePhrase
from bot.phrases import say
from bot.store import members, proof_state

_ACCOUNTS = 100
"""A digest looks at so many accounts; its thread has no room for more."""
_TEXT = 80


def taken_back_lines(session: Session, span: DigestSpan) -> DigestLines:
    """The figures that were taken back since the last digest and would lower an outcome today; nothing in the first."""
    if span.since is None:
        return DigestLines()
    ended: dict[int, list[int]] = {}
    for account_id, evidence_id in queries.taken_back_since(
        session, span.workspace_id, span.portfolio_id, span.since.date()
    ):
        ended.setdefault(account_id, []).append(evidence_id)
    states = proof_state.load_many(session, [span.workspace_id], list(ended)[:_ACCOUNTS])
    lines = [
        (state.account.name, text)
        for state in states
        for piece in state.evidence
        if piece.id in ended[state.account.id] and _speaks_against(state, piece, rules_day(span.now))
        for text in _told(session, state, piece, span.since)
    ]
    return DigestLines(thread=((say(EvidencePhrase.TAKEN_BACK_TITLE, many=len(lines)), tuple(lines)),) if lines else ())


def _speaks_against(state: ProofState, piece: Evidence, today: date) -> bool:
    """Whether an outcome would have less credit if the piece had not been taken back."""
    standing = replace(piece, withdrawn_on=None, withdrawn_why=None, superseded_by=None, superseded_on=None)
    as_before = replace(state, evidence=tuple(standing if one.id == piece.id else one for one in state.evidence))
    credit, before = (
        {graded.outcome.id: graded.credit for graded in graded_outcomes(of, today)} for of in (state, as_before)
    )
    outcome_id = piece.outcome_id
    return outcome_id in credit and before[outcome_id] < credit[outcome_id]


def _told(session: Session, state: ProofState, piece: Evidence, since: datetime) -> Iterator[str]:
    """The sentence of a piece; none for what was taken back before the last digest, or for a slip of the same day by
    who had recorded it."""
    who_and_when = queries.who_took_back(session, state.account, piece.id)
    if who_and_when is None or who_and_when[1] <= since:
        return
    who, at = who_and_when
    if who == piece.recorded_by and at.date() == piece.recorded_at.date():
        return
    outcome = next(outcome for outcome in state.outcomes if outcome.id == piece.outcome_id)
    names = members.names(session, [state.account.workspace_id], [who, piece.recorded_by])
    yield say(
        EvidencePhrase.TAKEN_BACK,
        title=outcome.title,
        what=number(piece.value, outcome.unit) if piece.value is not None else short(piece.statement or "", _TEXT),
        as_of=piece.as_of,
        recorded_by=names.get(piece.recorded_by or 0),
        who=names.get(who or 0),
        why=short(piece.withdrawn_why or "", _TEXT),
        replaced=piece.superseded_by is not None,
    )
