"""Why something in portfolios cannot be done; `templates/portfolios/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class PortfolioRefusal(Refusal):
    """The codes with which a portfolio action is refused."""

    NONE_SET_UP = "portfolios.none_set_up"
    NAME_UNKNOWN = "portfolios.name_unknown"
    OWNS_NOTHING = "portfolios.owns_nothing"
    NAME_TAKEN = "portfolios.name_taken"
    NOT_AN_ADMIN = "portfolios.not_an_admin"
    CHANNEL_SHARED = "portfolios.channel_shared"
    GUESTS_NOT_ALLOWED = "portfolios.guests_not_allowed"
    TOO_MANY_GUESTS = "portfolios.too_many_guests"
    NAME_MISSING = "portfolios.name_missing"
    NAME_TOO_LONG = "portfolios.name_too_long"
    MANAGER_NOT_A_MEMBER = "portfolios.manager_not_a_member"
    NOBODY_TO_READ = "portfolios.nobody_to_read"
    WEEKDAY_MISSING = "portfolios.weekday_missing"
    TIME_UNREADABLE = "portfolios.time_unreadable"
    BANDS_UNREADABLE = "portfolios.bands_unreadable"
    BANDS_REVERSED = "portfolios.bands_reversed"
    LOADS_OF_ANOTHER_CURRENCY = "portfolios.loads_of_another_currency"
    ARR_LOADS_UNREADABLE = "portfolios.arr_loads_unreadable"
    NO_BANDS_YET = "portfolios.no_bands_yet"
    HAS_BAND = "portfolios.has_band"
    BAND_OF_ANOTHER_CURRENCY = "portfolios.band_of_another_currency"
    HOURS_TOO_SHORT = "portfolios.hours_too_short"
    NO_RHYTHM = "portfolios.no_rhythm"
    NOTHING_TO_TAKE_BACK = "portfolios.nothing_to_take_back"
    CHANGED_MEANWHILE = "portfolios.changed_meanwhile"
    LOADS_UNREADABLE = "portfolios.loads_unreadable"
