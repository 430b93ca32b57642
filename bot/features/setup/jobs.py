"""What the clock triggers of the setup."""

from __future__ import annotations

from bot.features.setup import welcome
from bot.scheduler.jobs import Job

JOBS = (Job("greet new owners and managers", welcome.greet_newcomers, ticks=60),)
