"""What the digest's message to the manager says of colleagues who countersign each other's evidence, and of references
that stand at several customers."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.app.digest_lines import DigestLines, DigestSpan, OwnerLine
from bot.features.evidence import countersign, queries
from bot.features.evidence.phrases import EvidencePhrase
from bot.phrases import say
from bot.store import references

_SHOWN = 8


def pair_lines(session: Session, span: DigestSpan) -> DigestLines:
    """The pairs of the portfolio in 90 days, the busiest first, each under the name of one of the two."""
    pairs = countersign.pairs(session, span.workspace_id, [span.portfolio_id], span.now)[:_SHOWN]
    lines = tuple(
        OwnerLine(pair.one_id, say(EvidencePhrase.PAIR, other=pair.other, by_one=pair.by_one, by_other=pair.by_other))
        for pair in pairs
    )
    return DigestLines(of_owners=((say(EvidencePhrase.PAIRS_TITLE), lines),) if lines else ())


def ring_lines(session: Session, span: DigestSpan) -> DigestLines:
    """The rings of three and more, each under the name of one of them; the others follow in the order of the looks."""
    found = countersign.ring_names(session, span.workspace_id, span.portfolio_id, span.now)
    lines = tuple(OwnerLine(member_id, say(EvidencePhrase.RING, others=others)) for member_id, others in found)
    return DigestLines(of_owners=((say(EvidencePhrase.RINGS_TITLE), lines),) if lines else ())


def reference_lines(session: Session, span: DigestSpan) -> DigestLines:
    """The references given since the last digest that stand at other customers as well, under who gave them last."""
    given = queries.references_given(session, span.workspace_id, span.portfolio_id, span.since)
    elsewhere = references.where_they_stand(session, span.workspace_id, {one.key for one in given})
    lines = []
    for one in given:
        others = sorted(name for account_id, name in elsewhere[one.key] if account_id != one.account_id)
        if others:
            is_file = one.key.startswith("file:")
            words = say(
                EvidencePhrase.SHARED_REFERENCE, account=one.account, title=one.title, others=others, is_file=is_file
            )
            lines.append(OwnerLine(one.recorded_by or 0, words))
    shown = tuple(lines[:_SHOWN])
    return DigestLines(
        of_owners=((say(EvidencePhrase.SHARED_REFERENCES_TITLE, many=len(lines)), shown),) if shown else ()
    )
