"""The naive design beside ours: one APScheduler job in an SQLAlchemyJobStore for each account.

A job does what its account needs and no more: a meeting, a prompt and a message, in a transaction of its own. Ours does
the same for all that is due, and writes the history of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from bot.store import schema
from bot.store.engine import Database
from tests.bench.claim import DUE, make_due, open_all
from tests.bench.filling import fill
from tests.bench.measuring import Spent, middle, spent
from tests.bench.processes import Program
from tests.bench.registry import Figure, Run, bounded, cheaper, compared

_NAIVE = "APScheduler with one SQLAlchemyJobStore job an account"
_SMALL = 1_000


def naive(run: Run) -> Iterable[Figure]:
    """500 due, start-up and memory by size, and what two replicas do."""
    large = run.size(10_000, 3_000)
    for dialect in ("sqlite", "postgresql"):
        ours, theirs = _filled(run, dialect, large), _filled(run, dialect, large)
        with _scheduler(run, theirs, large) as program:
            started = program.result()
            memory = program.memory().uss / 1e6
            ours_took, naive_took = _due(run, program, ours, large)
        against = f"{_NAIVE}; {DUE} due of {large:,}"
        yield cheaper(f"naive_500_{dialect}", ours_took.wall * 1e3, naive_took.wall * 1e3, "ms", against, least=8)
        yield cheaper(f"naive_500_cpu_{dialect}", ours_took.cpu * 1e3, naive_took.cpu * 1e3, "ms CPU", against)
        if dialect == "sqlite":
            yield from _growth(run, started, memory, large)
        else:
            yield _twice(run, ours, theirs, large)
        ours.dispose()
        theirs.dispose()


def _filled(run: Run, dialect: str, accounts: int) -> Database:
    database = run.fresh(dialect)
    fill(database, accounts, cadences=True)
    return database


def _scheduler(run: Run, database: Database, accounts: int, number: int = 0) -> Program:
    url = database.url.render_as_string(hide_password=False)
    arguments = ("-m", "tests.bench.naive_app", url, str(accounts))
    return Program(arguments, {}, "ready", run.directory / f"naive-{number}.log")


def _due(run: Run, program: Program, ours: Database, large: int) -> tuple[Spent, Spent]:
    took: list[Spent] = []
    theirs: list[Spent] = []
    for _ in range(run.size(5, 3)):
        program.ask(f"due {DUE}")
        found = program.ask(f"go {DUE}")
        assert len(found["ran"]) == DUE, len(found["ran"])
        theirs.append(Spent(found["seconds"], found["cpu"]))
        make_due(ours, large)
        took.append(spent(lambda: open_all(ours)))
    return middle(took), middle(theirs)


def _growth(run: Run, started: dict[str, float], memory: float, large: int) -> Iterable[Figure]:
    """What the naive start takes as accounts are added; ours is `start_flat`."""
    database = _filled(run, "sqlite", _SMALL)
    with _scheduler(run, database, _SMALL, 1) as program:
        small, held = program.result(), program.memory().uss / 1e6
    database.dispose()
    against = f"the same with {_SMALL:,} accounts; here with {large:,}"
    yield compared("naive_start", started["seconds"], small["seconds"], "s", f"naive design: {against}")
    yield compared("naive_start_cpu", started["cpu"], small["cpu"], "s CPU", f"naive design: {against}")
    yield compared("naive_memory", memory, held, "MB", f"naive design without any Slack: {against}")


def _twice(run: Run, ours: Database, theirs: Database, large: int) -> Figure:
    """Two replicas that look at the same moment: how many of 500 are done twice, here and in the naive design."""
    with _scheduler(run, theirs, large, 1) as one, _scheduler(run, theirs, large, 2) as two:
        one.ask(f"due {DUE}")
        with ThreadPoolExecutor(2) as both:
            found = list(both.map(lambda program: program.ask(f"go {DUE}")["ran"], (one, two)))
    doubled = len(set(found[0]) & set(found[1]))
    before = _prompts(ours)
    make_due(ours, large)
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda _: open_all(ours), range(2)))
    opened = _prompts(ours) - before
    against = f"{_NAIVE}: {doubled} of {DUE} ran twice; here {opened} of {DUE} prompts were opened"
    return bounded("naive_replicas", float(opened - DUE), "done twice", against, most=0)


def _prompts(database: Database) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(schema.prompt)).scalar_one()
