"""What fails because this process has run out of something is tried again, however often it takes."""

from __future__ import annotations

import errno

import pytest

from bot.outbox.exhaustion import is_exhaustion


def caused_by(error: Exception) -> Exception:
    """An error of our own that another has led to."""
    try:
        raise LookupError from error
    except LookupError as chained:
        return chained


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (OSError(errno.EMFILE, "Too many open files"), True),
        (OSError(errno.ENFILE, "Too many open files in system"), True),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), True),
        (MemoryError(), True),
        (RuntimeError("can't start new thread"), True),
        (caused_by(OSError(errno.EMFILE, "Too many open files")), True),
        (OSError(errno.ENOENT, "No such file"), False),
        (RuntimeError("dictionary changed size"), False),
        (caused_by(ValueError("bad")), False),
    ],
    ids=repr,
)
def test_what_counts_as_having_run_out(error: Exception, transient: bool) -> None:
    assert is_exhaustion(error) is transient
