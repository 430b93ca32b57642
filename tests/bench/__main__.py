"""Runs the benchmarks: `python -m tests.bench [NAME …] [--quick]`; prints a table and leaves build/bench.json."""

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

from rich.console import Console
from rich.table import Table

from tests.bench.ack import ack
from tests.bench.card import card
from tests.bench.claim import claim
from tests.bench.deliver import deliver
from tests.bench.digest import digest
from tests.bench.naive import naive
from tests.bench.registry import Benchmark, Figure, Run
from tests.bench.start import start

BENCHMARKS: dict[str, Benchmark] = {
    "ack": ack,
    "card": card,
    "claim": claim,
    "digest": digest,
    "start": start,
    "deliver": deliver,
    "naive": naive,
}
RESULT = Path("build/bench.json")
_WIDE = 170


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmarks that are named, or all; the exit status is 1 when an aim does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHMARKS)}")
    parser.add_argument("--quick", action="store_true", help="smaller sizes: under two minutes in all")
    options = parser.parse_args(argv)
    if unknown := set(options.names) - BENCHMARKS.keys():
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    console = Console()
    if not console.is_terminal:
        console.width = _WIDE
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="proofline-bench-") as directory:
        run = Run(Path(directory), quick=options.quick)
        try:
            for name in options.names or BENCHMARKS:
                started = time.monotonic()
                found = list(BENCHMARKS[name](run))
                figures += found
                console.print(_table(name, found, time.monotonic() - started))
        finally:
            run.close()
    _keep(figures, whole=not options.names)
    return int(any(figure.holds is False for figure in figures))


def _table(name: str, figures: Sequence[Figure], seconds: float) -> Table:
    """One family's figures; the load of the machine stands in the title because it stands in the figures."""
    title = f"{name} ({seconds:.0f} s, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)"
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for header in ("figure", "value", "", "baseline", "ratio", "aim", "holds"):
        table.add_column(header, header_style="dim", justify="right" if header in ("value", "ratio") else "left")
    table.add_column("against", header_style="dim", style="dim", overflow="fold")
    marks = {None: "", True: "yes", False: "NO"}
    for one in figures:
        table.add_row(
            one.name,
            _number(one.value),
            one.unit,
            _number(one.baseline),
            "" if one.ratio is None else f"{one.ratio:.2f}",
            one.aim or "",
            marks[one.holds],
            one.against,
        )
    return table


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _keep(figures: Sequence[Figure], *, whole: bool) -> None:
    """Write the figures; those of benchmarks that did not run stay as they were."""
    kept = {} if whole or not RESULT.exists() else json.loads(RESULT.read_text("utf-8"))
    for figure in figures:
        values = asdict(figure)
        kept[values.pop("name")] = {name: value for name, value in values.items() if name != "against"}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
