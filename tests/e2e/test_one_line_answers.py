"""Answers in one line: what people type is understood, or the reply says what was not, and gives the line back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.domain.enums import Change
from bot.store import schema
from tests.support.believable import fill
from tests.support.bot_process import Stage


def answers(stage: Stage) -> list[Change]:
    """The kinds of change of all answers on record."""
    return list(stage.read(lambda session: session.execute(select(schema.answer.c.change)).scalars()))


@pytest.mark.parametrize("line", ["acme nothing changed", "acme: nothing changed.", "acme changed: nothing changed"])
async def test_nothing_changed_is_an_answer(stage: Stage, line: str) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command(f"/answer {line}")
    await ines.click("answer.confirm")
    assert answers(stage) == [Change.NOTHING]


async def test_a_kind_of_change_is_a_label_and_a_day_may_be_written_in_figures(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/answer acme behaviour: plant two approves on the phone next: walk plant three by 31/12")
    assert "31 Dec 2026" in ines.text(ines.sees()[-1])
    await ines.click("answer.confirm")
    assert answers(stage) == [Change.BEHAVIOUR]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("acme next: walk plant three by 2026-01-31", "That day has passed"),
        ("acme next: walk plant three by 31/13", "I cannot read “31/13” as a day"),
        ("acme next: walk plant three by 3/4", "“3/4” can be two days"),
        ("acme changed: behaviour next: walk plant three", "Behaviour of what?"),
    ],
)
async def test_what_is_not_understood_is_said_and_the_line_comes_back(stage: Stage, line: str, sentence: str) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command(f"/answer {line}")
    said = ines.text(ines.sees()[-1])
    assert sentence in said and f"You wrote: /answer {line}" in said.replace("`", "")
    assert answers(stage) == []


async def test_a_bare_kind_of_change_asks_what_changed(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/answer acme behaviour")
    assert "Behaviour of what? Say in a few words what changed" in ines.text(ines.sees()[-1])
