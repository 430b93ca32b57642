"""What the clock triggers of the morning message."""

from __future__ import annotations

from bot.features.morning import sending
from bot.scheduler.jobs import Job

JOBS = (Job(sending.SENDING, sending.send_mornings),)
