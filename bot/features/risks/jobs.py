"""What the clock triggers of risks."""

from __future__ import annotations

from bot.features.risks import owner_alerts
from bot.scheduler.jobs import Job

JOBS = (Job(owner_alerts.BATCHES, owner_alerts.send_due_batch, ticks=10),)
