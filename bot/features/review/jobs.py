"""What the clock triggers of the daily review."""

from __future__ import annotations

from bot.features.review import daily_review
from bot.scheduler.jobs import Job

JOBS = (
    Job("look at due accounts", daily_review.review_due_accounts),
    Job("remind of unclaimed risks", daily_review.remind_unclaimed, ticks=3),
)
