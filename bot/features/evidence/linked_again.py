"""Names in the digest where another link or file was given for an outcome, and nobody else has looked at any of them.

A bare reference counts for 14 days (docs/rules.md, Witness), so a fresh one every 13 days keeps a figure up.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.app.assessments import rules_day
from bot.app.digest_lines import DigestLines, DigestSpan
from bot.domain.proof.checks import checked_of
from bot.domain.proof.witness import witnessed
from bot.features.evidence import queries
from bot.features.evidence.phrases import EvidencePhrase
from bot.phrases import phrase, say
from bot.store import proof_state

_ACCOUNTS = 100
"""A digest looks at so many accounts; its thread has no room for more."""


def linked_again_lines(session: Session, span: DigestSpan) -> DigestLines:
    """A line for each outcome that got one more reference since the last digest; nothing in the first."""
    if span.since is None:
        return DigestLines()
    given = queries.references_given(session, span.workspace_id, span.portfolio_id, span.since, again=True)
    account_ids = list(dict.fromkeys(one.account_id for one in given))[:_ACCOUNTS]
    if not account_ids:
        return DigestLines()
    states = {state.account.id: state for state in proof_state.load_many(session, [span.workspace_id], account_ids)}
    lines: dict[tuple[int, int], tuple[str, str]] = {}
    for one in given:
        state = states.get(one.account_id)
        piece = next((piece for piece in state.evidence if piece.id == one.evidence_id), None) if state else None
        if state is None or piece is None or (one.account_id, piece.outcome_id) in lines:
            continue
        checked, people = checked_of(state), {person.id: person for person in state.people}
        if checked.again.get(piece.id):
            witness = phrase(witnessed(piece, checked, people, state.names, rules_day(span.now)))
            text = say(EvidencePhrase.LINKED_AGAIN, title=one.title, witness=witness)
            lines[one.account_id, piece.outcome_id] = (one.account, text)
    title = say(EvidencePhrase.LINKED_AGAIN_TITLE, many=len(lines))
    return DigestLines(thread=((title, tuple(lines.values())),) if lines else ())
