"""What each kind of message in the outbox says: the one registry, read by the sender at sending time.

A composer takes the open session, the row's args (ids only) and the present, and gives the view as it is true now, or
`Moot` when there is nothing left to say. Each service module has its composers; they are entered here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.services import announcing, batching, digesting, looping, prompting, rerouting, telling

Composer = Callable[[Session, dict[str, Any], datetime], object]
"""`compose(session, args, now) -> View | Moot`"""

COMPOSERS: dict[str, Composer] = {
    "prompt": prompting.compose_prompt,
    "reminder": prompting.compose_reminder,
    "loop": looping.compose_loop,
    "loop_answered": looping.compose_loop_answered,
    "risk": telling.compose_risk,
    "risk-note": telling.compose_note,
    "risks-more": announcing.compose_more,
    "unclaimed": telling.compose_unclaimed,
    "batch": batching.compose_batch,
    "trigger": batching.compose_trigger,
    "digest": digesting.compose_digest,
    "digest-rest": digesting.compose_rest,
    "channel_lost": rerouting.compose_channel_lost,
    "undelivered": rerouting.compose_undelivered,
}
