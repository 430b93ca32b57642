"""The acknowledgement of `/proof`: the whole bot against the smallest Bolt app that answers the same card."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from statistics import median

from bot.app.actor import Actor, may_write
from bot.store import account_search, members, portfolios, proof_state, references
from bot.store.engine import Database
from sandbox import Sandbox
from tests.bench.filling import OWNER, fill
from tests.bench.measuring import spent
from tests.bench.processes import Program
from tests.bench.registry import Figure, Run, compared
from tests.bench.stage import command, run_bare, run_bot, sandbox

_AGAINST = "a Bolt command on the same adapter that acknowledges with the same blocks, made once at its start"
_ACCOUNTS = 1_000


def ack(run: Run) -> Iterable[Figure]:
    """Processor and clock time from the command's delivery to its acknowledgement, on both databases."""
    for dialect, most in (("sqlite", 2.0), ("postgresql", 3.0)):
        database = run.fresh(dialect)
        fill(database, _ACCOUNTS, outcomes=5, now=datetime.now(UTC))
        ours, bare, read = asyncio.run(_both(run, database))
        database.dispose()
        reading, theirs = median(read) * 1e3, median(bare.cpu) * 1e3
        whole = median(ours.cpu) * 1e3
        yield compared(f"ack_cpu_{dialect}", whole - reading, theirs, "ms CPU beyond the read", _AGAINST, most=most)
        yield compared(f"ack_cpu_whole_{dialect}", whole, theirs, "ms CPU", _AGAINST)
        yield compared(f"ack_time_{dialect}", median(ours.wall) * 1e3, median(bare.wall) * 1e3, "ms", _AGAINST)
        yield compared(f"ack_read_{dialect}", reading, whole, "ms CPU", "the acknowledgement as a whole")


class _Side:
    """One program with what each round of commands took, an acknowledgement."""

    def __init__(self, slack: Sandbox, program: Program) -> None:
        self.slack, self.program = slack, program
        self.cpu: list[float] = []
        self.wall: list[float] = []

    async def round(self, names: list[str]) -> None:
        before, took = self.program.cpu(), []
        for name in names:
            started = time.perf_counter()
            answer = await command(self.slack, name)
            took.append(time.perf_counter() - started)
            assert isinstance(answer, dict) and answer.get("blocks"), answer
        self.cpu.append((self.program.cpu() - before) / len(names))
        self.wall.append(median(took))


async def _both(run: Run, database: Database) -> tuple[_Side, _Side, list[float]]:
    rounds, many = run.size(12, 5), run.size(100, 60)
    async with sandbox() as for_us, sandbox() as for_bare:
        with await asyncio.to_thread(run_bot, for_us, database, run.directory / "ack-bot.log") as bot:
            ours = _Side(for_us, bot)
            reply = run.directory / "reply.json"
            card = json.dumps(await command(for_us, "customer-1"))
            await asyncio.to_thread(reply.write_text, card, "utf-8")
            with await asyncio.to_thread(run_bare, for_bare, run.directory / "ack-bare.log", REPLY=str(reply)) as app:
                bare = _Side(for_bare, app)
                return ours, bare, await _rounds(database, ours, bare, rounds, many)


async def _rounds(database: Database, ours: _Side, bare: _Side, rounds: int, many: int) -> list[float]:
    """The first round warms up and is forgotten; no account is asked for twice in a round."""
    read = []
    for number in range(rounds + 1):
        names = [f"customer-{1 + (number * many + n) * 37 % _ACCOUNTS}" for n in range(many)]
        await ours.round(names)
        await bare.round(names)
        read.append(spent(partial(_read, database, names)).cpu / many)
    for side in (ours, bare):
        del side.cpu[0], side.wall[0]
    return read[1:]


def _read(database: Database, names: Iterable[str]) -> None:
    """What these acknowledgements ask of the database, and nothing else."""
    for name in names:
        with database.reading() as session:
            member = members.by_slack_id(session, 1, OWNER)
            assert member is not None
            hit = account_search.find(session, 1, name).hit
            assert hit is not None
            state = proof_state.load(session, 1, hit.id)
            keys = {key for piece in state.evidence if (key := piece.reference_key) is not None}
            references.where_they_stand(session, 1, keys)
            portfolio = portfolios.in_workspace(session, 1, state.account.portfolio_id)
            may_write(session, Actor(member, "bench"), state.account, portfolio)
