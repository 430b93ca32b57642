"""Replicas that remind and close at the same time; in `make chaos` all of them waited for the same prompt."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.features.meetings import prompts
from bot.features.meetings import queries as meeting_queries
from bot.outbox import lookup
from bot.store import members, schema
from bot.store.engine import Database
from tests.support.world import MONDAY, build

LATER = MONDAY + timedelta(days=9)


def test_two_replicas_never_take_the_same_prompt_in_hand(database: Database) -> None:
    with database.begin() as session:
        build(session)
    asked = MONDAY + timedelta(days=1, hours=1)
    with database.begin() as session:
        assert prompts.open_due_prompts(session, asked)
    if database.dialect == "sqlite":  # its writers take turns, so the second sees what the first has done
        with database.begin() as session:
            assert prompts.close_silent(session, LATER)
        with database.begin() as session:
            assert not prompts.close_silent(session, LATER)
        return
    with database.session() as first, database.session() as second:
        held = meeting_queries.next_to_close(first, prompts.CLOSING, LATER)
        assert held is not None
        assert meeting_queries.next_to_close(second, prompts.CLOSING, LATER) is None
        assert meeting_queries.next_to_remind(second, prompts.REMINDING, LATER) is None
        first.rollback()
        assert meeting_queries.next_to_close(second, prompts.CLOSING, LATER) == held


def test_the_messages_of_a_prompt_are_found_among_others(database: Database) -> None:
    with database.begin() as session:
        build(session)
    with database.begin() as session:
        assert prompts.open_due_prompts(session, MONDAY + timedelta(days=1, hours=1))
        prompt_id = session.execute(select(schema.prompt.c.id)).scalar_one()
        again = f"prompt:{prompt_id}:again:20260303T1200"
        maya, tom = (members.by_slack_id(session, 1, slack_id) for slack_id in ("U0MAYA", "U0TOM"))
        assert maya is not None and tom is not None
        prompts.send_prompt(session, 1, prompt_id, maya, key=again, due_at=MONDAY + timedelta(days=1, hours=3))
        prompts.send_prompt(
            session, 1, prompt_id, tom, key=f"prompt:{prompt_id}0", due_at=MONDAY + timedelta(days=1, hours=3)
        )
        found = lookup.posts_of(session, 1, f"prompt:{prompt_id}")
    assert found == [(f"prompt:{prompt_id}", "U0MAYA"), (again, "U0MAYA")]
