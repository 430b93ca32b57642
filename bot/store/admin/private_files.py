"""Files with the ledger in them: nobody else can read them, and none of them replaces or follows what is there."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.store.engine import create_private


@contextmanager
def new_file(file: Path) -> Iterator[Path]:
    """An empty file beside `file` to write, which gets that name at the end of the block, or goes if it raises.

    Only its owner can read it. Raises `FileExistsError` when something, a link included, has the name already.
    """
    if os.path.lexists(file):
        raise FileExistsError(f"{file} is there already")
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    create_private(part)
    try:
        yield part
        # Unlike a rename, a link never replaces what somebody put there meanwhile.
        os.link(part, file, follow_symlinks=False)
    finally:
        part.unlink(missing_ok=True)
