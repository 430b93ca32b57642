"""Runs the benchmarks: `python -m tests.bench [NAME …] [--quick]`; prints tables and leaves build/bench.json.

`--markdown` prints the table of build/bench.json instead, as docs/performance.md has it. The exit status is 1 only when
a benchmark crashes: what falls short of its aim is printed at the end, and stands in the file as `"holds": false`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.ack import ack
from tests.bench.card import card
from tests.bench.claim import claim
from tests.bench.deliver import deliver
from tests.bench.digest import digest
from tests.bench.home import home
from tests.bench.importing import importing
from tests.bench.naive import naive
from tests.bench.registry import Benchmark, Figure, Run
from tests.bench.start import start
from tests.bench.trips import trips
from tests.bench.workspaces import workspaces

BENCHMARKS: dict[str, Benchmark] = {
    "ack": ack,
    "card": card,
    "home": home,
    "trips": trips,
    "claim": claim,
    "start": start,
    "workspaces": workspaces,
    "naive": naive,
    "deliver": deliver,
    "digest": digest,
    "importing": importing,
}
RESULT = Path("build/bench.json")
BEGUN_WITHIN_SECONDS = 30 * 60
"""A benchmark that has not begun by then is left out, so that a run ends at some time; the longest come last."""
_WIDE = 170
_HEADERS = ("figure", "value", "", "baseline", "ratio", "aim", "holds", "against")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmarks that are named, or all, and keep what they found; the exit status is 1 when one crashed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHMARKS)}")
    parser.add_argument("--quick", action="store_true", help="smaller sizes: a few minutes in all")
    parser.add_argument("--markdown", action="store_true", help="print the table of the last run")
    options = parser.parse_args(argv)
    if unknown := set(options.names) - BENCHMARKS.keys():
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    if options.markdown:
        sys.stdout.write(markdown(json.loads(RESULT.read_text("utf-8"))))
        return 0
    console = Console()
    if not console.is_terminal:
        console.width = _WIDE
    names = options.names or list(BENCHMARKS)
    with tempfile.TemporaryDirectory(prefix="proofline-bench-") as directory:
        run = Run(Path(directory), quick=options.quick)
        try:
            figures, crashed = _run(run, names, console)
        finally:
            run.close()
    _keep(figures, whole=not options.names)
    short = [figure for figure in figures if figure.holds is False]
    console.print(_table("falls short of its aim" if short else "everything holds", short))
    return int(crashed)


def _run(run: Run, names: Sequence[str], console: Console) -> tuple[list[Figure], bool]:
    """What the benchmarks found, and whether one crashed; the others are run all the same."""
    figures: list[Figure] = []
    crashed, began = False, time.monotonic()
    for name in names:
        started = time.monotonic()
        if started - began > BEGUN_WITHIN_SECONDS:
            console.print(f"{name}: left out, because the run has taken {(started - began) / 60:.0f} minutes")
            continue
        measured: list[Figure] = []
        try:
            measured.extend(BENCHMARKS[name](run))
        except Exception:  # noqa: BLE001 - shown, and the exit status says it
            console.print_exception()
            crashed = True
        figures += measured
        load = f"{time.monotonic() - started:.0f} s, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        console.print(_table(f"{name} ({load})", measured))
    return figures, crashed


def _table(title: str, figures: Sequence[Figure]) -> Table:
    """Figures in rows; the load of the machine stands in the title because it stands in the figures."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for header in _HEADERS:
        right = header in ("value", "baseline", "ratio")
        table.add_column(header, header_style="dim", justify="right" if right else "left", overflow="fold")
    for figure in figures:
        table.add_row(*_cells(figure.name, asdict(figure)))
    return table


def markdown(kept: dict[str, dict[str, Any]]) -> str:
    """The figures of build/bench.json as a table in Markdown."""
    rows = [_HEADERS, ["---"] * len(_HEADERS), *(_cells(f"`{name}`", figure) for name, figure in kept.items())]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in rows)


def _cells(name: str, figure: dict[str, Any]) -> list[str]:
    ratio = "" if figure["ratio"] is None else f"{figure['ratio']:.2f}"
    holds = {None: "", True: "yes", False: "NO"}[figure["holds"]]
    numbers = _number(figure["value"]), figure["unit"], _number(figure["baseline"])
    return [name, *numbers, ratio, figure["aim"] or "", holds, figure["against"]]


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _keep(figures: Sequence[Figure], *, whole: bool) -> None:
    """Write the figures; those of benchmarks that did not run stay as they were."""
    kept = {} if whole or not RESULT.exists() else json.loads(RESULT.read_text("utf-8"))
    for figure in figures:
        values = asdict(figure)
        kept[values.pop("name")] = values
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
