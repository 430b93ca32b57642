"""How the command line fails: expected errors in a sentence, unexpected ones with a reference to their details."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class Stop(Exception):
    """A command that cannot go on; the message is the sentence for the person who typed it."""


@contextmanager
def in_sentences() -> Iterator[None]:
    """Turn every exception of the block into a sentence on standard error and an exit code."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has gone; flushing the rest at exit must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the last resort of the process
        print(sentence(error) or _unexpected(error), file=sys.stderr)
        sys.exit(1)


def sentence(error: Exception) -> str | None:
    """What an expected error says to a person, None for an unexpected one."""
    from sqlalchemy.exc import OperationalError

    from bot.app.actor import UserError
    from bot.outbox.admin import CannotOperate
    from bot.settings import BadSettingsError
    from bot.store.admin.table_copy import CannotCopy
    from bot.wording import sentence_of

    if isinstance(error, UserError):
        return sentence_of(error)
    if isinstance(error, Stop | CannotCopy | CannotOperate | BadSettingsError):
        return str(error)
    if isinstance(error, OperationalError):
        why = str(error.orig).strip().splitlines()[0]
        return f"The database cannot be used ({why}). Check that it runs and that its address is right."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'File'}: {error.strerror}."
    return None


def _unexpected(error: Exception) -> str:
    reference = secrets.token_hex(3)
    details = Path(tempfile.gettempdir()) / f"proofline-{reference}.log"
    try:
        details.write_text("".join(traceback.format_exception(error)), "utf-8")
    except OSError:
        return f"Something went wrong that should not have: {type(error).__name__} (reference {reference})."
    return f"Something went wrong that should not have (reference {reference}). Please report it with {details}."


@contextmanager
def whole_file(file: Path) -> Iterator[IO[bytes]]:
    """A new file that gets its name only when it is written to the end. Raises `Stop` if it is there already."""
    if file.exists():
        raise Stop(f"{file} is there already. Choose a new name.")
    part = file.with_name(file.name + ".part")
    try:
        with part.open("wb") as written:
            yield written
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
