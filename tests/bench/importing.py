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
_TERMS_AND_READINGS = 20_000
_ROOT = Path(__file__).parents[2]
_WORDS = ("North", "Stein", "Vale", "Harbour", "Copper", "Lumen", "Orchard", "Quarry", "Tidal", "Umber", "Willow")
_HEADER = "Account ID,Account Name,Account Owner,CSM Email,ARR,Currency,Contract Start Date,Renewal Date,Type,Segment\n"


@dataclass(frozen=True, slots=True)
class _Ran:
    seconds: float
    cpu: float
    megabytes: float


def importing(run: Run) -> Iterable[Figure]:
    """A new book, contracts and readings about it, the same book again, and its undoing, on both databases."""
    rows = run.size(_AIMED_AT, 10_000)
    file, terms, figures = (run.directory / name for name in ("book.csv", "terms.csv", "figures.csv"))
    file.write_text(book(rows), "utf-8")
    terms.write_text(contracts(_TERMS_AND_READINGS, rows), "utf-8")
    figures.write_text(readings(_TERMS_AND_READINGS, rows), "utf-8")
    accounts, more = f"{rows:,} accounts, 10 columns", f"{_TERMS_AND_READINGS:,} rows about {rows:,} accounts"
    for dialect in ("sqlite", "postgresql"):
        database = run.fresh(dialect)
        steps = {
            "import": (accounts, "import", "accounts", str(file)),
            "import_again": (accounts, "import", "accounts", str(file)),
            "import_contracts": (more, "import", "contracts", str(terms)),
            "import_readings": (more, "import", "readings", str(figures)),
            "import_undo_readings": (more, "import", "undo", "3"),
            "import_undo_contracts": (more, "import", "undo", "2"),
            "import_undo": (accounts, "import", "undo", "1"),
        }
        for name, (what, *words) in steps.items():
            against = f"{what}, as a person types it"
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


def contracts(rows: int, accounts: int) -> str:
    """Terms of the accounts of `book`: a plan from January, and an add-on from July, of one account after the other."""
    lines = ["Account ID,Plan,Start,End,MRR,Currency\n"]
    for number in range(rows):
        plan, day = ("Gold", "2026-01-01") if number % 2 == 0 else ("Search", "2026-07-01")
        lines.append(f"00{number // 2 % accounts:07},{plan},{day},2027-01-01,{100 + number % 900}.00,EUR\n")
    return "".join(lines)


def readings(rows: int, accounts: int) -> str:
    """Four weeks of active users for one account of `book` after the other."""
    lines = ["account_id,source,metric,period_start,period_days,value,unit\n"]
    for number in range(rows):
        day = f"2026-02-{2 + 7 * (number % 4):02}"
        lines.append(f"00{number // 4 % accounts:07},product,active_users,{day},7,{number % 300},users\n")
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
