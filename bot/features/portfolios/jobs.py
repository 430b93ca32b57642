"""What the clock triggers of portfolios."""

from __future__ import annotations

from bot.features.portfolios import digest
from bot.scheduler.jobs import Job

JOBS = (Job(digest.DIGESTS, digest.open_due_digest),)
