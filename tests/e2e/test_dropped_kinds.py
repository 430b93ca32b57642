"""Files of all kinds, dropped into the bot's messages: told by their headers, taken for another by a button."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.domain.enums import ContractBasis
from bot.features.imports import dropped_files
from bot.store import schema
from sandbox.person import Person
from tests.e2e.test_dropped_files import BOOK, drop, read, told, words
from tests.support.bot_process import Stage

FILES = {
    "people": (
        b"Account,Full Name,Role,Email\nHarborline Freight,Ana Ruiz,Champion,ana@harborline.example\n",
        "person",
    ),
    "outcomes": (b"Account,Outcome,Metric,Baseline,Target\nHarborline Freight,Faster,days,9,4\n", "outcome"),
    "promises": (b"Account,Promise,Promised On\nHarborline Freight,Single sign-on,2026-01-31\n", "promise"),
    "contracts": (
        b"Account,Plan,Start,End,MRR,Currency,Notice Days\n"
        b"Harborline Freight,Gold,2026-01-01,2027-01-01,10000,EUR,60\n",
        "contract",
    ),
    "readings": (b"Account,Metric,Week,Value,Unit\nHarborline Freight,active users,2026-02-02,41,users\n", "reading"),
    "events": (b"Account,Event,Date,Subject\nHarborline Freight,sponsor left,2026-02-02,economic buyer\n", "event"),
}


def count(stage: Stage, table: str) -> int:
    """The rows of a table that stand; of contracts, those that are no stand-in for what an accounts file said."""
    rows = schema.metadata.tables[table]
    there = select(func.count()).select_from(rows).where(rows.c.taken_back_at.is_(None))
    if table == "contract":
        there = there.where(rows.c.basis != ContractBasis.STAND_IN)
    return stage.read(lambda session: session.execute(there).scalar_one())


async def imported(stage: Stage, content: bytes, name: str) -> Person:
    maya = await drop(stage, "maya", content, name)
    await maya.click("import.file")
    await stage.settle()
    return maya


@pytest.mark.parametrize("kind", FILES)
async def test_each_kind_is_told_by_its_headers_imported_and_undone(stages: Stage, kind: str) -> None:
    stage = stages
    await imported(stage, BOOK, "book.csv")
    content, table = FILES[kind]
    maya = await drop(stage, "maya", content, "export.csv")
    assert f"I take it for a file of {kind}." in read(maya) and "Harborline Freight ·" in read(maya)
    assert "1 added, 0 changed" in read(maya) and f"There was no import of {kind} before." in read(maya)
    await maya.click("import.file")
    await stage.settle()
    assert count(stage, table) == 1 and "was imported by @Maya Lindqvist. 1 added" in read(maya)
    await maya.click("import.undo")
    await stage.settle()
    assert count(stage, table) == 0 and "1 row taken back" in read(maya)


BOTH = (
    b"Account ID,Account Name,Contract Start,Contract End,ARR,Currency,Notice Days\n"
    b"1,Harborline Freight,2026-01-01,2027-01-01,120000,EUR,60\n"
)


async def test_where_two_kinds_fit_a_button_takes_it_for_the_other(stage: Stage) -> None:
    maya = await drop(stage, "maya", BOTH, "export.csv")
    preview = told(maya)[-1]
    assert "I take it for a file of contracts. No row of it can be taken." in read(maya)
    assert "is no account here; import the accounts first" in read(maya)
    await maya.click("import.kind.0")
    await stage.settle()
    assert len(told(maya)) == 1
    assert "I take it for a file of accounts. Check that it was read correctly." in read(maya)
    assert "This file: 1 account, 120,000 EUR ARR" in read(maya) and count(stage, "account") == 0
    await maya.click("import.file")
    await stage.settle()
    assert (count(stage, "account"), count(stage, "contract")) == (1, 0)
    await maya.click("import.kind.0", message=preview)
    assert "This file was imported already, by Maya Lindqvist" in words(maya, told(maya)[-1])


async def test_a_large_file_of_another_kind_waits_for_the_clock(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropped_files, "MOST_ROWS_AT_ONCE", 0)
    maya = await drop(stage, "maya", BOTH, "export.csv")
    assert "I take it for a file of contracts." in read(maya)
    await maya.click("import.kind.0")
    await stage.bot.drain()
    assert "is large. Its preview comes here in a minute." in read(maya)
    await stage.settle()
    assert "I take it for a file of accounts." in read(maya)
    await maya.click("import.file")
    await stage.settle()
    assert count(stage, "account") == 1


async def test_what_was_imported_is_shown(stage: Stage) -> None:
    await imported(stage, BOOK, "book.csv")
    for kind in ("contracts", "readings", "events"):
        maya = await imported(stage, FILES[kind][0], f"{kind}.csv")
    await maya.command("/proof harborline contracts")
    shown = words(maya, maya.sees("general")[-1])
    for part in (
        "Harborline Freight: 1 contract in force, 120,000 EUR a year.",
        "Gold: 1 Jan 2026 → 1 Jan 2027 · 120,000 EUR a year · new notice 60 days · not known whether it renews itself",
    ):
        assert part in shown
    await maya.command("/proof harborline signals")
    shown = words(maya, maya.sees("general")[-1])
    for part in (
        "1 metric and 1 event from outside. They are kept and count for nothing yet",
        "active users: 41 users week of 2 Feb 2026",
        "from file · 1 period kept",
        "2 Feb 2026 · sponsor left: economic buyer",
    ):
        assert part in shown
    await maya.command("/proof harborline history")
    assert "recorded 1 contract" in words(maya, maya.sees("general")[-1])
