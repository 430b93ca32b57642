"""How the command line fails: expected errors in a sentence, unexpected ones with a reference to their details."""

from __future__ import annotations

import errno
import os
import secrets
import sys
import tempfile
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

    from bot.domain.refusal import RefusedError
    from bot.settings import BadSettingsError
    from bot.store.admin.migrations import TooNewError
    from bot.wording import sentence_of

    if isinstance(error, RefusedError):
        return sentence_of(error)
    if isinstance(error, Stop | BadSettingsError | TooNewError):
        return str(error)
    if isinstance(error, OperationalError):
        why = str(error.orig).strip().splitlines()[0]
        return f"The database cannot be used ({why}). Check that it runs and that its address is right."
    return _about_file(error) if isinstance(error, OSError) else None


def _about_file(error: OSError) -> str | None:
    """What the system says of a file or of itself, with what to do; None where it says nothing."""
    name = error.filename
    if isinstance(error, FileNotFoundError):
        return f"There is no file {name}, so check its name and the folder you are in."
    if isinstance(error, IsADirectoryError):
        return f"{name or 'This'} is a folder, so name a file in it."
    if isinstance(error, PermissionError) and name:
        return f"You may not open {name}, so ask its owner for the right to, or copy it to where you may."
    if error.errno == errno.ENAMETOOLONG:
        return "That name is too long for a file, so check what you typed."
    if not error.strerror:
        return None
    about = f"{name} cannot be used" if name else "The system refuses this"
    return f"{about} ({error.strerror}), so fix that and run the command again."


def _unexpected(error: Exception) -> str:
    from bot.log import trace_of

    reference = secrets.token_hex(3)
    try:
        handle, details = tempfile.mkstemp(prefix=f"proofline-{reference}-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8") as written:
            written.write(trace_of(error) + "\n")
    except OSError:
        return f"Something went wrong that should not have: {type(error).__name__} (reference {reference})."
    return f"Something went wrong that should not have (reference {reference}). Please report it with {details}."


@contextmanager
def whole_file(file: Path) -> Iterator[IO[bytes]]:
    """A new file that gets its name only when it is written to the end, and that nobody else can read.

    Raises `Stop` if it is there already.
    """
    from bot.store.admin.private_files import new_file

    try:
        with new_file(file) as part, part.open("wb") as written:
            yield written
    except FileExistsError as error:
        raise Stop(f"{file} is there already. Choose a new name.") from error
