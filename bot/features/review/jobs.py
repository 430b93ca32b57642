"""What the clock triggers of the daily review."""

from __future__ import annotations

from bot.features.review import daily_review
from bot.scheduler.jobs import Job

JOBS = (
    Job(daily_review.REVIEWING, daily_review.review_due_accounts),
    Job(daily_review.UNCLAIMED, daily_review.remind_unclaimed, ticks=3),
)
