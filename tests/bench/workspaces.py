"""Four bots for four workspaces beside one for one: what a second machine's worth of processes adds."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from bot.store.engine import Database
from tests.bench.deliver import Slack, filled, inside
from tests.bench.inside import put_messages, sent_at
from tests.bench.registry import Figure, Run, at_least

_AHEAD_SECONDS = 3
_MANY = 4


def workspaces(run: Run) -> Iterable[Figure]:
    """Messages a second on PostgreSQL, a database and a sandbox for each workspace."""
    messages = run.size(400, 150)
    one, four = _rate(run, 1, messages), _rate(run, _MANY, messages)
    cores = os.cpu_count() or 1
    # Sandbox, bot and server take a core each: on fewer than eight, four bots and their surroundings share them.
    least = 1.6 if cores >= 2 * _MANY else None
    against = f"one process on one workspace; here {_MANY} on {_MANY}, sandboxes and server on the same {cores} cores"
    yield at_least("workspaces_4", four, one, "messages/s", against, least=least)


def _rate(run: Run, bots: int, messages: int) -> float:
    with ExitStack() as stack:
        databases: list[Database] = []
        for number in range(bots):
            place = Path(run.directory) / f"workspace-{bots}-{number}"
            place.mkdir()
            slack = Slack(place, messages)
            stack.callback(slack.program.stop)
            databases.append(filled(run, "postgresql", messages))
            stack.callback(databases[-1].dispose)
            stack.enter_context(inside(place, slack, databases[-1]))
        keys = [put_messages(database, messages, _AHEAD_SECONDS) for database in databases]
        stamps = [
            stamp for database, mine in zip(databases, keys, strict=True) for stamp in sent_at(database, mine).values()
        ]
    return len(stamps) / (max(stamps) - min(stamps))
