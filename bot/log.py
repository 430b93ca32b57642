"""Structured logs: one line an event, on standard error, with one id from click to commit to send.

The id is called `trace`. It is bound to the context of a request, carried by the outbox row that the request put, and
bound again by whoever sends that row; a person who meets an error is shown it as the reference.
"""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

# Local variables hold tokens and what people wrote; a log is no place for them.
_WITHOUT_LOCALS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def configure(level: str = "INFO", as_json: bool | None = None) -> None:
    """Set up structlog and the standard library's logging alike; JSON unless standard error is a terminal."""
    as_json = not sys.stderr.isatty() if as_json is None else as_json
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[structlog.typing.Processor] = (
        [_WITHOUT_LOCALS, structlog.processors.JSONRenderer()]
        if as_json
        else [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # APScheduler logs every run of every job at INFO.
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


@contextmanager
def traced(trace: str | None = None) -> Iterator[str]:
    """Bind an id to the log context for the block: the one given, or a new short one."""
    trace = trace or secrets.token_hex(3)
    with structlog.contextvars.bound_contextvars(trace=trace):
        yield trace


def current_trace() -> str | None:
    """The id that is bound to this context, if one is."""
    trace = structlog.contextvars.get_contextvars().get("trace")
    return None if trace is None else str(trace)
