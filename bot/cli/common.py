"""What the commands share: the settings, the database for one command, and the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.cli.errors import Stop

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store.engine import Database


def read_settings() -> Settings:
    """The settings of this process."""
    from bot import settings

    return settings.load()


@contextmanager
def database(*, ready: bool = False, create: bool = False) -> Iterator[Database]:
    """The database of the settings for one command; raises `Stop` if it must be `ready` and is of an older version.

    With `create`, a database that has no tables yet is given them.
    """
    from bot.store.admin import migrations

    settings = read_settings()
    source = open_database(settings.database_url, settings.listen_url)
    try:
        if create and migrations.current(source) is None:
            migrations.upgrade(source)
        if (ready or create) and migrations.needs_upgrade(source):
            raise Stop("The database is not at this version's schema. Run `python -m bot migrate` first.")
        yield source
    finally:
        source.dispose()


def open_database(url: str, listen_url: str = "") -> Database:
    """The database of this address; raises `Stop` if it is none that we can use."""
    from sqlalchemy.exc import ArgumentError

    from bot.store.engine import Database

    try:
        return Database(url, listen_url=listen_url)
    except (ArgumentError, ImportError) as error:  # no URL at all, or one of a database that we do not use
        raise Stop(
            "That is no database address. Write sqlite:///FILE or postgresql://user:password@host/name."
        ) from error


def now() -> datetime:
    """The machine's own time: commands are typed by people."""
    return datetime.now(UTC)
