"""What the clock triggers of portfolios."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bot.app.digest_lines import DigestFollower, DigestProvider
from bot.features.portfolios import digest
from bot.scheduler.jobs import Job


def jobs(providers: Sequence[DigestProvider], followers: Sequence[DigestFollower]) -> tuple[Job, ...]:
    """The jobs, with the rooms that add lines to a digest, and those that do something when it is opened."""
    opening = partial(digest.open_due_digest, providers=providers, followers=followers)
    return (Job(digest.DIGESTS, opening),)
