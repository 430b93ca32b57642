"""What a benchmark finds, and the list of those that there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.store.admin.migrations import upgrade
from bot.store.engine import Database
from tests.support.databases import Postgres, one_message_each


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. `against` says in one line what the baseline is; `holds` is None where no aim is set."""

    name: str
    value: float
    unit: str
    against: str
    baseline: float | None = None
    ratio: float | None = None
    aim: str | None = None
    holds: bool | None = None


def compared(name: str, value: float, baseline: float, unit: str, against: str, *, most: float | None = None) -> Figure:
    """A figure beside its baseline; the aim is a ratio of at most `most`."""
    ratio = value / baseline
    aim = None if most is None else f"≤ {most:g}×"
    return Figure(name, value, unit, against, baseline, ratio, aim, None if most is None else ratio <= most)


def at_least(
    name: str, value: float, baseline: float, unit: str, against: str, *, least: float | None = None
) -> Figure:
    """A figure beside its baseline, where more is better; the aim is a ratio of at least `least`."""
    ratio = value / baseline
    aim = None if least is None else f"≥ {least:g}×"
    return Figure(name, value, unit, against, baseline, ratio, aim, None if least is None else ratio >= least)


def cheaper(name: str, value: float, baseline: float, unit: str, against: str, *, least: float | None = None) -> Figure:
    """A figure and how many times as much the baseline takes; the aim is a ratio of at least `least`."""
    ratio = baseline / value
    aim = None if least is None else f"≥ {least:g}× cheaper"
    return Figure(name, value, unit, against, baseline, ratio, aim, None if least is None else ratio >= least)


def bounded(name: str, value: float, unit: str, against: str, *, most: float | None = None) -> Figure:
    """A figure that stands alone; the aim is a value of at most `most`."""
    aim = None if most is None else f"≤ {most:g} {unit}"
    return Figure(name, value, unit, against, aim=aim, holds=None if most is None else value <= most)


class Run:
    """One run: how large (`quick` is a tenth or less), a directory that goes away with it, and fresh databases."""

    def __init__(self, directory: Path, *, quick: bool) -> None:
        self.directory = directory
        self.quick = quick
        self._postgres: Postgres | None = None
        self._made = 0

    def size(self, full: int, quick: int) -> int:
        """The one of two sizes that this run takes."""
        return quick if self.quick else full

    def sqlite(self) -> Database:
        """A fresh migrated SQLite database."""
        self._made += 1
        database = Database(f"sqlite:///{self.directory / f'{self._made}.sqlite3'}")
        upgrade(database)
        one_message_each(database)
        return database

    def postgresql(self) -> Database:
        """A fresh migrated database on an embedded PostgreSQL that does not wait for its disk."""
        if self._postgres is None:
            self._postgres = Postgres()
        return Database(self._postgres.url(self._postgres.create()))

    def fresh(self, dialect: str) -> Database:
        """A fresh migrated database of a dialect."""
        return self.sqlite() if dialect == "sqlite" else self.postgresql()

    def close(self) -> None:
        """Stop what was started."""
        if self._postgres is not None:
            self._postgres.stop()


Benchmark = Callable[[Run], Iterable[Figure]]
