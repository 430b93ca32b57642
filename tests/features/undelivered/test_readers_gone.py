"""A portfolio whose channel is archived and whose manager is gone: an admin hears what nobody else would."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.features.portfolios import digest
from bot.features.review import daily_review
from bot.store import schema
from bot.store.engine import Database
from tests.support.cast import ADA
from tests.support.managing import CHANNEL, MONDAY, Team

SOON = MONDAY + timedelta(days=3)


@pytest.fixture
def team(database: Database) -> Team:
    """A team whose channel is archived and whose manager has left; its digest is due."""
    team = Team(database)
    team.change("portfolio", team.portfolio_id, channel_lost_at=MONDAY, next_digest_at=MONDAY)
    team.change("member", team.priya.id, is_deactivated=True)
    return team


def test_the_digest_reaches_an_admin(team: Team) -> None:
    team.add_broken("Acme")
    with team.session() as session:
        assert digest.open_due_digest(session, MONDAY)
    assert {(message.kind, message.channel) for message in team.messages("digest")} == {("digest", ADA.slack_id)}


def test_an_unclaimed_risk_reaches_an_admin(team: Team) -> None:
    team.add_broken("Acme", renews_in=30)
    team.look()
    assert team.messages("risk")
    with team.session() as session:
        assert daily_review.remind_unclaimed(session, SOON)
    assert [message.channel for message in team.messages("unclaimed")] == [ADA.slack_id]


def test_a_risk_of_an_account_that_nobody_owns_reaches_an_admin(team: Team) -> None:
    team.add_broken("Acme", renews_in=30, owner_id=None)
    team.look()
    assert {message.channel for message in team.messages("risk")} == {ADA.slack_id}


def test_a_portfolio_that_names_no_reader_bothers_nobody(team: Team) -> None:
    before_the_other = MONDAY - timedelta(hours=1)
    quiet = team.add_portfolio("Quiet", None, None, next_digest_at=before_the_other)
    with team.session() as session:
        assert digest.open_due_digest(session, MONDAY)
    assert team.messages("digest", "digest-empty") == []
    team.add_broken("Acme", portfolio_id=quiet)
    team.change("portfolio", quiet, next_digest_at=before_the_other)
    with team.session() as session:
        assert digest.open_due_digest(session, MONDAY)
        assert list(session.execute(select(schema.digest.c.portfolio_id)).scalars()) == [quiet]
    assert team.messages("digest", "digest-empty") == []


def test_the_channel_comes_first_while_it_takes_messages(team: Team) -> None:
    team.change("portfolio", team.portfolio_id, channel_lost_at=None)
    team.add_broken("Acme")
    with team.session() as session:
        assert digest.open_due_digest(session, MONDAY)
    assert [message.channel for message in team.messages("digest")] == [CHANNEL]
