"""What the command line shows: sentences, tables, and progress on long work when somebody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

_WIDE = 160

out = Console(soft_wrap=False, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


for _console in (out, err):
    if not _console.is_terminal:
        _console.width = _WIDE  # a file or a pipe has no edge to wrap at


def say(sentence: str) -> None:
    """One line on standard output, as it is."""
    out.print(Text(sentence), soft_wrap=True)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error for the length of the block, if that is a terminal; called with done and total."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def table(headers: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A table of plain text: nothing in a cell is markup."""
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for header in headers:
        grid.add_column(header, overflow="fold", header_style="dim")
    for row in rows:
        grid.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    out.print(grid)


def section(title: str, headers: tuple[str, ...], rows: Sequence[Sequence[object]], cut: int | None) -> None:
    """A titled table of at most `cut` rows, with a count of the rest; nothing without rows."""
    if not rows:
        return
    out.print(Text(title, style="bold"), soft_wrap=True)
    table(headers, rows[:cut])
    if cut is not None and len(rows) > cut:
        say(f"… and {len(rows) - cut:,} more; --all shows them.")
