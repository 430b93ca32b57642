"""Finds every operation of the features that takes ids from a person, and builds the arguments to call it with.

An operation is a public function of `bot.features` whose parameters begin with `session, actor`. Its ids are the
parameters, or fields of a command, that end in `_id` or `_ids` or stand in `ROWS`. What cannot be built is an error
that says which table here needs a line, so that no new operation goes unseen.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import bot.features
from bot.app.references import NewFile
from tests.support.two_workspaces import NOW, TODAY

ROWS = {
    "accepted_by": "person",
    "agreed_by": "person",
    "attested_by": "person",
    "baseline_agreed_by": "person",
    "by_person": "person",
    "closes_risk": "risk",
    "done_steps": "action",
    "file_id": "kept_file",
    "from_member_id": "member",
    "other_account_id": "account",
    "for_gap_id": "gap",
    "for_outcome_id": "outcome",
    "offered_steps": "action",
    "person_id": "person",
    "shown_by": "person",
    "shown_done": "action",
    "settled_gaps": "gap",
    "key": "portfolio",
    "owner_id": "member",
    "next_owner_id": "member",
    "owner_person_id": "person",
    "result_id": "renewal_result",
    "row_id": "person",
}
"""Which entity's row an id names, where its name is not the entity's with `_id` behind it."""

WORDS = {
    "arr": "48000",
    "because": "competitor",
    "call": "likely",
    "moved": "more_use",
    "notice_days": "30",
    "at": "10:00",
    "bands": "",
    "begins": "09:00",
    "channel": "C0SOMEWHERE",
    "crm_link": None,
    "currency": "EUR",
    "deputy_slack_id": None,
    "domain": None,
    "external_id": None,
    "ends": "17:00",
    "kind": "told",
    "manager": None,
    "money": "",
    "morning": "09:30",
    "name": "A name that is new",
    "owner_slack_id": None,
    "repeat": "weekly",
    "submission": "V9:forged",
    "time": "09:00",
    "to_slack_id": "U0OWN",
    "tz": "Europe/Berlin",
    "until": "hour",
    "verdict": "yes",
    "what": "left",
    "worth": "",
}
"""What is typed or chosen, by the name of the parameter; other texts are some words."""

NUMBERS = {
    "ahead": 7,
    "ends": 0,
    "act": 0,
    "count": 0,
    "days": 90,
    "first": 0,
    "last": 0,
    "lead_hours": 24,
    "money_minor": None,
    "page": 0,
    "other_seen": 0,
    "shown": 0,
    "skip": 0,
    "promised_minor": None,
    "shelf_life_days": 90,
    "weekday": 0,
}
"""Integers that name no row."""

DATES = {
    "until": TODAY + timedelta(days=7),
    "first_day": TODAY + timedelta(days=1),
    "contract_start": None,
    "due_on": None,
    "next_due": None,
    "renewal_date": None,
    "next_renewal": TODAY + timedelta(days=500),
    "last_day": TODAY,
    "accepted_on": None,
    "as_of": TODAY,
}
"""Days; others are today."""

NOT_IDS = {"slack_id", "deputy_slack_id", "external_id", "owner_slack_id", "to_slack_id"}
"""Slack's own ids: they are looked up within the workspace, and no row of ours is named by them."""


@dataclass(frozen=True)
class Operation:
    """A function with the paths of its ids, such as `account_id` or `new.outcome_id`, and the entities they name."""

    name: str
    call: Callable[..., Any]
    ids: Mapping[str, str]

    def arguments(self, rows: Callable[[str, str], int]) -> dict[str, Any]:
        """Values for all parameters but session and actor; `rows(path, entity)` is asked for each id."""
        hints = get_type_hints(self.call)
        names = list(inspect.signature(self.call).parameters)[2:]
        return {name: _value(self.name, name, name, hints[name], rows) for name in names}


def operations() -> Iterator[Operation]:
    """Every operation that takes an id, in the order of their names."""
    for module in pkgutil.walk_packages(bot.features.__path__, "bot.features."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            own = function.__module__ == module.name and not name.startswith("_")
            if own and list(inspect.signature(function).parameters)[:2] == ["session", "actor"]:
                full = f"{module.name.removeprefix('bot.features.')}.{name}"
                operation = Operation(full, function, _ids_of(full, function))
                if operation.ids:
                    yield operation


def _ids_of(name: str, function: Callable[..., Any]) -> dict[str, str]:
    """The entity of each id that a function takes, by the path of the id."""
    ids: dict[str, str] = {}

    def note(path: str, entity: str) -> int:
        ids[path] = entity
        return 0

    Operation(name, function, ids).arguments(note)
    return ids


def _value(operation: str, path: str, name: str, hint: Any, rows: Callable[[str, str], int]) -> Any:
    kinds = [kind for kind in _alternatives(hint) if kind is not type(None)]
    optional = len(kinds) < len(_alternatives(hint))
    kind = kinds[0]
    is_id = name not in NOT_IDS and (name in ROWS or name.endswith(("_id", "_ids")))
    if is_id:
        return _shaped(kind, rows(path, ROWS.get(name) or name.removesuffix("s").removesuffix("_id")))
    if kind is datetime:
        return NOW
    if kind is date:
        return DATES.get(name, TODAY)
    if kind is int:
        return _listed(operation, path, name, NUMBERS, "ROWS if it names a row, else to NUMBERS")
    if kind is str:
        return WORDS.get(name, None if optional else "some words")
    if kind is bool:
        return False
    if inspect.isclass(kind) and issubclass(kind, Enum):
        return next(iter(kind))
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if kind is bytes:
        return b"Name\nA name that is new\n"
    if get_origin(kind) is Mapping:
        return {}
    if kind is NewFile:
        return None  # a file that is kept already is named by its id
    if dataclasses.is_dataclass(kind) and inspect.isclass(kind):
        parts = get_type_hints(kind)
        names = [field.name for field in dataclasses.fields(kind)]
        return kind(**{part: _value(operation, f"{path}.{part}", part, parts[part], rows) for part in names})
    if get_origin(kind) in (tuple, Sequence):
        return ()
    if get_origin(kind) is Callable:
        return lambda *given: None
    if kind is frozenset or get_origin(kind) is frozenset:
        raise LookupError(_advice(operation, path, "ROWS"))
    return _listed(operation, path, name, {}, "_value, for its type")


def _alternatives(hint: Any) -> tuple[Any, ...]:
    """The types of a union, or the one type that there is."""
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _shaped(kind: Any, row_id: int) -> Any:
    """An id as its parameter takes it."""
    if get_origin(kind) is frozenset:
        return frozenset({row_id})
    return str(row_id) if kind is str else row_id


def _listed(operation: str, path: str, name: str, table: Mapping[str, Any], where: str) -> Any:
    if name not in table:
        raise LookupError(_advice(operation, path, where))
    return table[name]


def _advice(operation: str, path: str, where: str) -> str:
    return f"{operation}: nothing says what to pass as {path}. Add it in tests/security/operations.py to {where}."
