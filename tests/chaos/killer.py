"""What goes wrong in a run, in an order that its seed decides."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import timedelta
from random import Random
from typing import Any

from sandbox import Fault, Sandbox
from tests.chaos.crew import Crew
from tests.chaos.options import SENDING, Options
from tests.chaos.servers import Server
from tests.chaos.timeline import Timeline

_CALLS = ("chat.postMessage",) * 6 + ("chat.update",) * 2 + ("conversations.history", "conversations.open", "*")
_NEVER_ENDS = 10**9
Trouble = Callable[[], Coroutine[Any, Any, None]]


def blindfold(sandbox: Sandbox) -> None:
    """Let nobody look into any history from now on."""
    for method in ("conversations.history", "conversations.replies"):
        sandbox.fault(Fault(method, "error:missing_scope", count=_NEVER_ENDS))


class Killer:
    """Breaks something every `options.gap` seconds, until cancelled."""

    def __init__(
        self,
        options: Options,
        random: Random,
        sandbox: Sandbox,
        crew: Crew,
        server: Server,
        timeline: Timeline,
        faults: Counter[str],
    ) -> None:
        self._gap, self._blind = options.gap, options.blind
        self._random, self._sandbox, self._crew = random, sandbox, crew
        self._server, self._timeline, self._faults = server, timeline, faults
        self._troubles: dict[Trouble, int] = {
            self._kill: 36,
            self._terminate: 5,
            self._freeze: 4,
            self._break_database: 3,
            self._storm: 4,
            self._slack_breaks: 32,
            self._cut_sockets: 5,
            self._deliver_again: 12,
            self._nudge_the_clock: 4,
        }

    async def live(self) -> None:
        """Break things; those that take a while go on beside the next ones."""
        troubles, weights = list(self._troubles), list(self._troubles.values())
        async with asyncio.TaskGroup() as group:
            while True:
                await asyncio.sleep(self._random.uniform(0.5, 1.5) * self._gap)
                group.create_task(self._random.choices(troubles, weights)[0]())

    async def _kill(self) -> None:
        self._crew.kill()

    async def _terminate(self) -> None:
        self._crew.terminate()

    async def _freeze(self) -> None:
        await self._crew.freeze(SENDING.lease_seconds + self._random.uniform(0.5, 4))

    async def _break_database(self) -> None:
        await self._server.trouble(self._random, self._faults)

    async def _storm(self) -> None:
        self._slack("ratelimited", count=self._random.randrange(3, 15), method="*")

    async def _slack_breaks(self) -> None:
        kind = self._random.choice(("error500", "hang", "drop_before", "drop_after", "drop_after"))
        self._slack(kind, count=self._random.randrange(1, 6), method=self._random.choice(_CALLS))

    def _slack(self, kind: str, count: int, method: str) -> None:
        """What is left of the trouble before is over: else it would pile up for whoever starts next."""
        self._sandbox.clear_faults()
        self._faults[f"Slack: {kind}"] += 1
        self._sandbox.fault(Fault(method, kind, count=count, retry_after=1))
        if self._blind:
            blindfold(self._sandbox)

    async def _cut_sockets(self) -> None:
        self._faults["sockets closed"] += 1
        self._sandbox.close_sockets(abrupt=self._random.random() < 0.3)

    async def _deliver_again(self) -> None:
        self._faults["delivered twice, together or late"] += 1
        how = self._random.randrange(3)
        self._sandbox.duplicate_next(1, together=how == 0, later=self._random.uniform(1, 10) if how == 1 else 0)

    async def _nudge_the_clock(self) -> None:
        self._faults["clock stepped by minutes"] += 1
        self._timeline.step(self._timeline.now() + timedelta(minutes=self._random.uniform(-30, 30)))
