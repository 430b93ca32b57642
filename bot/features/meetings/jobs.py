"""What the clock triggers of meetings."""

from __future__ import annotations

from bot.features.meetings import absence, prompts
from bot.scheduler.jobs import Job

JOBS = (
    Job(prompts.OPENING, prompts.open_due_prompts),
    Job(prompts.REMINDING, prompts.remind_due),
    Job(prompts.CLOSING, prompts.close_silent),
    Job(absence.WELCOMING, absence.welcome_back),
)
