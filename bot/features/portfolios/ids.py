"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class PortfolioActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    SHOW_PORTFOLIO = "portfolio.show"
    SHOW_PORTFOLIO_PAGE = "portfolio.page"
    SHOW_STAGES = "portfolio.stages"
    STALLED_PAGE = "portfolio.stalled"
    SHOW_RENEWALS = "renewal.list"
    RENEWALS_WINDOW = "renewal.window"
    SETUP_PORTFOLIO = "portfolio.setup"
    SETUP_LOOPS = "portfolio.loops"
    ADOPT_ACCOUNTS = "portfolio.adopt"


class PortfolioCallback(StrEnum):
    """The `callback_id` of each modal."""

    PORTFOLIO_SETUP = "portfolio_setup"
    LOOP_CHANNELS = "loop_channels"
