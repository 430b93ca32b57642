"""Keeps one account that cannot be read from taking a whole view away: it is left out, and the view names it.

A view is read as if all were well, which costs nothing more. Only if that raises is it asked which accounts are at
fault, and the view is read again without them.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session

from bot.app.isolation import NOT_THE_UNITS_FAULT
from bot.log import current_trace
from bot.store import accounts

T = TypeVar("T")
LeftOut = Mapping[int, Exception]
"""Accounts that cannot be read, by id, each with what that raised."""

MOST = 1_000
"""More accounts than that are no accounts' fault."""
_BATCH = 500
_NAMED = 5

log = structlog.get_logger("views")


@dataclass(frozen=True, slots=True)
class Unread:
    """The accounts that a view leaves out: some names, how many more, and the reference that the log has too."""

    names: tuple[str, ...]
    more: int
    reference: str


class UnreadableError(Exception):
    """A view stumbles over these accounts, each with what that raised."""

    def __init__(self, at_fault: LeftOut) -> None:
        super().__init__(f"{len(at_fault)} accounts cannot be read")
        self.at_fault = at_fault


def without_unreadable(read: Callable[[LeftOut], T]) -> tuple[T, LeftOut]:
    """What `read` returns without the accounts over which it stumbles, and these.

    `read` leaves out those that it is given, and raises `UnreadableError` (`told_apart`) for others.
    """
    left_out: LeftOut = {}
    while True:
        try:
            return read(left_out), left_out
        except UnreadableError as error:
            if not error.at_fault.keys() - left_out.keys() or len(left_out) > MOST:
                raise
            left_out = {**left_out, **error.at_fault}


def told_apart(
    read: Callable[[], T], suspects: Callable[[], Sequence[int]], one_by_one: Callable[[Sequence[int]], object]
) -> T:
    """What `read` returns; if it raises, `UnreadableError` with those of the suspects that raise in `one_by_one`.

    Raises what `read` raised where none of them does, or where it is no account's fault.
    """
    return blaming(read, lambda: unreadable_among(suspects(), one_by_one))


def blaming(read: Callable[[], T], at_fault: Callable[[], LeftOut]) -> T:
    """The same where `at_fault` itself finds the accounts."""
    try:
        return read()
    except NOT_THE_UNITS_FAULT:
        raise
    except Exception as error:
        found = at_fault()
        if not found:
            raise
        raise UnreadableError(found) from error


def unreadable_among(account_ids: Sequence[int], read: Callable[[Sequence[int]], object]) -> dict[int, Exception]:
    """Those of these accounts with which `read` raises, each with what that raises; found by halving."""
    broken: dict[int, Exception] = {}
    for start in range(0, len(account_ids), _BATCH):
        broken |= _halved(account_ids[start : start + _BATCH], read)
    return broken


def unread(session: Session, workspace_id: int, left_out: LeftOut) -> Unread | None:
    """What a view says of the accounts that it leaves out, logged with what each raised; None where there are none."""
    if not left_out:
        return None
    reference = current_trace() or secrets.token_hex(3)
    for account_id, error in left_out.items():
        log.error("views.left_out", account=account_id, reference=reference, exc_info=error)
    names = sorted(accounts.names(session, workspace_id, sorted(left_out)[:_NAMED]).values())
    return Unread(tuple(names), len(left_out) - len(names), reference)


def _halved(account_ids: Sequence[int], read: Callable[[Sequence[int]], object]) -> dict[int, Exception]:
    try:
        read(account_ids)
    except NOT_THE_UNITS_FAULT:
        raise
    except Exception as error:  # noqa: BLE001 - the caller logs it with the account
        if len(account_ids) == 1:
            return {account_ids[0]: error}
        middle = len(account_ids) // 2
        return _halved(account_ids[:middle], read) | _halved(account_ids[middle:], read)
    return {}
