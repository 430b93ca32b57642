"""Replicas that start in a moment: a parent that has imported everything forks one for each line it is told.

`python -m tests.chaos.replica` reads orders (JSON, a line each: `settings`, `clock`, `log`) and answers each with a
process id. When its input ends it kills those that still run. A replica is `bot.wiring.serve`, whole; only its clock
and the length of its leases are not the usual ones.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from bot import log as bot_log
from bot import wiring
from bot.settings import Settings
from tests.chaos.options import SENDING
from tests.chaos.timeline import FileClock


def main() -> None:
    """Fork a replica for each order; a replica that ends leaves nothing behind."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    born: list[int] = []
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _live(order)
        born.append(pid)
        print(pid, flush=True)
    for pid in born:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _live(order: dict[str, Any]) -> NoReturn:
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        for stream in (1, 2):
            os.dup2(log, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        settings = Settings(**order["settings"])
        bot_log.configure(settings.log_level, True)
        asyncio.run(wiring.serve(settings, FileClock(Path(order["clock"])), SENDING))
        code = 0
    except wiring.CannotStartError as error:
        print(error, file=sys.stderr, flush=True)
    except BaseException:  # noqa: BLE001 - whatever it was stands in the log, and the process ends here
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
