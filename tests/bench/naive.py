"""The naive design beside ours: one APScheduler job in an SQLAlchemyJobStore for each account.

Only the clock is compared: the naive jobs do nothing, and ours finds what is due and moves each series on to its next
meeting, with the history of it, but opens no prompt. What opening prompts costs is in `claim`.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from bot.services import calendar, prompting
from bot.services.actor import bot_author
from bot.store import prompts, schema
from bot.store.engine import Database
from bot.store.ledger import Author
from bot.store.prompts import Cadence, Move
from tests.bench.claim import DUE, make_due, open_all
from tests.bench.filling import NOW, fill
from tests.bench.measuring import Spent, middle, spent
from tests.bench.processes import Program
from tests.bench.registry import Figure, Run, bounded, cheaper, compared

_NAIVE = "APScheduler with one SQLAlchemyJobStore job an account"
_SMALL = 1_000


def naive(run: Run) -> Iterable[Figure]:
    """500 due, start-up and memory by size, and what two replicas do."""
    large = run.size(10_000, 3_000)
    for dialect in ("sqlite", "postgresql"):
        ours, theirs = run.fresh(dialect), run.fresh(dialect)
        fill(ours, large, cadences=True)
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


def _scheduler(run: Run, database: Database, accounts: int, number: int = 0) -> Program:
    url = database.url.render_as_string(hide_password=False)
    return Program(
        ("-m", "tests.bench.naive_app", url, str(accounts)), {}, "ready", run.directory / f"naive-{number}.log"
    )


def _due(run: Run, program: Program, ours: Database, large: int) -> tuple[Spent, Spent]:
    took: list[Spent] = []
    theirs: list[Spent] = []
    for _ in range(run.size(5, 3)):
        program.ask(f"due {DUE}")
        found = program.ask(f"go {DUE}")
        assert len(found["ran"]) == DUE, len(found["ran"])
        theirs.append(Spent(found["seconds"], found["cpu"]))
        make_due(ours, large)
        took.append(spent(lambda: _move_on(ours)))
    return middle(took), middle(theirs)


def _move_on(database: Database) -> None:
    """Find what is due and move it on, in transactions of the size that the bot's are."""
    author = bot_author(1)
    while True:
        with database.begin() as session:
            due = prompts.due_cadences(session, NOW, prompting.BATCH)
            prompts.advance(session, [_move(cadence, author) for cadence in due], NOW)
        if not due:
            return


def _move(cadence: Cadence, author: Author) -> Move:
    assert cadence.next_meeting_at is not None
    starts_at = cadence.next_meeting_at
    upcoming = calendar.next_occurrence(cadence.rrule, cadence.local_start, cadence.tz, starts_at)
    return Move(cadence, author, starts_at, prompting.schedule(cadence, upcoming, cadence.tz))


def _growth(run: Run, started: dict[str, float], memory: float, large: int) -> Iterable[Figure]:
    """What the naive start takes as accounts are added; ours is `start_flat`."""
    with _scheduler(run, run.sqlite(), _SMALL, 1) as program:
        small, held = program.result(), program.memory().uss / 1e6
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
    with ours.reading() as session:
        before = session.execute(select(func.count()).select_from(schema.prompt)).scalar_one()
    make_due(ours, large)
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda _: open_all(ours), range(2)))
    with ours.reading() as session:
        opened = session.execute(select(func.count()).select_from(schema.prompt)).scalar_one() - before
    against = f"{_NAIVE}: {doubled} of {DUE} ran twice; here {opened} of {DUE} prompts were opened"
    return bounded("naive_replicas", float(opened - DUE), "done twice", against, most=0)
