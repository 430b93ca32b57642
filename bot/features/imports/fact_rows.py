"""Facts about accounts as a spreadsheet holds them: people, promises, outcomes. One row is one fact."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from bot.domain.enums import Direction, OutcomeKind, Part, PromiseState, weightiest_first
from bot.domain.proof.reference import is_openable, is_shortened
from bot.features.imports import colleagues, doubtful_days, fields, report_lines
from bot.features.imports.cells import word_key
from bot.features.imports.fields import FieldTable
from bot.features.imports.file_reader import Row
from bot.features.imports.remarks import Remark, Unreadable, note
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
_PARTS = {
    Part.ECONOMIC_BUYER: (
        "economic buyer", "decision maker", "economic decision maker", "budget holder", "budget owner", "buyer",
        "executive sponsor", "exec sponsor", "executive", "signatory", "approver",
    ),
    Part.CHAMPION: ("champion", "internal champion", "advocate", "coach", "sponsor", "project sponsor", "promoter"),
    Part.OUTCOME_OWNER: ("outcome owner", "business owner", "project owner", "process owner", "project manager"),
    Part.USER: (
        "user", "end user", "business user", "day to day user", "power user", "key user", "admin user", "daily user",
    ),
    Part.BLAMED: ("blamed", "the one who is blamed", "accountable"),
    Part.FINANCE: (
        "finance", "finance contact", "billing contact", "billing", "cfo", "accounts payable", "controller",
    ),
    Part.OTHER: (
        "other", "influencer", "evaluator", "blocker", "gatekeeper", "technical buyer", "technical contact",
        "primary contact", "procurement", "legal", "legal compliance", "admin", "administrator", "contact", "it",
    ),
}  # fmt: skip
_LONGEST_SHELF_LIFE = 3650
_MAIL = re.compile(r"[^\s<>()\"',;:@]+@[^\s<>()\"',;@]+\.[^\s<>()\"',;@]+")


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
    new fact that the file leaves out. `words` reads the text of the key column.
    """

    entity: Entity
    key: str
    table: FieldTable
    parts: Mapping[str, Part]
    read: Callable[[Reader, Row], dict[str, Any]]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    words: Callable[[Reader, Row], str] | None = None


def lines(reader: Reader, kind: FactKind) -> Iterator[FactLine | BadRow]:
    """Every row of the file, read; the same fact on a second row is a bad one."""
    line_by_fact: dict[tuple[str, str], int] = {}
    for row in reader.columns.rows:
        try:
            line = _line(reader, kind, row)
            fact = (line.account_id or line.account.casefold(), line.key.casefold())
            if fact in line_by_fact:
                twice = note(Remark.ALREADY_ON_LINE, line=line_by_fact[fact])
                raise BadCell(reader.columns.header(kind.key), line.key, twice)
            line_by_fact[fact] = row.line
            yield line
        except BadCell as bad:
            yield bad.row(row, report_lines.quoted(row))


def _line(reader: Reader, kind: FactKind, row: Row) -> FactLine:
    reader.must_fit(row)
    account_id, account = reader.account(row)
    key = kind.words(reader, row) if kind.words else reader.words(row, kind.key)
    if not key:
        raise BadCell(reader.columns.header(kind.key), "", note(Remark.EMPTY))
    values = {name: day for name in kind.table.days if (day := reader.day(row, name)) is not None}
    doubtful_days.count(reader, row, values)
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
    who = reader.person(row, name).who
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
    with reader.cell(row, "agreement_link") as link:
        if link and (not is_openable(link) or is_shortened(link)):
            raise Unreadable(Remark.LINK_UNREADABLE)
        if link:
            values["agreement_link"] = link
    return values


def _direction(numbers: Mapping[str, Decimal]) -> Direction:
    """Which way the metric must go when only its ends are given."""
    if "band_low" in numbers or "band_high" in numbers:
        return Direction.HOLD
    baseline, target = numbers.get("baseline"), numbers.get("target")
    if baseline is None or target is None or baseline == target:
        raise Unreadable(Remark.DIRECTION_MISSING)
    return Direction.UP if target > baseline else Direction.DOWN


def _whole_days(days: Decimal) -> int:
    if days != int(days) or not 1 <= days <= _LONGEST_SHELF_LIFE:
        raise Unreadable(Remark.DAYS_UNREADABLE, most=_LONGEST_SHELF_LIFE)
    return int(days)


def _chosen(text: str, words: Mapping[_E, tuple[str, ...]]) -> _E:
    meaning = _meaning(text, words)
    if meaning is None:
        raise Unreadable(Remark.WORD_UNKNOWN, words=[member.value for member in words])
    return meaning


def _meaning(text: str, words: Mapping[_E, tuple[str, ...]]) -> _E | None:
    word = word_key(text)
    return next((meaning for meaning, names in words.items() if word in names or word == word_key(meaning)), None)


def _person_of_customer(reader: Reader, row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {}
    with reader.cell(row, "part") as text:
        parts = [part for part_name in re.split(r"[;,|]", text) if (part := _meaning(part_name, _PARTS)) is not None]
        if parts:
            values["part"], *others = weightiest_first(parts)
            values["other_parts"] = tuple(others)
        elif text:
            reader.tally.add(Remark.PARTS_UNKNOWN, "part", text)
    if title := reader.words(row, "title"):
        values["title"] = title
    with reader.cell(row, "email") as text:
        match = _MAIL.search(text)
        if text and match is None:
            raise Unreadable(Remark.EMAIL_UNREADABLE)
        if match is not None:
            values["email"] = match[0].lower()
    return values


def _name_of_person(reader: Reader, row: Row) -> str:
    """The name, or first and last name; the email address of somebody without one."""
    name = reader.words(row, "name")
    if not name:
        name = " ".join(filter(None, (reader.words(row, "first_name"), reader.words(row, "last_name"))))
    return colleagues.in_order(name) or reader.words(row, "email").lower()


PROMISES = FactKind(
    Entity.PROMISE,
    "text",
    fields.PROMISES,
    parts={"promised_to": Part.OTHER},
    read=_promise,
)
OUTCOMES = FactKind(
    Entity.OUTCOME,
    "title",
    fields.OUTCOMES,
    parts={"owner_person_id": Part.OUTCOME_OWNER, "baseline_agreed_by": Part.OTHER},
    read=_outcome,
    defaults={"kind": OutcomeKind.STATEMENT},
)
PEOPLE = FactKind(
    Entity.PERSON,
    "name",
    fields.PEOPLE,
    parts={},
    read=_person_of_customer,
    defaults={"part": Part.OTHER},
    words=_name_of_person,
)
