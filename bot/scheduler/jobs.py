"""What the clock triggers: one table. A job's service does one piece a call and says whether it found any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from bot.services import batching, digesting, escalating, losing, prompting, pruning, submitting

DoOne = Callable[[Session, datetime], bool]


@dataclass(frozen=True, slots=True)
class Job:
    """`do_one(session, now)` takes one due piece by a conditional update, so replicas may run it at the same time.

    `ticks` is how many ticks of the clock lie between two looks.
    """

    name: str
    do_one: DoOne
    ticks: int = 1


JOBS: tuple[Job, ...] = (
    Job("open due prompts", prompting.open_due_prompts),
    Job("remind", prompting.remind_due),
    Job("close silent prompts", prompting.close_silent),
    Job("look at due accounts", escalating.look_at_due),
    Job("open due digests", digesting.open_due_digest),
    Job("send monthly batches", batching.send_due_batch, ticks=10),
    Job("remind of unclaimed risks", escalating.remind_unclaimed, ticks=3),
    Job("notice channels that came back", losing.notice_posts, ticks=3),
    Job("forget old submissions", submitting.forget, ticks=30),
)


def with_pruning(retention: timedelta) -> tuple[Job, ...]:
    """All jobs of a running bot: the table, and letting messages go that have been over for `retention`."""
    return (*JOBS, Job("prune the outbox", partial(pruning.prune, retention), ticks=30))
