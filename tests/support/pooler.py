"""PgBouncer before a test's PostgreSQL, in its strictest mode: each transaction may get another connection."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from tests.support import tools
from tests.support.bot_process import free_port
from tests.support.waiting import PATIENCE_SECONDS, until


@contextmanager
def pooled(direct_url: str) -> Iterator[str]:
    """The URL of the same database through a PgBouncer that has two connections for everybody."""
    direct = make_url(direct_url)
    server, port = Path(str(direct.query["host"])), free_port()
    home = Path(tempfile.mkdtemp(prefix="proofline-pooler-"))
    settings = home / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n* = host={server} user={direct.username}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        "pool_mode = transaction\ndefault_pool_size = 2\n"
    )
    command = [tools.path_of("pgbouncer"), "--quiet", str(settings)]
    if os.getuid() == 0:  # PgBouncer refuses to run as root
        shutil.chown(home, server.owner())
        command[1:1] = ["--user", server.owner()]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: _listens(port) or process.poll() is not None)
        assert process.poll() is None, process.communicate()[1]
        yield str(direct.set(host="127.0.0.1", port=port, query={}))
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
        shutil.rmtree(home)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
