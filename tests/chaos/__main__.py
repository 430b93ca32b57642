"""`python -m tests.chaos`: run on all databases at once, print what came of it and leave it in build/chaos.json."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.chaos.arena import MUST_BE_ZERO, failed, too_little
from tests.chaos.options import REPORT, ROOT, Options, from_environment

SHOWN = (
    *("database", "replicas", "seed", "minutes", "kills", "faults", "messages", "lost", "doubled", "out_of_order"),
    *("longest_delay_s", "updates", "stale", "answers", "answers_lost", "answers_doubled", "too_fast", "retracted"),
)


def main() -> int:
    """Run it all; 0 if nothing was lost or doubled anywhere, 1 otherwise."""
    options = from_environment()
    reports = _run(options)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(reports, indent=1) + "\n")
    _show(reports)
    missing = len(reports) < len(options.databases)
    return 1 if missing or any(failed(report) for report in reports) else 0


def _run(options: Options) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as directory:
        files = {name: Path(directory) / f"{name}.json" for name in options.databases}
        arenas = [
            subprocess.Popen([sys.executable, "-m", "tests.chaos.arena", name, str(file)], cwd=ROOT)
            for name, file in files.items()
        ]
        for arena in arenas:
            arena.wait()
        return [json.loads(file.read_text()) for file in files.values() if file.exists()]


def _show(reports: list[dict[str, Any]]) -> None:
    for name in SHOWN:
        values = "".join(f"{report[name]!s:>14}" for report in reports)
        print(f"{name:<18}{values}")
    for report in reports:
        for lacking in too_little(report):
            print(f"FAILED: {report['database']}: this proves nothing: {lacking}")
        for name, findings in report["findings"].items():
            mark = "FAILED" if name in MUST_BE_ZERO else "note"
            print(f"{mark}: {report['database']}: {name}: {'; '.join(findings[:3])}")
    print(f"The whole report: {REPORT.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main())
