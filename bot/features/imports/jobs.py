"""What the clock does with dropped files: the large ones, and those that nobody decides about."""

from __future__ import annotations

from bot.features.imports import waiting_files
from bot.scheduler.jobs import Job

JOBS = (
    Job("import dropped files", waiting_files.do_next),
    Job("forget dropped files", waiting_files.forget_undecided, ticks=15),
)
