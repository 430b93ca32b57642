"""Tells a manager where one person of another organisation confirms for several of our customers.

It may be honest, as in a group of companies, so it is named and not refused. Whose organisation is not bound to an
account is refused there by `answering`.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.app.digest_lines import DigestLines, DigestSpan, OwnerLine
from bot.features.confirmations import queries
from bot.features.confirmations.phrases import ConfirmationPhrase
from bot.phrases import say

_SHOWN = 8


def confirmer_lines(session: Session, span: DigestSpan) -> DigestLines:
    """The people whose answer for a customer of this portfolio has counted since the last digest, and who have answered
    for others too; each under who asked them last."""
    lines = []
    for one in queries.who_confirms_for_several(session, span.workspace_id, span.portfolio_id, span.since):
        words = say(ConfirmationPhrase.SEVERAL, who=one.person, name=one.name, accounts=sorted(one.accounts))
        lines.append(OwnerLine(one.asked_by, words))
    shown = tuple(lines[:_SHOWN])
    return DigestLines(of_owners=((say(ConfirmationPhrase.SEVERAL_TITLE), shown),) if shown else ())
