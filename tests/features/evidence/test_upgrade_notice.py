"""Each manager hears once what the rule of witness makes of the evidence from before it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.features.evidence import upgrade_notice
from bot.features.evidence.views import EvidenceUpgradeView
from bot.store import schema
from bot.store.engine import Database
from bot.store.schema.outbox import outbox
from tests.support import factory
from tests.support.managing import MONDAY
from tests.support.world import World, build


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.begin() as session:
        yield session


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


def upgraded(session: Session, on: date) -> None:
    session.execute(update(schema.account).values(upgraded_on=on))


def told(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(select(outbox.c.key, outbox.c.channel).where(outbox.c.kind == "evidence_upgrade"))
    return [(row.key, row.channel) for row in rows]


def test_the_manager_is_told_once(session: Session, world: World) -> None:
    upgraded(session, MONDAY.date())
    assert upgrade_notice.tell_one_manager(session, MONDAY)
    assert not upgrade_notice.tell_one_manager(session, MONDAY)
    assert told(session) == [(f"evidence-upgrade:{world.portfolio_id}", world.manager.member.slack_id)]


def test_nobody_is_told_of_accounts_that_came_later_or_long_after(session: Session, world: World) -> None:
    assert not upgrade_notice.tell_one_manager(session, MONDAY)
    upgraded(session, MONDAY.date() - timedelta(days=31))
    assert not upgrade_notice.tell_one_manager(session, MONDAY)


def test_it_counts_what_nobody_could_check_and_says_until_when_links_count(session: Session, world: World) -> None:
    for value, key in (("9", None), ("8", "link:1"), ("7", "link:2")):
        factory.evidence(session, world.acme, world.hours, value, MONDAY, arrived_as=None, reference_key=key)
    upgraded(session, MONDAY.date())
    view = upgrade_notice.compose_upgrade(session, {"workspace_id": 1, "portfolio_id": world.portfolio_id}, MONDAY)
    assert isinstance(view, EvidenceUpgradeView)
    assert (view.without, view.linked, view.customers) == (1, 2, 1)
    assert (view.links_until, view.lenient_until) == (date(2026, 3, 16), date(2026, 5, 31))
