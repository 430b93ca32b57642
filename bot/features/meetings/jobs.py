"""What the clock triggers of meetings."""

from __future__ import annotations

from bot.features.meetings import prompts
from bot.scheduler.jobs import Job

JOBS = (
    Job("open due prompts", prompts.open_due_prompts),
    Job("remind", prompts.remind_due),
    Job("close silent prompts", prompts.close_silent),
)
