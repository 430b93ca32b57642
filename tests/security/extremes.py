"""The extremes of every type, where they can be put, and what must go on whatever stands there."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, get_type_hints

from sqlalchemy import Column, select, update
from sqlalchemy.orm import Session

from bot.app.actor import UserError
from bot.app.message_kinds import composers
from bot.features.accounts import card
from bot.features.home import home
from bot.features.portfolios import overview
from bot.outbox.types import Moot
from bot.resources import TEMPLATES
from bot.rooms import JOBS, MESSAGE_KINDS
from bot.slack.edge import template_of
from bot.store import ledger, schema
from bot.store.entities import Entity
from bot.store.schema.outbox import outbox
from bot.store.types import Clean, Exact, UtcDateTime, storable
from tests.security.operations import NOT_IDS, ROWS, Operation
from tests.support.reading_aloud import RENDERER
from tests.support.two_workspaces import NOW, Filled

DAYS = [date.min, date(1949, 12, 31), date(2199, 12, 31), date.max]
MOMENTS = [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
INTEGERS = [-(2**63), 2**31, 2**63 - 1]
NUMBERS = [Decimal("-1e40"), Decimal("1e60")]
TEXTS = [
    "",
    "a\x00b\ud800c\ufffe \u202eevil\u202c שלום \u2066מרחב" + "👩\u200d👩\u200d👧\u200d👦" * 40,
    "x" * 10_000,
    "9" * 10_000,
    "9,223,372,036,854,775,808 $$$",
    "9999-12-31",
]
SLACK_IDS = ["", "U0NOBODY", "C0NOWHERE"]
IDS = [0, 2**63 - 1]
_CHOSEN = {"channel", "product", "go_to_market", "manager", "submission"}
"""Slack's own ids, chosen from a list of Slack's, and the id of a submission, which nobody types."""

Path = tuple[str, ...]


def paths(operation: Operation) -> Iterator[tuple[Path, list[Any]]]:
    """Where an operation takes a value from outside, and the extremes of its type."""
    hints = get_type_hints(operation.call)
    for name in list(inspect.signature(operation.call).parameters)[2:]:
        if dataclasses.is_dataclass(hints[name]) and inspect.isclass(hints[name]):
            parts = get_type_hints(hints[name])
            yield from (((name, part), extremes) for part in parts if (extremes := _extremes(part, parts[part])))
        elif name != "now" and (extremes := _extremes(name, hints[name])):
            yield (name,), extremes


def _extremes(name: str, hint: Any) -> list[Any]:
    written = str(hint)
    is_id = name not in NOT_IDS and (name in ROWS or name.endswith("_id"))
    if name in NOT_IDS or name in _CHOSEN:
        return [] if name == "submission" else SLACK_IDS
    if "date" in written and "datetime.datetime" not in written:
        return DAYS
    if is_id and "frozenset" not in written and not name.endswith("_ids"):
        return [str(row_id) for row_id in IDS] if "str" in written else list(IDS)
    if "<class 'int'>" in written or re.fullmatch(r"int( \| None)?", written):
        return INTEGERS
    is_text = "<class 'str'>" in written or re.fullmatch(r"str( \| None)?", written)
    return [storable(text) for text in TEXTS] if is_text else []


def changed(arguments: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """The arguments with one value replaced, deep in a command if that is where it is."""
    if len(path) == 1:
        return {**arguments, path[0]: value}
    return {**arguments, path[0]: dataclasses.replace(arguments[path[0]], **{path[1]: value})}


def stored(column: Column[Any]) -> list[Any]:
    """The extremes that a column may hold from an earlier release; none for keys and enums."""
    kind = column.type
    if column.primary_key or column.foreign_keys or column.name in _LOOSE:
        return []
    if isinstance(kind, UtcDateTime):
        return [MOMENTS[0], MOMENTS[1]]
    if isinstance(kind, Exact):
        return NUMBERS
    if isinstance(kind, Clean):
        return [TEXTS[1], TEXTS[2]]
    if kind.python_type is date:
        return [date.min, date.max]
    if kind.python_type is int and not isinstance(kind.python_type, bool) and column.name not in _SMALL:
        return [-(2**63), 2**63 - 1] if column.name.endswith("minor") else [-(2**31), 2**31 - 1]
    return {"tz": ["Mars/Olympus", ""], "currency": ["$$$", ""], "band_currency": ["$$$", ""]}.get(column.name, [])


# What was taken back is named by nothing: `bot/features/imports/undo_checks.py` sees to it. `merged_into` is a key too:
# only `bot/store/merges.py` writes it, and always the id of an account that stays.
_LOOSE = {
    "superseded_by", "accepted_by", "outcome_id", "packet_accepted_by", "disputed_by", "gap_id", "answer_id",
    "taken_back_at", "merged_into",
}  # fmt: skip
_SMALL = {"severity", "digest_weekday"}


@dataclass
class Surroundings:
    """Two workspaces in one session: somebody in `theirs` writes extremes, and everybody's messages must come."""

    session: Session
    theirs: Filled
    ours: Filled

    def __post_init__(self) -> None:
        self.renderer = RENDERER
        self.compose = composers(MESSAGE_KINDS)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What the block writes is not kept."""
        savepoint = self.session.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()

    def put(self, entity: Entity, column: Column[Any], value: Any) -> None:
        """Write a value into the row that an earlier release may have left, and have its account looked at."""
        row_id = self.theirs.ids[entity.value]
        self.session.execute(update(entity.table).where(entity.table.c.id == row_id).values({column.name: value}))
        ledger.touch(self.session, [self.theirs.ids["account"]], NOW)

    def failures(self) -> Iterator[str]:
        """Run the clock for two days and everything that shows something; yields what does not go on."""
        for now in (NOW, NOW + timedelta(days=1)):
            for job in JOBS:
                yield from self._run(job.name, job.do_one, now)
        yield from (f"set aside: {row}" for row in self.session.execute(_SET_ASIDE))
        yield from self._messages()
        yield from self._views(self.ours, ())
        if self.session.get_bind().dialect.name == "sqlite":  # what a view makes of a value is the same on both
            yield from self._views(self.theirs, SHOWING)

    def arrived(self) -> set[tuple[str, str]]:
        """Kind and channel of what was put for the neighbours."""
        query = select(outbox.c.kind, outbox.c.channel).where(outbox.c.workspace_id == self.ours.workspace_id)
        return {(row.kind, row.channel) for row in self.session.execute(query)}

    def _run(self, name: str, do_one: Callable[[Session, datetime], bool], now: datetime) -> Iterator[str]:
        for _ in range(30):
            savepoint = self.session.begin_nested()
            try:
                done = do_one(self.session, now)
            except Exception as error:  # noqa: BLE001 - it is what the test tells
                savepoint.rollback()
                yield f"{name}: {_said(error)}"
                return
            savepoint.commit()
            if not done:
                return
        yield f"{name}: never comes to an end"

    def _messages(self) -> Iterator[str]:
        for row in self.session.execute(select(outbox)).mappings().all():
            try:
                args = [row["args"] | {"workspace_id": row["workspace_id"]}]
                [view] = self.compose[row["kind"]](self.session, args, NOW + timedelta(days=1))
                if not isinstance(view, Moot):
                    self.show(view)
            except Exception as error:  # noqa: BLE001 - it is what the test tells
                yield f"message {row['key']}: {_said(error)}"

    def _views(self, filled: Filled, operations: Sequence[Operation]) -> Iterator[str]:
        account_id, portfolio_id = filled.ids["account"], filled.ids["portfolio"]
        shown: dict[str, Callable[[], object]] = {
            "home": lambda: home.home(self.session, filled.admin, NOW),
            "card": lambda: card.card(self.session, filled.admin, account_id, NOW),
            "portfolio": lambda: overview.portfolio_view(self.session, filled.admin, NOW, portfolio_id=portfolio_id),
        }
        for operation in operations:
            arguments = operation.arguments(lambda _path, entity: filled.ids[entity])
            shown[operation.name] = partial(operation.call, self.session, filled.admin, **arguments)
        for name, make in shown.items():
            try:
                self.show(make())
            except UserError:
                continue
            except Exception as error:  # noqa: BLE001 - it is what the test tells
                yield f"{name} of {filled.names[0]}: {_said(error)}"

    def show(self, view: object) -> None:
        """Render a view as Slack would be sent it."""
        if not type(view).__name__.endswith("View") or not (TEMPLATES / template_of(view)).exists():
            return
        template = template_of(view)
        root = re.search(r"<(message|modal|home)\b", (TEMPLATES / template).read_text("utf-8"))
        render = getattr(self.renderer, root[1] if root else "message")
        render(template, view=view, place="message")


SHOWING: list[Operation] = []
"""The operations that only show something; the test that finds them fills this."""
_SET_ASIDE = select(schema.set_aside.c.job, schema.set_aside.c.kind, schema.set_aside.c.unit_id)


def _said(error: Exception) -> str:
    return f"{type(error).__name__} {str(error).splitlines()[0] if str(error) else ''}"[:300]
