"""Structured logs: one line an event, on standard error, with one id from click to commit to send.

The id is called `trace`. It is bound to the context of a request, carried by the outbox row that the request put, and
bound again by whoever sends that row; a person who meets an error is shown it as the reference.

No line holds what people wrote, at no level: exceptions are written with their place but without their message, unless
the message can only be ours; libraries are heard from WARNING on, without the values in their sentences; and the
secrets that `configure` is given are blacked out wherever they stand.
"""

from __future__ import annotations

import copy
import logging
import os
import re
import secrets
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

import structlog
from structlog.typing import EventDict

_LIBRARIES_WITHOUT_VALUES = ("alembic", "apscheduler", "uvicorn")
"""Libraries whose lines name our jobs, revisions and addresses only."""

_A_VALUE_BEGINS = re.compile(r"[:=({\['\"<]")
_WITHHELD = "(withheld: it may hold what people wrote)"
_HIDDEN = "***"


def configure(level: str = "INFO", as_json: bool | None = None, secrets_: Iterable[str] = ()) -> None:
    """Set up structlog and the standard library's logging alike; JSON unless standard error is a terminal.

    `secrets_` are tokens and passwords; none of them is ever written.
    """
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
    last: list[structlog.typing.Processor] = [_exception_without_words, _Blackout(secrets_)]
    if as_json:
        last.append(structlog.processors.JSONRenderer())
    else:
        last.append(structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()))
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(lambda record: _is_ours(record) or record.levelno >= logging.WARNING)
    handler.setFormatter(
        _Formatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # APScheduler logs every run of every job at INFO.
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


def said(error: BaseException) -> str:
    """What an exception may say in a log: its type, and the code of a database, of Slack, of the system or of ours."""
    name = type(error).__qualname__
    words = _words(error)
    return f"{name}: {words}" if words else name


def trace_of(error: BaseException) -> str:
    """The traceback of an exception and of what led to it, with `said` in place of every message."""
    parts = []
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        parts += [trace_of(cause), "\nThat led to:\n\n"]
    if isinstance(error, BaseExceptionGroup):
        parts += [trace_of(inner) + "\n" for inner in error.exceptions]
    frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False)
    places = [f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}\n' for frame in frames]
    return "".join([*parts, *places, said(error)])


def _words(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno)
    code = getattr(error, "code", None)
    if isinstance(code, StrEnum):  # a refusal of ours
        return code.value
    original = getattr(error, "orig", None)
    if original is not None:  # of the database: its message quotes values of rows
        state = getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None)
        return f"{type(original).__qualname__} {state or ''}".strip()
    answer = getattr(getattr(error, "response", None), "data", None)
    if isinstance(answer, dict):  # of Slack: its message has the whole answer
        return str(answer.get("error", ""))[:60]
    return _WITHHELD if error.args and any(error.args) else ""


def _exception_without_words(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Processor: `exc_info` becomes `exception`, a traceback without the messages."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else None
    if given is True:
        error = sys.exc_info()[1]
    if error is not None:
        event["exception"] = trace_of(error)
    return event


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether a line is of structlog, or of a library that names no values of people."""
    return isinstance(record.msg, dict) or record.name.split(".")[0] in _LIBRARIES_WITHOUT_VALUES


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Ends the sentence of another library where its values begin."""

    def format(self, record: logging.LogRecord) -> str:
        if not _is_ours(record):
            record = copy.copy(record)
            record.msg, record.args = _A_VALUE_BEGINS.split(str(record.msg), maxsplit=1)[0].strip(), None
        return super().format(record)


class _Blackout:
    """Processor: blacks out secrets in every text of a line."""

    def __init__(self, secrets_: Iterable[str]) -> None:
        self._secrets = sorted((secret for secret in secrets_ if secret), key=len, reverse=True)

    def __call__(self, _logger: object, _name: str, event: EventDict) -> EventDict:
        return {name: self._clean(value) for name, value in event.items()}

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            for secret in self._secrets:
                value = value.replace(secret, _HIDDEN)
            return value
        return [self._clean(item) for item in value] if isinstance(value, list) else value


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
