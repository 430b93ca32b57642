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
    NEW_PORTFOLIO = "portfolio.new"
    OPEN_PORTFOLIO = "list.open"
    LIST_SHOW = "list.show"
    LIST_SORT = "list.sort"
    LIST_NEXT = "list.page"
    LIST_PREVIOUS = "list.page.previous"
    LIST_TABLE = "list.table"
    LIST_TABLE_NEXT = "list.table.next"
    LIST_TABLE_PREVIOUS = "list.table.previous"
    LIST_ROWS = "list.rows"
    LIST_EXPORT = "list.export"
    LIST_FILTER = "list.filter"
    LIST_ALL = "list.all"
    LIST_MORE = "list.more"
    LIST_OWNER = "list.owner"
    FIND_CUSTOMER = "list.find"


class PortfolioCallback(StrEnum):
    """The `callback_id` of each modal."""

    PORTFOLIO_SETUP = "portfolio_setup"
    LOOP_CHANNELS = "loop_channels"
    CURRENCY_BAND = "currency_band"
    DEFAULT_SERIES = "default_series"
    SERIES_PREVIEW = "series_preview"
    LIST_FILTER = "list_filter"
