"""What the clock triggers about undelivered messages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from bot.app.message_kinds import MessageKind
from bot.features.undelivered import lost_channels
from bot.scheduler.jobs import Job


def jobs(kinds: Iterable[MessageKind]) -> tuple[Job, ...]:
    """The jobs, for all kinds of message that there are."""
    in_channels = [kind.name for kind in kinds if kind.in_channel]
    return (Job("notice channels that came back", partial(lost_channels.notice_posts, in_channels), ticks=3),)
