"""What the clock triggers about the people of the workspace."""

from __future__ import annotations

from bot.features.workspace import imported_owners
from bot.scheduler.jobs import Job

JOBS = (Job("ask who imported owners are", imported_owners.ask_who_owners_are, ticks=15),)
