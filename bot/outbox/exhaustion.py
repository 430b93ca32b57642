"""A process that has run out of descriptors, memory or threads: what fails then may well succeed a moment later."""

from __future__ import annotations

import errno

_ERRNOS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.ENOSPC, errno.EAGAIN})
_NO_THREAD = "can't start new thread"


def is_exhaustion(error: BaseException) -> bool:
    """Whether an exception, or one that led to it, says that this process or its machine has run out of something."""
    led_to: BaseException | None = error
    while led_to is not None:
        if isinstance(led_to, MemoryError) or (isinstance(led_to, OSError) and led_to.errno in _ERRNOS):
            return True
        if isinstance(led_to, RuntimeError) and _NO_THREAD in str(led_to):
            return True
        led_to = led_to.__cause__ or led_to.__context__
    return False
