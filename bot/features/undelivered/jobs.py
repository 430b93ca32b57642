"""What the clock triggers about undelivered messages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from bot.app.message_kinds import MessageKind
from bot.features.undelivered import lost_channels, set_aside_notices
from bot.scheduler.jobs import Job


def jobs(kinds: Iterable[MessageKind]) -> tuple[Job, ...]:
    """The jobs, for all kinds of message that there are."""
    in_channels = [kind.name for kind in kinds if kind.in_channel]
    return (
        Job(lost_channels.NOTICING, partial(lost_channels.notice_posts, in_channels), ticks=3),
        Job("tell of what is set aside", set_aside_notices.tell_admins, ticks=3),
    )
