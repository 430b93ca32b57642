"""How long somebody who was asked before one meeting may write its answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.values.days import shift_moment

ASKED_ONCE = timedelta(days=1)
"""How long the right of somebody who was only asked outlasts the prompt; owner, deputy and manager keep theirs."""


def asked_until(asked_at: datetime, starts_at: datetime) -> datetime:
    """The last moment for who was asked once, as a stand-in or because the prompt was handed over.

    The prompt is over when its meeting begins, or when it was asked after that; a day later the answer is the account
    team's alone. So who is asked on Friday for Monday has until Tuesday.
    """
    return shift_moment(max(asked_at, starts_at), ASKED_ONCE)
