"""From the outbox to Slack: how many messages a second, what one costs, and how soon after its commit it is there.

The sandbox runs in a process of its own and takes every message through the same checks, whoever posts it. Each message
is a prompt that is composed from the ledger when it is sent, in a channel of its own, so that no pace slows it down.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

import yaml
from sqlalchemy import text

from bot.domain.values.clock import SystemClock
from bot.features.meetings import prompts
from bot.outbox.sender import SenderSettings
from bot.rooms import new_renderer
from bot.slack.edge import template_of
from bot.slack.gateway import EVENT_TYPE
from bot.store.engine import Database
from tests.bench.filling import OWNER, fill
from tests.bench.inside import latencies, put_messages, sent_at
from tests.bench.processes import MANIFEST, Program
from tests.bench.registry import Figure, Run, at_least, bounded, compared
from tests.bench.stage import workspace

_INSIDE = ("-m", "tests.bench.inside")
_ALONE = "slack_sdk's AsyncWebClient alone, posting the same blocks that were made before, as many at once"
_AHEAD_SECONDS = 3


class Slack:
    """The sandbox as a program, and the environment of those who talk to it."""

    def __init__(self, directory: Path, channels: int) -> None:
        file = directory / "workspace.yml"
        file.write_text(yaml.safe_dump(workspace(channels)), "utf-8")
        arguments = ("-m", "sandbox", "--workspace", str(file), "--manifest", str(MANIFEST))
        self.program = Program(arguments, {}, "SLACK_SIGNING_SECRET=", directory / "sandbox.log")
        said = self.program.said().split()
        self.environment = dict(word.split("=", 1) for word in said if word.startswith("SLACK_"))
        # Over HTTP mode nothing connects a socket: only sending is measured here.
        self.environment |= {"HOST": "127.0.0.1", "PORT": "0", "LOG_LEVEL": "WARNING"}


def deliver(run: Run) -> Iterable[Figure]:
    """Throughput with one process and with two, processor time a message, commit to post, and what an idle bot asks."""
    messages = run.size(600, 200)
    slack = Slack(run.directory, messages)
    try:
        yield from _throughput(run, slack, messages)
        yield from _commit_to_post(run, slack)
        yield from _idle(run, slack)
    finally:
        slack.program.stop()


def _throughput(run: Run, slack: Slack, messages: int) -> Iterator[Figure]:
    databases = {dialect: filled(run, dialect, messages) for dialect in ("sqlite", "postgresql")}
    content = run.directory / "message.json"
    content.write_text(json.dumps(_message(databases["sqlite"])), "utf-8")
    rates: dict[str, list[float]] = {}
    costs: dict[str, list[float]] = {}
    for _ in range(run.size(3, 2)):
        rate, cost = _alone(run, slack, content, messages)
        rates.setdefault("alone", []).append(rate)
        costs.setdefault("alone", []).append(cost)
        for dialect, processes in (("sqlite", 1), ("postgresql", 1), ("postgresql", 2)):
            name = f"{dialect}_{processes}"
            rate, cost = _ours(run, slack, databases[dialect], messages, processes)
            rates.setdefault(name, []).append(rate)
            costs.setdefault(name, []).append(cost)
    alone, each = median(rates.pop("alone")), median(costs["alone"])
    for name, held in rates.items():
        least = 0.6 if name.endswith("_1") else None
        yield at_least(f"deliver_{name}", median(held), alone, "messages/s", _ALONE, least=least)
    one, two = median(rates["postgresql_1"]), median(rates["postgresql_2"])
    yield at_least("deliver_second_process", two, one, "messages/s", "one process on PostgreSQL; here two", least=1.0)
    for name in ("sqlite_1", "postgresql_1"):
        cost = median(costs[name]) * 1e3
        yield bounded(f"deliver_cpu_{name}", cost, "ms CPU a message", "of our process alone", most=1.5)
        yield compared(f"deliver_cpu_{name}_to_alone", cost, each * 1e3, "ms CPU a message", _ALONE)
    for database in databases.values():
        database.dispose()


def filled(run: Run, dialect: str, accounts: int) -> Database:
    """A ledger in which the first prompt of every account waits for its answer."""
    database = run.fresh(dialect)
    now = datetime.now(UTC)
    fill(database, accounts, outcomes=3, now=now)
    soon = now + timedelta(hours=20)
    shown = soon if dialect == "postgresql" else f"{soon:%Y-%m-%d %H:%M:%S.%f}"
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM answer WHERE meeting_id % 4 = 1"))
        connection.execute(text("UPDATE meeting SET starts_at = :soon WHERE id % 4 = 1"), {"soon": shown})
        opened = "UPDATE prompt SET state = 'open', closes_at = :soon WHERE id % 4 = 1"
        connection.execute(text(opened), {"soon": shown})
    return database


def _message(database: Database) -> dict[str, object]:
    """What the bot posts for the first prompt."""
    args = {"workspace_id": 1, "prompt_id": 1, "to": OWNER, "first": True}
    with database.reading() as session:
        [view] = prompts.compose_prompts(session, [args], SystemClock().now())
    shown = new_renderer().message(template_of(view), view=view, place="message")
    metadata = {"event_type": EVENT_TYPE, "event_payload": {"uuid": "0" * 32}}
    return {"text": shown.text, "blocks": shown.blocks, "metadata": metadata, "unfurl_links": False}


def _alone(run: Run, slack: Slack, content: Path, messages: int) -> tuple[float, float]:
    arguments = ("-m", "tests.bench.poster", str(content), str(messages), str(SenderSettings().hands))
    with Program(arguments, slack.environment, "result", run.directory / "poster.log") as program:
        found = program.result()
    return found["rate"], found["cpu"]


def _ours(run: Run, slack: Slack, database: Database, messages: int, processes: int) -> tuple[float, float]:
    """(messages a second between the first and the last, processor seconds a message of ours and the database's)."""
    with ExitStack() as stack:
        bots = [stack.enter_context(inside(run.directory, slack, database, number)) for number in range(processes)]
        if database.dialect == "sqlite":
            # Nobody tells a bot on SQLite what another process commits, so it puts the messages itself.
            keys = [f"bench:1:{number}" for number in range(1, messages + 1)]
            _forget(database)
            bots[0].ask(f"put {messages} {_AHEAD_SECONDS}")
        else:
            keys = put_messages(database, messages, _AHEAD_SECONDS)
        before = sum(bot.cpu() for bot in bots)
        sent = sent_at(database, keys)
        spent = sum(bot.cpu() for bot in bots) - before
    stamps = sent.values()
    return (messages - 1) / (max(stamps) - min(stamps)), spent / messages


def _forget(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM outbox"))


@contextmanager
def inside(directory: Path, slack: Slack, database: Database, number: int = 0) -> Iterator[Program]:
    """A bot that delivers what is put into this database; its log is in `directory`."""
    url = database.url.render_as_string(hide_password=False)
    log = directory / f"inside-{number}.log"
    with Program(_INSIDE, {**slack.environment, "DATABASE_URL": url}, "ready", log) as program:
        yield program


def _commit_to_post(run: Run, slack: Slack) -> Iterator[Figure]:
    many = run.size(200, 60)
    for dialect, where in (("sqlite", "one_process"), ("postgresql", "one_process"), ("postgresql", "two_processes")):
        database = filled(run, dialect, many)
        with inside(run.directory, slack, database) as bot:
            took = bot.ask(f"one_by_one {many}") if where == "one_process" else latencies(database, many)
        database.dispose()
        against = (
            "no baseline; committed where it is sent" if where == "one_process" else "no baseline; committed elsewhere"
        )
        yield bounded(f"latency_p50_{dialect}_{where}", median(took) * 1e3, "ms", against)
        yield bounded(f"latency_p99_{dialect}_{where}", quantiles(took, n=100)[98] * 1e3, "ms", against, most=1000)


def _idle(run: Run, slack: Slack) -> Iterator[Figure]:
    """The bot as it is configured by default, with nothing to do."""
    seconds = run.size(60, 25)
    for dialect in ("sqlite", "postgresql"):
        database = filled(run, dialect, 10)
        with inside(run.directory, slack, database) as bot:
            bot.ask("idle 5")  # the first look of every job, at the start, is over
            cpu = bot.cpu()
            asked = bot.ask(f"idle {seconds}") / seconds
            cpu = (bot.cpu() - cpu) / seconds
        database.dispose()
        yield bounded(f"idle_queries_{dialect}", asked, "queries/s", "no baseline; by a bot with nothing to do", most=1)
        yield bounded(f"idle_cpu_{dialect}", cpu * 1e3, "ms CPU/s", "no baseline; of a bot with nothing to do")
