"""Lets finished messages of the outbox go after a while, so that it does not grow without end.

The ledger and its history tell what happened and stay whole; a row of the outbox is only the evidence of a delivery,
and what updates and replies of the same message find by its key. So a message goes when it has been sent or dropped for
longer than the retention, nothing points at it any more, and its key is never asked for again:

- Updates, reminders, notes in a thread and answers of a loop go: their keys name the one moment or line they tell.
- Digests and their pages go: a digest is put once, in the transaction that gives it its id.
- The messages of a day or a month (risks-more, trigger, batch, undelivered, channel_lost) go: when they are looked up
  their key names the present day or month. The shortest retention that the settings take, 31 days, is longer.
- Prompts go once they are no longer open. They are put with the prompt's id, once, and nothing opens a prompt again. An
  answer that is edited later still than the retention changes the ledger, but not the message of long ago.

Whatever else there is stays:

- `risk` and `unclaimed`: a closed risk may be reopened, assigned or become worse at any time. Then its message is
  updated, and without its row it would be told a second time.
- `loop`: editing an answer sends its action out, unless it was sent out before.
- Dead messages: a person has to see them. What an open or a dead message replies to or changes stays with it.
- Messages of a kind that this module does not know.

What stays is at most two messages a risk and one an action, far fewer than meetings bring.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.outbox.outcome import Op
from bot.store import finished
from bot.store.engine import db_now

BATCH = 500


@dataclass(frozen=True, slots=True)
class Going:
    """Messages that go: of this kind and op; those `of_a_prompt` only once the prompt is no longer open."""

    kind: str
    op: Op = Op.POST
    of_a_prompt: bool = False


# What points at others comes before them, so that one round lets both go.
GOING = (
    *(Going(kind, Op.UPDATE) for kind in ("prompt", "risk", "loop", "trigger", "risks-more")),
    *(Going(kind) for kind in ("risk-note", "digest-rest", "reminder", "loop_answered")),
    *(Going(kind) for kind in ("digest", "batch", "trigger", "risks-more", "undelivered", "channel_lost")),
    Going("prompt", of_a_prompt=True),
)
STAYING = frozenset({"risk", "unclaimed", "loop"})
"""The kinds whose posts stay."""


def prune(retention: timedelta, session: Session, now: datetime) -> bool:
    """Let up to `BATCH` messages go that have been over for `retention`; returns whether there were any.

    A batch is of one kind, which one index finds; `now` and the retention are business time.
    """
    before, at = now - retention, db_now(session)
    return any(
        finished.delete_some(session, one.kind, one.op.value, before, at, BATCH, spare_open_prompts=one.of_a_prompt)
        for one in GOING
    )
