"""A running bot holds in memory what it uses, and loads the rest where it is needed."""

from __future__ import annotations

import subprocess
import sys

NOT_LOADED = (
    "alembic",
    "babel",
    "bot.cli",
    "bot.demo",
    "bot.features.exports",
    "bot.features.imports.file_reader",
    "bot.features.imports.run",
    "bot.slack.doctor",
    "charset_normalizer",
    "hypothesis",
    "mako",
    "psycopg",
    "pygments",
    "python_calamine",
    "rapidfuzz",
    "rich",
    "sandbox",
    "typer",
)
"""What belongs to commands, to another database, or to what is seldom done."""


def test_a_bot_loads_nothing_that_it_does_not_use() -> None:
    program = f"import sys, bot.wiring; print(*(name for name in {NOT_LOADED} if name in sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
