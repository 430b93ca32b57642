"""What the clock triggers of evidence."""

from __future__ import annotations

from bot.features.evidence import upgrade_notice
from bot.scheduler.jobs import Job

JOBS = (Job(upgrade_notice.TELLING, upgrade_notice.tell_one_manager, ticks=30),)
