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
    SET_BAND = "portfolio.band"
    DEFAULT_SERIES = "portfolio.series"
    UNDO_SERIES = "portfolio.series.undo"


class PortfolioCallback(StrEnum):
    """The `callback_id` of each modal."""

    PORTFOLIO_SETUP = "portfolio_setup"
    LOOP_CHANNELS = "loop_channels"
    CURRENCY_BAND = "currency_band"
    DEFAULT_SERIES = "default_series"
    SERIES_PREVIEW = "series_preview"
