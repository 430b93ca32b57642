"""A team whose digest comes on Mondays, and the first three of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.features.portfolios import setup
from bot.features.portfolios.setup import PortfolioForm
from bot.store.engine import Database
from tests.support.managing import CHANNEL, Team

FRIDAY = datetime(2026, 2, 27, 10, tzinfo=UTC)
FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = datetime(2026, 3, 9, 9, tzinfo=UTC)
THIRD = datetime(2026, 3, 16, 9, tzinfo=UTC)


@pytest.fixture
def team(database: Database) -> Team:
    """A team whose digest comes on Mondays at nine in London, the first on 2 March."""
    team = Team(database)
    form = PortfolioForm("EMEA", CHANNEL, "U0PRIYA", 0, "09:00", "Europe/London", portfolio_id=team.portfolio_id)
    with team.session() as session:
        setup.set_up(session, team.as_(team.ada), form, FRIDAY)
    return team
