"""The public holidays of the country that a time zone belongs to, by the `holidays` package."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from bot.domain.values.days import EARLIEST, LATEST

if TYPE_CHECKING:
    from holidays import HolidayBase


def name_of(on: date, tz: str) -> str | None:
    """The name of the public holiday on a day, in English where there is one; None on other days.

    None too for zones of no country (UTC), and for countries whose holidays are not known.
    """
    country = country_of(tz)
    return None if country is None else in_country(on, country)


def in_country(on: date, country: str) -> str | None:
    """The name of the public holiday that a country (ISO code) has on a day; None on other days."""
    names = _holidays(country, on.year) if EARLIEST <= on <= LATEST else None
    holiday = None if names is None else names.get(on)
    return None if holiday is None else str(holiday)


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """The countries whose holidays are known: their English names by ISO code, by name."""
    from holidays import list_supported_countries  # as below

    table = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    names = {row[0]: row[1] for row in rows}
    known = {code: names[code] for code in list_supported_countries(include_aliases=False) if code in names}
    return dict(sorted(known.items(), key=lambda country: country[1]))


def country_of(tz: str) -> str | None:
    """The country of a time zone as an ISO code: `DE` for `Europe/Berlin`."""
    return _countries().get(tz)


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> HolidayBase | None:
    import holidays  # one country is loaded at a time, and a bot without series that move needs none

    try:
        return holidays.country_holidays(country, years=year, language="en_US")
    except NotImplementedError:  # the library knows no holidays of this country
        return None
