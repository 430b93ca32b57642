"""Forgetting a person, a colleague and a workspace: nothing of them stays in any row, and nothing else is touched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store import schema
from bot.store.admin import forget
from bot.store.admin.forget import FORGOTTEN, CannotForget
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.ledger import change
from tests.support.factory import add_workspace
from tests.support.refusals import says
from tests.support.two_workspaces import NOW, Filled, fill


@pytest.fixture
def both(database: Database) -> Iterator[tuple[Session, Filled, Filled]]:
    other = add_workspace(database, "T2")
    typed: tuple[tuple[Entity, dict[str, Any]], ...] = (
        (Entity.EVIDENCE, {"statement": "Ana Zéphyrine: “it works”, ana@example.com"}),
        (Entity.GAP, {"title": "Does Ana Zéphyrine sign?"}),
        (Entity.PERSON, {"email": "ana@example.com", "title": "CFO"}),
    )
    with database.begin() as session:
        ours, theirs = fill(session, 1, "Zéphyrine"), fill(session, other, "Quillon")
        # What people type names people, too, and history keeps both sides.
        for entity, values in typed:
            change(session, ours.admin.author, entity, ours.ids[entity.value], NOW, **values)
        yield session, ours, theirs


def everything(session: Session) -> str:
    """All rows of all tables as one text."""
    rows = [
        {name: str(value) if not isinstance(value, dict) else value for name, value in row._mapping.items()}
        for table in schema.metadata.sorted_tables
        for row in session.execute(select(table)).all()
    ]
    return json.dumps(rows, ensure_ascii=False)


def test_a_person_of_a_customer_is_in_no_row_any_more(both: tuple[Session, Filled, Filled]) -> None:
    session, ours, _ = both
    slug = session.execute(select(schema.account.c.slug).where(schema.account.c.id == ours.ids["account"])).scalar_one()
    assert "Ana Zéphyrine" in everything(session)
    changed = forget.forget(session, 1, forget.person_of(session, 1, slug, "ANA@example.com"))
    shown = everything(session)
    assert "Ana Zéphyrine" not in shown and "ana@example.com" not in shown
    assert f"U0PERSON{ours.ids['person']}" not in shown, "nor the id that they have in their own Slack"
    assert FORGOTTEN in shown and "Ana Quillon" in shown and "Zéphyrine Holding" in shown
    assert changed.rows["history"] >= 3 and changed.rows["evidence"] == changed.rows["gap"] == 1


def test_a_colleague_is_forgotten_once_they_have_left(both: tuple[Session, Filled, Filled]) -> None:
    session, ours, _ = both
    with pytest.raises(CannotForget, check=says("Deactivate them there first")):
        forget.colleague_of(session, 1, "Olga Zéphyrine")
    change(session, ours.admin.author, Entity.MEMBER, ours.admin.member.id, NOW, is_deactivated=True)
    forget.forget(session, 1, forget.colleague_of(session, 1, "Olga Zéphyrine"))
    shown = everything(session)
    assert "Olga Zéphyrine" not in shown and str(ours.admin.member.slack_id) not in shown
    assert "Olga Quillon" in shown and "Ana Zéphyrine" in shown


def test_a_workspace_goes_with_all_its_rows_and_the_other_stays(both: tuple[Session, Filled, Filled]) -> None:
    session, _, theirs = both
    before = {table.name: session.execute(select(table)).all() for table in schema.metadata.sorted_tables}
    deleted = forget.forget_workspace(session, theirs.workspace_id)
    assert "Quillon" not in everything(session) and "Zéphyrine" in everything(session)
    left = {table.name: session.execute(select(table)).all() for table in schema.metadata.sorted_tables}
    assert {name: len(rows) - len(left[name]) for name, rows in before.items() if rows != left[name]} == deleted


@pytest.mark.parametrize(
    ("account", "name", "sentence"),
    [("nowhere", "Ana", "There is no account"), ("", "Ana", "There is no account")],
)
def test_who_cannot_be_told_is_refused(
    both: tuple[Session, Filled, Filled], account: str, name: str, sentence: str
) -> None:
    session, _, _ = both
    with pytest.raises(CannotForget, check=says(sentence)):
        forget.person_of(session, 1, account, name)


def test_nobody_and_two_of_a_name_are_refused(both: tuple[Session, Filled, Filled]) -> None:
    session, _, _ = both
    with pytest.raises(CannotForget, check=says("nobody called Ana Quillon")):
        forget.colleague_of(session, 1, "Ana Quillon")
    session.execute(schema.member.insert(), [{"workspace_id": 1, "name": "Olga Zéphyrine"}])
    with pytest.raises(CannotForget, check=says("2 people are called")):
        forget.colleague_of(session, 1, "Olga Zéphyrine")


def test_a_short_name_is_taken_out_of_no_other_word(both: tuple[Session, Filled, Filled]) -> None:
    session, ours, _ = both
    by = ours.admin.author
    change(session, by, Entity.GAP, ours.ids["gap"], NOW, title="Also Al's: does Al sign Alpha? Al")
    change(session, by, Entity.MEMBER, ours.admin.member.id, NOW, name="Al", is_deactivated=True)
    forget.forget(session, 1, forget.colleague_of(session, 1, "Al"))
    title = session.execute(select(schema.gap.c.title).where(schema.gap.c.id == ours.ids["gap"])).scalar_one()
    assert title == f"Also {FORGOTTEN}'s: does {FORGOTTEN} sign Alpha? {FORGOTTEN}"
