"""Opens a digest none of whose accounts has a summary, in a process of its own: `python -m tests.bench.cold URL`.

Prints, as `result JSON`, the processor seconds, the longest transaction that could write, and the most memory in bytes
that the process has held at any moment, its imports included.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from sqlalchemy import event

from bot.features.portfolios import digest
from bot.store.engine import Database
from tests.bench.filling import NOW
from tests.bench.memory import most_memory


def main(url: str) -> None:
    """Do what the clock does until nothing is due."""
    database = Database(url)
    longest = _Longest(database)
    cpu = time.process_time()
    while _one(database):
        pass
    result = {"cpu": time.process_time() - cpu, "longest": longest.seconds, "peak": most_memory()}
    print("ready\nresult", json.dumps(result), flush=True)


def _one(database: Database) -> bool:
    with database.begin() as session:
        return digest.open_due_digest(session, NOW)


class _Longest:
    """The longest transaction that was not opened for reading only, on the clock."""

    def __init__(self, database: Database) -> None:
        self.seconds = 0.0
        event.listen(database.engine, "begin", self._begin)
        event.listen(database.engine, "commit", self._end)
        event.listen(database.engine, "rollback", self._end)

    def _begin(self, connection: Any) -> None:
        connection.info["bench_began"] = time.perf_counter()

    def _end(self, connection: Any) -> None:
        began = connection.info.pop("bench_began", None)
        if began is not None and not connection.get_execution_options().get("proofline_reads"):
            self.seconds = max(self.seconds, time.perf_counter() - began)


if __name__ == "__main__":
    main(sys.argv[1])
