"""`python -m tests.independent.later MOMENT`: the bot as `python -m bot run`, but its clock goes on from MOMENT."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime

from bot import log
from bot.domain.values.clock import MovableClock
from bot.settings import load
from bot.wiring import secrets_of, serve

if __name__ == "__main__":
    settings = load()
    log.configure(settings.log_level, settings.log_json, secrets_of(settings))
    asyncio.run(serve(settings, MovableClock(datetime.fromisoformat(sys.argv[1]))))
