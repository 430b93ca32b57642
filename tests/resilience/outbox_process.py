"""A sender in a process of its own whose channel is a file, for tests that kill or freeze it.

`python -m tests.resilience.outbox_process URL SECONDS FILE MOMENT KEY` says `at KEY` when it has come to MOMENT
(`before` or `after` the post of row KEY), and stays there until the file FILE.go exists. SECONDS shift the database's
clock.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from bot.outbox.record_results import Pace
from bot.outbox.sender import Sender, SenderSettings
from bot.outbox.transport import Lease
from bot.outbox.types import Absent, Ambiguous, Claimed, Found, NotSent, Sent
from bot.outbox.wakeup import Wakeup
from bot.store.engine import Database

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SETTINGS = SenderSettings(
    lease_seconds=3,
    http_seconds=1,
    margin_seconds=0.5,
    hands=4,
    poll_seconds=1,
    pace=Pace(channel_seconds=0, settle_seconds=0.1, first_backoff=0.05, longest_backoff=0.2),
)


class FileChannel:
    """The outbox's way to a file that plays the channel: a line is a message that people see."""

    def __init__(self, path: Path, moment: str = "", key: str = "") -> None:
        self.path = path
        self.moment = moment, key

    async def prepare(self, rows: Sequence[Claimed]) -> Sequence[Claimed]:
        return rows

    async def deliver(self, row: Claimed, lease: Lease) -> Sent | NotSent | Ambiguous:
        await self._come_to("before", row)
        if not lease.may_post():
            return NotSent("the lease ran out")
        stream = os.open(self.path, os.O_APPEND | os.O_WRONLY | os.O_CREAT)
        os.write(stream, (json.dumps([row.uuid, row.key, row.channel]) + "\n").encode())
        os.close(stream)
        await self._come_to("after", row)
        return Sent(row.channel, row.uuid)

    async def _come_to(self, moment: str, row: Claimed) -> None:
        if self.moment != (moment, row.key):
            return
        print(f"at {row.key}", flush=True)
        go = self.path.with_suffix(".go")
        while not go.exists():  # noqa: ASYNC110 -- another process makes the file
            await asyncio.sleep(0.005)

    async def find(self, row: Claimed) -> Found | Absent:
        return Found(row.channel, row.uuid) if row.uuid in {uuid for uuid, _, _ in self.read()} else Absent()

    async def retract(self, row: Claimed, sent: Sent) -> None:
        raise AssertionError(f"{row.key} stands twice")

    def read(self) -> list[tuple[str, str, str]]:
        """Uuid, key and channel of each message, in order."""
        if not self.path.exists():
            return []
        return [tuple(json.loads(line)) for line in self.path.read_text().splitlines()]


def nobody(_session: Session, row: Claimed, code: str) -> None:
    """No row of these tests is refused for good."""
    raise AssertionError(f"{row.key} is dead: {code}")


def make_sender(database: Database, channel: FileChannel) -> Sender[Claimed]:
    """A sender over the file, with short leases; business time stands at noon."""
    return Sender(database, channel, now=lambda: NOON, on_dead=nobody, wakeup=Wakeup(database), settings=SETTINGS)


if __name__ == "__main__":
    url, seconds, path, moment, key = sys.argv[1:]
    shifted = Database(url, clock_offset=timedelta(seconds=float(seconds)))
    asyncio.run(make_sender(shifted, FileChannel(Path(path), moment, key)).run())
