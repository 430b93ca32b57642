"""What the digest's message to the manager says of colleagues who countersign each other's evidence."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.app.digest_lines import DigestLines, DigestSpan, OwnerLine
from bot.features.evidence import countersign
from bot.features.evidence.phrases import EvidencePhrase
from bot.phrases import say

_SHOWN = 8


def pair_lines(session: Session, span: DigestSpan) -> DigestLines:
    """The pairs of the portfolio in 90 days, the busiest first, each under the name of one of the two."""
    pairs = countersign.pairs(session, span.workspace_id, [span.portfolio_id], span.now)[:_SHOWN]
    lines = tuple(
        OwnerLine(pair.one_id, say(EvidencePhrase.PAIR, other=pair.other, by_one=pair.by_one, by_other=pair.by_other))
        for pair in pairs
    )
    return DigestLines(of_owners=((say(EvidencePhrase.PAIRS_TITLE), lines),) if lines else ())
