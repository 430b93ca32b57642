"""The whole bot with an ear: it does what it is told on standard input, a line each, and answers `result JSON`.

`put N SECONDS`: put N messages that are due so many seconds from now. `one_by_one N`: commit N messages, one at a time,
and tell the seconds from each commit to Slack's time stamp. `idle SECONDS`: tell how many statements the bot sends
while nobody does anything.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from bot import log
from bot.domain.values.clock import SystemClock
from bot.outbox.queue import put
from bot.outbox.types import Outgoing
from bot.settings import load
from bot.store.engine import Database
from bot.store.schema.outbox import outbox
from bot.wiring import Bot
from tests.bench.filling import OWNER, TEAM_ID
from tests.support.statements import statements

_EVERY_SECONDS = 0.03
_numbers = count(1)


async def main() -> None:
    """Start the bot, say that it is ready, and obey until the input ends."""
    settings = load()
    log.configure(settings.log_level, True)
    bot = Bot(settings, SystemClock())
    await bot.start()
    await bot.wait_for_member_sync()
    assert bot.where.team_id == TEAM_ID
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        order, *numbers = line.split()
        result = await ORDERS[order](bot, *map(int, numbers))
        print("result", json.dumps(result), flush=True)
    await bot.stop()


async def _put(bot: Bot, messages: int, seconds: int) -> int:
    await asyncio.to_thread(put_messages, bot.database, messages, seconds)
    return messages


async def _one_by_one(bot: Bot, messages: int) -> list[float]:
    return await asyncio.to_thread(latencies, bot.database, messages)


async def _idle(bot: Bot, seconds: int) -> int:
    with statements(bot.database) as sent:
        await asyncio.sleep(seconds)
    return len(sent)


ORDERS: dict[str, Any] = {"put": _put, "one_by_one": _one_by_one, "idle": _idle}


def put_messages(database: Database, messages: int, seconds: int) -> list[str]:
    """Put prompts of the accounts 1 … into as many channels, due in so many seconds, in one commit; their keys."""
    due_at = SystemClock().now() + timedelta(seconds=seconds)
    batch = next(_numbers)
    with database.begin() as session:
        for number in range(1, messages + 1):
            row = Outgoing(
                key=f"bench:{batch}:{number}",
                workspace_id=1,
                kind="prompt",
                channel=f"C0BENCH{number}",
                args={"prompt_id": 4 * number - 3, "to": OWNER, "first": True},
                due_at=due_at,
            )
            put(session, row, due_at)
    return [f"bench:{batch}:{number}" for number in range(1, messages + 1)]


def latencies(database: Database, messages: int) -> list[float]:
    """Commit one message at a time; the seconds from each commit to the moment that Slack wrote on the message."""
    committed: dict[str, float] = {}
    batch = next(_numbers)
    for number in range(1, messages + 1):
        now = SystemClock().now()
        key = f"single:{batch}:{number}"
        args = {"prompt_id": 4 * number - 3, "to": OWNER, "first": True}
        row = Outgoing(key=key, workspace_id=1, kind="prompt", channel=f"C0BENCH{number}", args=args, due_at=now)
        with database.begin() as session:
            put(session, row, now)
        committed[key] = time.time()
        time.sleep(_EVERY_SECONDS)
    sent = sent_at(database, list(committed))
    return [sent[key] - moment for key, moment in committed.items()]


def sent_at(database: Database, keys: list[str], patience: float = 120.0) -> dict[str, float]:
    """Slack's time stamps of these messages, when all of them have one."""
    until = time.monotonic() + patience
    while True:
        with database.reading() as session:
            found = select(outbox.c.key, outbox.c.sent_ts).where(outbox.c.key.in_(keys), outbox.c.sent_ts.is_not(None))
            sent = {key: float(ts) for key, ts in session.execute(found)}
        if len(sent) == len(keys):
            return sent
        if time.monotonic() > until:
            raise TimeoutError(f"{len(keys) - len(sent)} of {len(keys)} messages were not sent")
        time.sleep(0.2)


if __name__ == "__main__":
    asyncio.run(main())
