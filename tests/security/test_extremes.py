"""No value stops the clock: the extremes of every type, in every field and in every stored column.

Somebody in one workspace writes them; then every job of the clock runs for two days, every message is composed and
rendered, and every view is shown, of this workspace and of its neighbour. All go on, and nothing has to be set aside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count, groupby
from typing import Any

import pytest
import structlog
from sqlalchemy import func, select

from bot.app.actor import UserError
from bot.store import ledger, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.security import extremes
from tests.security.extremes import Surroundings, changed, paths, stored
from tests.security.operations import Operation, operations
from tests.support.factory import add_workspace
from tests.support.two_workspaces import NOW, Filled, fill

OPERATIONS = list(operations())


def make_busy(around: Surroundings, filled: Filled) -> None:
    """Give a workspace something of every job: a risk to tell, a digest, a prompt and an old question that are due."""
    session, ids = around.session, filled.ids
    by = filled.admin.author
    due: dict[str, Any] = {"next_digest_at": NOW, "channel": f"C0{filled.workspace_id}"}
    ledger.change(session, by, Entity.PORTFOLIO, ids["portfolio"], NOW, **due)
    prompt: dict[str, Any] = {"remind_at": NOW, "closes_at": NOW + timedelta(hours=23)}
    ledger.change(session, by, Entity.PROMPT, ids["prompt"], NOW, **prompt)
    cadence: dict[str, Any] = {"next_prompt_at": NOW, "next_meeting_at": NOW + timedelta(hours=24)}
    ledger.change(session, by, Entity.CADENCE, ids["cadence"], NOW, **cadence)
    ledger.change(session, by, Entity.RISK, ids["risk"], NOW, remind_manager_at=NOW)


@pytest.fixture
def around(database: Database) -> Iterator[Surroundings]:
    other = add_workspace(database, "T2")
    with database.session() as session, structlog.testing.capture_logs():
        theirs, ours = fill(session, 1, "Zephyrine"), fill(session, other, "Quillon")
        made = Surroundings(session, theirs, ours)
        for filled in (theirs, ours):
            make_busy(made, filled)
        if not extremes.SHOWING:  # it is the same for every test of this process
            extremes.SHOWING[:] = [operation for operation in OPERATIONS if only_shows(made, operation)]
        yield made


def only_shows(around: Surroundings, operation: Operation) -> bool:
    """Whether an operation returns a view and leaves no history."""
    lines = select(func.count()).select_from(schema.history)
    before = around.session.execute(lines).scalar_one()
    with around.undone():
        view, _ = call(around, operation, arguments_of(around, operation))
        return type(view).__name__.endswith("View") and around.session.execute(lines).scalar_one() == before


def arguments_of(around: Surroundings, operation: Operation) -> dict[str, Any]:
    return operation.arguments(lambda _path, entity: around.theirs.ids[entity])


def call(around: Surroundings, operation: Operation, arguments: dict[str, Any]) -> tuple[object, str | None]:
    """What an operation returns, None if it refuses, and what it raises besides."""
    savepoint = around.session.begin_nested()
    try:
        result = operation.call(around.session, around.theirs.admin, **arguments)
    except UserError:
        savepoint.rollback()
        return None, None
    except Exception as error:  # noqa: BLE001 - it is what the test tells
        savepoint.rollback()
        return None, f"{type(error).__name__} {error}"[:200]
    savepoint.commit()
    return result, None


def neighbours_messages(around: Surroundings) -> set[tuple[str, str]]:
    """What arrives at the neighbours while nobody writes anything extreme."""
    with around.undone():
        assert list(around.failures()) == []
        return around.arrived()


def test_every_field_of_every_operation_takes_or_refuses_every_extreme(around: Surroundings) -> None:
    """All of a room's operations one after another, then the clock; what they refuse leaves the rows to the next."""
    expected = neighbours_messages(around)
    assert {kind for kind, _ in expected} >= {"digest", "prompt", "reminder", "risk"}
    wrong: list[str] = []
    submissions = (f"V9:{number}" for number in count())
    for room, in_room in groupby(OPERATIONS, lambda operation: operation.name.partition(".")[0]):
        with around.undone():
            for operation in in_room:
                arguments = arguments_of(around, operation)
                for path, values in paths(operation):
                    for value in values:
                        extreme = with_submission(changed(arguments, path, value), next(submissions))
                        _, raised = call(around, operation, extreme)
                        if raised:
                            wrong.append(f"{operation.name} {'.'.join(path)}={value!r:.40}: {raised}")
            wrong += [f"after {room}: {failure}" for failure in around.failures()]
            assert around.arrived() >= expected, room
    assert not wrong, "\n".join(wrong)


def with_submission(arguments: dict[str, Any], submission: str) -> dict[str, Any]:
    """The arguments as another submission: one that is known does nothing."""
    if "submission" in arguments:
        return {**arguments, "submission": submission}
    return {
        name: replace(value, submission=submission) if hasattr(value, "submission") else value
        for name, value in arguments.items()
    }


@pytest.mark.parametrize("which", [0, 1], ids=["least", "most"])
def test_no_row_of_an_earlier_release_stops_anything(around: Surroundings, which: int) -> None:
    expected = neighbours_messages(around)
    wrong: list[str] = []
    for entity in Entity:
        columns = [(column, stored(column)) for column in entity.table.c]
        with around.undone():
            for column, values in columns:
                if values:
                    around.put(entity, column, values[which])
            wrong += [f"{entity}: {failure}" for failure in around.failures()]
            assert around.arrived() >= expected, entity
    assert not wrong, "\n".join(wrong)
