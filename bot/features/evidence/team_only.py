"""Names in the digest what only the account team has seen: new agreements, and people whom nobody else vouched for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot.app.assessments import rules_day
from bot.app.digest_lines import DigestLines, DigestSpan
from bot.domain.model import ProofState
from bot.domain.proof.agreements import agreed_fact, agreements, recorded_at
from bot.domain.values.days import shift_moment
from bot.features.evidence import queries
from bot.features.evidence.phrases import EvidencePhrase
from bot.phrases import phrase, say
from bot.store import members, proof_state

SAME_WEEK = timedelta(days=7)
"""So long before an agreement or attestation somebody must have been added not to be named as new."""
_ACCOUNTS = 100
"""A digest looks at so many accounts; its thread has no room for more."""
Added = Mapping[int, tuple[int, datetime]]
"""Who added which person, and when."""


def team_only_lines(session: Session, span: DigestSpan) -> DigestLines:
    """New agreements that nobody else has opened, and new words of new people; nothing in the first digest."""
    if span.since is None:
        return DigestLines()
    changed = queries.agreed_since(session, span.workspace_id, span.portfolio_id, span.since)[:_ACCOUNTS]
    if not changed:
        return DigestLines()
    states = proof_state.load_many(session, [span.workspace_id], changed)
    added = queries.added_since(session, span.workspace_id, changed, shift_moment(span.since, -SAME_WEEK))
    names = members.names(session, {span.workspace_id}, {member_id for member_id, _ in added.values()})
    told = [
        (state.account.name, text)
        for state in states
        for text in (*_agreed(state, span, added, names), *_attested(state, span, added, names))
    ]
    return DigestLines(thread=((say(EvidencePhrase.AGREED_TITLE, many=len(told)), tuple(told)),) if told else ())


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person of the customer by name, whom the account's own team has added, and when."""

    name: str | None = None
    by: str | None = None
    on: date | None = None


def _agreed(state: ProofState, span: DigestSpan, added: Added, names: Mapping[int, str]) -> Iterator[str]:
    for agreed in agreements(state, rules_day(span.now)):
        at = recorded_at(agreed.terms)
        if agreed.seen is None and span.since is not None and at > span.since:
            new = _newcomer(state, agreed.terms.agreed_by, at, added, names)
            text = phrase(agreed_fact(agreed, state))
            yield say(EvidencePhrase.AGREED, text=text, who=new.name, added_by=new.by, added_on=new.on)


def _attested(state: ProofState, span: DigestSpan, added: Added, names: Mapping[int, str]) -> Iterator[str]:
    outcomes = {outcome.id: outcome.title for outcome in state.outcomes}
    said = set()
    for piece in state.evidence:
        if span.since is None or piece.recorded_at <= span.since or piece.withdrawn_on is not None:
            continue
        new = _newcomer(state, piece.attested_by, piece.recorded_at, added, names)
        if new.name is not None and (piece.outcome_id, piece.attested_by) not in said:
            said.add((piece.outcome_id, piece.attested_by))
            outcome = outcomes[piece.outcome_id]
            yield say(EvidencePhrase.ATTESTED, outcome=outcome, who=new.name, added_by=new.by, added_on=new.on)


def _newcomer(
    state: ProofState, person_id: int | None, at: datetime, added: Added, names: Mapping[int, str]
) -> Newcomer:
    """Who added a person within a week of their word, if that was the account's owner or deputy; empty otherwise."""
    person = next((person for person in state.people if person.id == person_id), None)
    by, when = added.get(person_id or 0, (None, at))
    account = state.account
    if person is None or by is None or by not in (account.owner_id, account.deputy_id) or at - when > SAME_WEEK:
        return Newcomer()
    return Newcomer(person.name, names.get(by), when.date())
