"""Promises and outcomes as a spreadsheet of the sale holds them: one row is one fact about one account."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from bot.domain.enums import Direction, OutcomeKind, Part, PromiseState
from bot.features.imports import cells
from bot.features.imports.cells import Unreadable
from bot.features.imports.column_mapping import OUTCOME_FIELDS, PROMISE_FIELDS
from bot.features.imports.file_reader import Row
from bot.features.imports.report import BadRow
from bot.features.imports.row_reader import BadCell, Reader
from bot.store.entities import Entity

_E = TypeVar("_E", bound=StrEnum)

_STATES = {
    PromiseState.OPEN: ("open", "pending", "in progress", "made", "active"),
    PromiseState.KEPT: ("kept", "fulfilled", "done", "delivered", "complete", "completed", "closed"),
    PromiseState.RENEGOTIATED: ("renegotiated", "changed", "replaced"),
    PromiseState.BROKEN: ("broken", "missed", "not kept", "failed"),
}
_DIRECTIONS = {
    Direction.UP: ("up", "increase", "higher", "raise", "grow", "more"),
    Direction.DOWN: ("down", "decrease", "lower", "reduce", "less", "fewer"),
    Direction.HOLD: ("hold", "keep", "maintain", "within", "stay", "band"),
}
_LONGEST_SHELF_LIFE = 3650


@dataclass(frozen=True, slots=True)
class FactLine:
    """A row that can be taken. `people` names somebody at the customer for a column; `values` are the other columns."""

    line: int
    account_id: str | None
    account: str
    key: str
    values: Mapping[str, Any]
    people: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FactKind:
    """One kind of fact: its entity, the column that tells two of one account apart, and how its row is read.

    `parts` gives, for each column that names a person, the part of a person whom it adds; `defaults` are values of a
    new fact that the file leaves out.
    """

    entity: Entity
    key: str
    fields: Mapping[str, tuple[str, ...]]
    days: tuple[str, ...]
    figures: tuple[str, ...]
    money: str
    parts: Mapping[str, Part]
    read: Callable[[Reader, Row], dict[str, Any]]
    defaults: Mapping[str, Any] = field(default_factory=dict)


def lines(reader: Reader, kind: FactKind) -> Iterator[FactLine | BadRow]:
    """Every row of the file, read; the same fact on a second row is a bad one."""
    line_by_fact: dict[tuple[str, str], int] = {}
    for row in reader.columns.rows:
        try:
            line = _line(reader, kind, row)
            fact = (line.account_id or line.account.casefold(), line.key.casefold())
            if fact in line_by_fact:
                raise BadCell(reader.columns.header(kind.key), line.key, f"is on line {line_by_fact[fact]} already")
            line_by_fact[fact] = row.line
            yield line
        except BadCell as bad:
            yield bad.row(row.line)


def _line(reader: Reader, kind: FactKind, row: Row) -> FactLine:
    reader.must_fit(row)
    account_id, account = reader.columns.cell(row, "account_id") or None, reader.words(row, "account")
    if not account and not account_id:
        raise BadCell(reader.columns.header("account"), "", "is empty; say which account it is about")
    key = reader.words(row, kind.key)
    if not key:
        raise BadCell(reader.columns.header(kind.key), "", "is empty")
    values = {name: day for name in kind.days if (day := reader.day(row, name)) is not None}
    people = {column: _person(reader, row, column.removesuffix("_id")) for column in kind.parts}
    return FactLine(
        row.line,
        account_id,
        account,
        key,
        {**values, **kind.read(reader, row)},
        {column: name for column, name in people.items() if name},
    )


def _person(reader: Reader, row: Row, name: str) -> str | None:
    with reader.cell(row, name) as text:
        who = cells.who(text)
    return who.name if who else None


def _promise(reader: Reader, row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {}
    with reader.cell(row, "state") as text:
        if text:
            values["state"] = _chosen(text, _STATES)
    if by := reader.words(row, "promised_by"):
        values["promised_by"] = by
    return values


def _outcome(reader: Reader, row: Row) -> dict[str, Any]:
    """A row with a metric or a figure is numeric; one of words alone is a statement."""
    texts = {name: text for name in ("metric", "unit", "risk_if_never") if (text := reader.words(row, name))}
    numbers = {
        name: number
        for name in ("baseline", "target", "band_low", "band_high")
        if (number := reader.number(row, name)) is not None
    }
    values: dict[str, Any] = {**texts, **numbers}
    if "metric" in texts or numbers:
        values["kind"] = OutcomeKind.NUMERIC
        with reader.cell(row, "direction") as text:
            values["direction"] = _chosen(text, _DIRECTIONS) if text else _direction(numbers)
    days = reader.number(row, "shelf_life_days")
    if days is not None:
        with reader.cell(row, "shelf_life_days"):
            values["shelf_life_days"] = _whole_days(days)
    promised = reader.amount(row, "promised")
    if promised is not None:
        money = reader.money(row, "promised", promised)
        values["promised_minor"], values["currency"] = money.minor, money.currency
    return values


def _direction(numbers: Mapping[str, Decimal]) -> Direction:
    """Which way the metric must go when only its ends are given."""
    if "band_low" in numbers or "band_high" in numbers:
        return Direction.HOLD
    baseline, target = numbers.get("baseline"), numbers.get("target")
    if baseline is None or target is None or baseline == target:
        raise Unreadable("is empty, and baseline and target do not tell; write up, down or hold")
    return Direction.UP if target > baseline else Direction.DOWN


def _whole_days(days: Decimal) -> int:
    if days != int(days) or not 1 <= days <= _LONGEST_SHELF_LIFE:
        raise Unreadable(f"is no number of days between 1 and {_LONGEST_SHELF_LIFE}")
    return int(days)


def _chosen(text: str, words: Mapping[_E, tuple[str, ...]]) -> _E:
    word = " ".join(text.casefold().replace("_", " ").replace("-", " ").split())
    for meaning, names in words.items():
        if word in names:
            return meaning
    raise Unreadable(f"is none of {', '.join(words)}")


PROMISES = FactKind(
    Entity.PROMISE,
    "text",
    PROMISE_FIELDS,
    days=("promised_on", "due_on"),
    figures=(),
    money="",
    parts={"promised_to": Part.OTHER},
    read=_promise,
)
OUTCOMES = FactKind(
    Entity.OUTCOME,
    "title",
    OUTCOME_FIELDS,
    days=("baseline_on", "due_on"),
    figures=("baseline", "target", "band_low", "band_high", "promised"),
    money="promised",
    parts={"owner_person_id": Part.OUTCOME_OWNER, "baseline_agreed_by": Part.OTHER},
    read=_outcome,
    defaults={"kind": OutcomeKind.STATEMENT},
)
