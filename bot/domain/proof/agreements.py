"""Who looked at what shows that the customer agreed to the terms of an outcome (docs/rules.md, Goalposts).

A reference suffices for an agreement. So that nobody agrees with themselves, an agreement that only who recorded it has
seen is named with its person and its recorder until somebody has looked who neither had the account nor recorded it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.enums import CheckVerdict
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import Look, Outcome, ProofState, Terms
from bot.domain.proof.terms import by_outcome, is_shown, standing_of, witness_of
from bot.domain.proof.witness import looks_from_outside


@dataclass(frozen=True, slots=True)
class Agreed:
    """An agreement that holds: the outcome, the version agreed to, and the last look from outside that it shows it."""

    outcome: Outcome
    terms: Terms
    seen: Look | None


def agreements(state: ProofState, on: date) -> tuple[Agreed, ...]:
    """The agreements by which the terms of running outcomes hold on a day, in the order of the outcomes."""
    versions = by_outcome(state.terms)
    found = []
    for outcome in state.outcomes:
        if outcome.retired_on is not None and outcome.retired_on <= on:
            continue
        standing = standing_of(versions.get(outcome.id, ()), on)
        terms = standing.agreed
        if terms is not None and standing.holds and terms.agreed_by is not None and is_shown(terms):
            found.append(Agreed(outcome, terms, _seen(terms, state, on)))
    return tuple(found)


def recorder(terms: Terms) -> int | None:
    """The member who wrote an agreement down; who set the terms, for one from before that was kept."""
    return terms.agreement_by if terms.agreement_at is not None else terms.set_by


def recorded_at(terms: Terms) -> datetime:
    """When an agreement was written down."""
    return terms.agreement_at or terms.set_at


def found_wanting(state: ProofState, outcome_id: int, witness: str) -> bool:
    """Whether somebody opened this link or file of an agreement to an outcome, and it did not show it."""
    versions = {terms.id for terms in state.terms if terms.outcome_id == outcome_id}
    return any(
        look.terms_id in versions and look.reference_key == witness and look.verdict is CheckVerdict.DOES_NOT
        for look in state.looks
    )


def agreed_fact(agreed: Agreed, state: ProofState) -> Fact:
    """An agreement in a sentence: who said yes, who recorded it, and whether somebody else has looked.

    While nobody has, it says who found what was linked before it wanting.
    """
    terms, seen = agreed.terms, agreed.seen
    failed = None if seen is not None else _last_failed(agreed, state)
    who = next((person.name for person in state.people if person.id == terms.agreed_by), None)
    return fact(
        FactCode.TERMS_AGREED,
        title=agreed.outcome.title,
        who=who,
        on=terms.agreed_on,
        is_file=terms.agreement_file_id is not None,
        by=state.names.get(recorder(terms) or 0),
        seen_by=state.names.get(seen.member_id or 0) if seen is not None else None,
        seen_on=seen.at.date() if seen is not None else None,
        failed_by=state.names.get(failed.member_id or 0) if failed is not None else None,
        failed_on=failed.at.date() if failed is not None else None,
    )


def _last_failed(agreed: Agreed, state: ProofState) -> Look | None:
    """The last look from outside at an agreement to this outcome, if that did not show it: another address of the same
    page is another link."""
    looks: list[Look] = []
    for terms in state.terms:
        if terms.outcome_id == agreed.outcome.id:
            at_these = [look for look in state.looks if look.terms_id == terms.id]
            looks += looks_from_outside(recorder(terms), at_these, date.max)
    last = max(looks, key=lambda look: (look.at, look.id), default=None)
    return last if last is not None and last.verdict is CheckVerdict.DOES_NOT else None


def _seen(terms: Terms, state: ProofState, on: date) -> Look | None:
    looks = [look for look in state.looks if look.terms_id == terms.id]
    if not looks:
        return None
    key = witness_of(terms)
    looks = [look for look in looks if look.reference_key == key]
    shows = [look for look in looks_from_outside(recorder(terms), looks, on) if look.verdict is CheckVerdict.SHOWS]
    return shows[-1] if shows else None
