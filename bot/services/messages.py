"""What each kind of message in the outbox says: the one registry, read by the sender at sending time.

A composer takes the open session, the args (ids only) of rows that are sent together and the present, and gives for
each the view as it is true now, or `Moot` when there is nothing left to say. Each service module has its composers;
they are entered here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.services import announcing, batching, digesting, looping, losing, prompting, rerouting, telling

Args = dict[str, Any]
Composer = Callable[[Session, Sequence[Args], datetime], Sequence[object]]
"""`compose(session, args of many, now) -> [View | Moot, …]`"""


def each(compose: Callable[[Session, Args, datetime], object]) -> Composer:
    """A composer of many from one that composes a single message."""
    return lambda session, many, now: [compose(session, args, now) for args in many]


COMPOSERS: dict[str, Composer] = {
    "prompt": prompting.compose_prompts,
    "reminder": each(prompting.compose_reminder),
    "loop": each(looping.compose_loop),
    "loop_answered": each(looping.compose_loop_answered),
    "risk": each(telling.compose_risk),
    "risk-note": each(telling.compose_note),
    "risks-more": each(announcing.compose_more),
    "unclaimed": each(telling.compose_unclaimed),
    "batch": each(batching.compose_batch),
    "trigger": each(batching.compose_trigger),
    "digest": each(digesting.compose_digest),
    "digest-rest": each(digesting.compose_rest),
    "channel_lost": each(losing.compose_channel_lost),
    "undelivered": each(rerouting.compose_undelivered),
}
