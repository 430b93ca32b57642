"""Whatever people send changes state once, however often it is delivered: every form, press and command of a day."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from bot.slack.ids import Action, Callback, Command
from bot.store import schema
from bot.store.schema import metadata
from tests.slack.bot_process import Stage, staged
from tests.slack.forms_story import Day, Send, live

OPENS_A_FORM = {
    Action.ANSWER,
    Action.NOTHING_CHANGED,
    Action.HAND_OVER,
    Action.EDIT_ANSWER,
    Action.ANSWER_LATE,
    Action.ANSWER_ACCOUNT,
    Action.EDIT_DRAFT,
    Action.ADD_EVIDENCE,
    Action.PROVE_GAP,
    Action.EVIDENCE_MENU,
    Action.ADD_OUTCOME,
    Action.ADD_PERSON,
    Action.ADD_OBSTACLE,
    Action.ADD_PROMISE,
    Action.FIRST_WIN,
    Action.SETTLE_PLAN,
    Action.PUSH_EVIDENCE,
    Action.ISOLATE_SHARE,
    Action.ACCEPT_PACKET,
    Action.ASSIGN_RISK,
    Action.SNOOZE_RISK,
    Action.CLOSE_RISK,
    Action.SETUP_PORTFOLIO,
    Action.SETUP_LOOPS,
    Action.JUDGE,
    Action.ANSWER_LOOP,
    Action.SET_THEME,
    Action.TELL_CUSTOMER,
}
SHOWS = {
    Action.OPEN_CARD,
    Action.CHOOSE_ACCOUNT,
    Action.SHOW_HISTORY,
    Action.SHOW_PORTFOLIO,
    Action.SHOW_PORTFOLIO_PAGE,
}
READS_ONLY = OPENS_A_FORM | SHOWS
"""Presses that change nothing of ours; every other one is pressed in the story."""

_OF_DELIVERY = {"channel_gate", "workspace_gate"}
_COUNTED = [table for table in metadata.sorted_tables if table.name not in _OF_DELIVERY]


@dataclass
class Standing:
    """What stands: rows by table, the lines of history, and the messages that people can see."""

    rows: dict[str, int]
    history: list[tuple[Any, ...]]
    messages: dict[str, int]


def standing(stage: Stage) -> Standing:
    lines = select(*(schema.history.c[name] for name in ("entity", "entity_id", "surface", "before", "after", "why")))

    def look(session: Session) -> tuple[dict[str, int], list[tuple[Any, ...]]]:
        def count(table: Table) -> int:
            return session.execute(select(func.count()).select_from(table)).scalar_one()

        history = [tuple(row) for row in session.execute(lines.order_by(schema.history.c.id))]
        return {table.name: count(table) for table in _COUNTED}, history

    rows, history = stage.read(look)
    channels = ("general", "cs-north", "product")
    messages = {name: len(stage.sandbox.messages(name)) for name in channels}
    people = {who: len(stage.person(who).dm()) for who in ("maya", "ines", "tom")}
    return Standing(rows, history, messages | people)


@dataclass
class Told:
    """The day as it was told once: what stood after each step."""

    steps: list[tuple[str, Standing]] = field(default_factory=list)


async def tell(directory: Path, migrated: Path, twice: Callable[[Stage], Any]) -> tuple[Told, Day]:
    """Live the day with every sending wrapped by `twice(stage)(send)`; what stood after each."""
    told = Told()
    async with staged(directory, database=migrated) as stage:
        wrapped = twice(stage)

        async def step(name: str, send: Send) -> None:
            await wrapped(send)
            await stage.settle()
            told.steps.append((name, standing(stage)))

        day = Day(stage, step)
        await live(day)
    return told, day


def plainly(stage: Stage) -> Callable[[Send], Any]:
    return lambda send: send()


def after(stage: Stage) -> Callable[[Send], Any]:
    async def send_twice(send: Send) -> None:
        stage.sandbox.duplicate_next()
        await send()

    return send_twice


def together(stage: Stage) -> Callable[[Send], Any]:
    async def send_twice(send: Send) -> None:
        stage.sandbox.duplicate_next(together=True)
        await send()

    return send_twice


@pytest.mark.parametrize("twice", [after, together])
async def test_a_day_of_doubled_deliveries_leaves_what_a_day_of_single_ones_does(
    twice: Callable[[Stage], Any], tmp_path: Path, migrated: Path
) -> None:
    once_in, twice_in = tmp_path / "once", tmp_path / "twice"
    once_in.mkdir()
    twice_in.mkdir()
    (once, day), (doubled, _) = await asyncio.gather(
        tell(once_in, migrated, plainly), tell(twice_in, migrated, twice)
    )
    for (name, alone), (same, both) in zip(once.steps, doubled.steps, strict=True):
        assert name == same
        assert both.rows == alone.rows, name
        assert both.messages == alone.messages, name
        assert len(both.history) == len(alone.history), name
    assert set(day.told) >= {*Callback, *(set(Action) - READS_ONLY), Command.ANSWER}
