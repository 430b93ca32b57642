"""What the import of a large book takes: the command as a person types it, in a process of its own."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.store.engine import Database
from tests.bench.memory import most_memory
from tests.bench.registry import Figure, Run, bounded

_SECONDS, _MEGABYTES = 60, 300
_AIMED_AT = 100_000
_LOOKED_AT_EVERY = 0.05  # seconds
_ROOT = Path(__file__).parents[2]
_WORDS = ("North", "Stein", "Vale", "Harbour", "Copper", "Lumen", "Orchard", "Quarry", "Tidal", "Umber", "Willow")
_HEADER = "Account ID,Account Name,Account Owner,CSM Email,ARR,Currency,Contract Start Date,Renewal Date,Type,Segment\n"


@dataclass(frozen=True, slots=True)
class _Ran:
    seconds: float
    cpu: float
    megabytes: float


def importing(run: Run) -> Iterable[Figure]:
    """A new book, the same book again, and its undoing, on both databases."""
    rows = run.size(_AIMED_AT, 10_000)
    file = run.directory / "book.csv"
    file.write_text(book(rows), "utf-8")
    against = f"{rows:,} accounts, 10 columns, as a person types it"
    for dialect in ("sqlite", "postgresql"):
        database = run.fresh(dialect)
        steps = {
            "import": ("import", "accounts", str(file)),
            "import_again": ("import", "accounts", str(file)),
            "import_undo": ("import", "undo", "1"),
        }
        for name, words in steps.items():
            ran = _run(database, *words)
            aimed = rows == _AIMED_AT
            yield bounded(f"{name}_{dialect}", ran.seconds, "s", against, most=_SECONDS if aimed else None)
            yield bounded(f"{name}_cpu_{dialect}", ran.cpu, "s CPU", f"{against}; without the database server's")
            yield bounded(f"{name}_memory_{dialect}", ran.megabytes, "MB", against, most=_MEGABYTES)
        database.dispose()


def book(rows: int) -> str:
    """A book of customers with names, owners, money and dates that differ; the same in every run."""
    chance = random.Random(13)
    lines = [_HEADER]
    for number in range(rows):
        name = f"{chance.choice(_WORDS)} {chance.choice(_WORDS)} {number}"
        owner = chance.randrange(200)
        day = f"2026-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        lines.append(
            f"00{number:07},{name},Owner {owner},owner{owner}@ours.example,{chance.randrange(1, 900_000)}.50,"
            f"{chance.choice(('EUR', 'USD', 'GBP'))},2024-01-15,{day},Customer,{chance.choice(('SMB', 'Enterprise'))}\n"
        )
    return "".join(lines)


def _run(database: Database, *words: str) -> _Ran:
    """Type a command; its clock time, its processor time and the most memory that it held at once."""
    url = database.engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(_ROOT)}
    started = time.monotonic()
    # Its output goes nowhere, for nobody reads it while it runs.
    child = subprocess.Popen([sys.executable, "-m", "bot", *words], env=environment, stdout=subprocess.DEVNULL)
    held = 0
    while not (ended := os.wait4(child.pid, os.WNOHANG))[0]:
        held = max(held, most_memory(child.pid))
        time.sleep(_LOOKED_AT_EVERY)
    _, status, used = ended
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, f"bot {' '.join(words)}"
    return _Ran(time.monotonic() - started, used.ru_utime + used.ru_stime, held / 1e6)
