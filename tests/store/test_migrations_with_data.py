"""Whoever comes from an earlier revision keeps every row and value, and goes on working with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text

from bot.app.actor import Actor
from bot.app.message_kinds import composers
from bot.domain.enums import Change, ContractBasis
from bot.domain.proof.reference import link_key
from bot.features.accounts import card as account_card
from bot.features.meetings import answers
from bot.features.meetings import views as meeting_views
from bot.features.meetings.new_answer import NewAnswer
from bot.outbox.queue import claim
from bot.outbox.types import State
from bot.rooms import MESSAGE_KINDS, new_renderer
from bot.slack.edge import template_of
from bot.store import members, schema
from bot.store.admin import migrations
from bot.store.admin.table_copy import EVERYTHING
from bot.store.engine import Database
from bot.store.schema.outbox import outbox
from tests.support import old_databases
from tests.support.databases import Databases
from tests.support.first_release import MONDAY, ROWS

BEFORE_THE_MEETING = MONDAY + timedelta(days=1)


@pytest.fixture
def emptied(databases: Databases) -> Iterator[Database]:
    """A database without any table."""
    database = Database(databases.empty())
    yield database
    database.dispose()


@pytest.fixture
def old(revision: str, databases: Databases) -> Iterator[Database]:
    """A database at a revision, without rows."""
    database = Database(old_databases.url_at(databases, revision))
    yield database
    database.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("revision", old_databases.revisions())
def test_an_upgrade_from(revision: str, old: Database) -> None:
    before = old_databases.build(old, revision)
    assert migrations.current(old) == revision
    assert before.keys() >= ROWS.keys() and all(before.values())
    migrations.upgrade(old)
    every_row_and_value_is_still_there(before, old_databases.contents(old))
    the_tables_are_those_of_the_code(old)
    if revision < "0015":  # later ones say themselves what is a reference
        links_are_references_from_today(old)
    what_had_to_be_sent_is_sent(old)
    people_go_on_where_they_were(old)


def every_row_and_value_is_still_there(before: old_databases.Contents, after: old_databases.Contents) -> None:
    for table, rows in before.items():
        # What accounts said of ARR and renewal stands in for their contracts since 0026.
        added = after[table].keys() - rows.keys()
        assert rows.keys() <= after[table].keys() and (table == "contract" or not added), table
        assert {after[table][key]["basis"] for key in added} <= {ContractBasis.STAND_IN}
        for key, row in rows.items():
            kept = after[table][key]
            assert row.keys() <= kept.keys(), f"{table} lost a column"
            assert {name: kept[name] for name in row} == row, f"{table} {key}"


def the_tables_are_those_of_the_code(database: Database) -> None:
    assert migrations.current(database) == migrations.head()
    assert migrations.differences(database) == []
    with database.reading() as session:
        found = {table.name: session.execute(select(table)).all() for table in EVERYTHING}
    assert all(found[name] for name in ROWS)


def links_are_references_from_today(database: Database) -> None:
    with database.reading() as session:
        pieces = session.execute(select(schema.evidence.c.link, schema.evidence.c.reference_key)).all()
        assert all(key == (link_key(link) if link else None) for link, key in pieces)
        assert None not in session.execute(select(schema.account.c.upgraded_on)).scalars().all()


def what_had_to_be_sent_is_sent(database: Database) -> None:
    with database.begin() as session:
        [row] = session.execute(select(outbox).where(outbox.c.state == State.WAITING)).all()
        [view] = composers(MESSAGE_KINDS)[row.kind](session, [row.args | {"workspace_id": 1}], MONDAY)
        assert isinstance(view, meeting_views.PromptView)
        assert "Acme GmbH" in rendered(view)
        [first] = claim(session, BEFORE_THE_MEETING, limit=5, lease_seconds=30, owner="new").rows
        assert (first.key, first.in_doubt) == ("prompt:2@1", True)


def people_go_on_where_they_were(database: Database) -> None:
    with database.begin() as session:
        tom = members.by_slack_id(session, 1, "U0TOM")
        assert tom is not None
        actor = Actor(tom, "test")
        card = account_card.card(session, actor, 1, BEFORE_THE_MEETING)
        assert (card.account, card.owner, card.customer_owner) == ("Acme GmbH", "Tom Okafor", "Ana Ruiz")
        assert [line.value for line in card.proven] == ["7.25 days"]
        assert "Contracts signed within 5 days" in rendered(card)
        new = NewAnswer(1, "V9:answer", Change.BELIEF, meeting_id=1, what_changed="They trust it", unproven="The rest")
        assert answers.answer(session, actor, new, BEFORE_THE_MEETING).id == len(ROWS["answer"]) + 1
        shown = account_card.card(session, actor, 1, BEFORE_THE_MEETING)
        assert "The rest" in [gap.title for gap in shown.unproven]


def test_series_that_ran_twice_do_not_stand_in_the_way(emptied: Database) -> None:
    """Until 0005 two replicas could set a series of one kind at the same moment."""
    old_databases.build(emptied, "0004")
    twin: dict[str, Any] = {**ROWS["cadence"][0], "tz": "Europe/Berlin"}
    with emptied.begin() as session:
        session.execute(insert(schema.cadence).values(**twin))
    migrations.upgrade(emptied)
    table = schema.cadence
    with emptied.reading() as session:
        running = session.execute(select(table.c.tz).where(table.c.account_id == 1, table.c.active)).scalars().all()
        assert running == ["Europe/Berlin"]
        assert session.execute(select(func.count(table.c.id))).scalar_one() == len(ROWS["cadence"]) + 1


def test_an_upgrade_that_fails_half_way_changes_nothing(emptied: Database) -> None:
    before = old_databases.build(emptied, "0001")
    with emptied.begin() as session:
        session.execute(text("CREATE TABLE brief (account_id INTEGER PRIMARY KEY)"))
    with pytest.raises(Exception, match="brief"):
        migrations.upgrade(emptied)
    assert migrations.current(emptied) == "0001"
    after = old_databases.contents(emptied)
    assert after.pop("brief") == {}
    assert after == before


def rendered(view: object) -> str:
    """All that a person would read of it, as Slack's JSON."""
    name = template_of(view)
    message = new_renderer().message(name, view=view, place="message")
    return f"{message.text} {message.blocks}"
