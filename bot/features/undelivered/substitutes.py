"""Who gets a message when its person has left or its channel is lost."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot.app.message_kinds import MessageKind
from bot.app.recipients import Recipient
from bot.outbox.types import Claimed


def substitute_for(kinds: Mapping[str, MessageKind], session: Session, row: Claimed) -> Recipient | None:
    """Where a refused message goes instead; None if nobody else is left, or its kind has no substitute."""
    kind = kinds.get(row.kind)
    if kind is None or kind.substitute is None:
        return None
    substitute = kind.substitute(session, row)
    return None if substitute is None or substitute.to == row.channel else substitute
