"""What all tests share: the search of hypothesis is the same in every run, unless a wider one is asked for.

`--fast` runs what tells most in a minute: unit and feature tests on SQLite, without those that are marked `slow`.
With NO_SKIPS set, a test that would be skipped fails with the reason, as in `.ci/run`, where everything is installed.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from tests.support.compiled_once import share_compiled_statements
from tests.support.databases import database, databases, fast_directory, postgres, sources, sqlite_template
from tests.support.stages import stage, stages

__all__ = ["database", "databases", "fast_directory", "postgres", "sources", "sqlite_template", "stage", "stages"]

_PHASES = [phase for phase in Phase if phase is not Phase.explain]
"""Explaining a failure traces every line, which takes many minutes where a database is asked."""
# No deadline: an example that is slow on a busy machine is not wrong.
settings.register_profile("steady", derandomize=True, deadline=None, phases=_PHASES)
settings.register_profile("search", derandomize=False, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS", "steady"))

share_compiled_statements()

FAST_FOLDERS = {"domain", "app", "features", "slack", "store", "outbox", "web"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help="unit and feature tests on SQLite, without the slow ones")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `--fast`, leave out other folders of tests, and tests in none; None lets pytest decide."""
    if not config.getoption("fast") or collection_path.parent != Path(__file__).parent:
        return None
    return True if collection_path.name not in {*FAST_FOLDERS, "__init__.py"} else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--fast`, leave out the slow tests and those that start PostgreSQL."""
    if not config.getoption("fast"):
        return
    left_out = [item for item in items if item.get_closest_marker("slow") or _needs_postgres(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _needs_postgres(item: pytest.Item) -> bool:
    """Whether a test asks for the server, or is the case of a test in which `databases` does."""
    called = getattr(item, "callspec", None)
    return "postgres" in getattr(item, "fixturenames", ()) or (
        called is not None and called.params.get("databases") == "postgresql"
    )


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One worker more than there are cores: much of the time a test waits for processes and sockets.

    Fast tests wait for nothing, and every worker has to import the bot first.
    """
    cores = os.cpu_count() or 1
    return cores if config.getoption("fast") else cores + 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test fails where nothing may be skipped."""
    report = yield
    if not hasattr(report, "wasxfail"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """So does a file that is skipped as a whole."""
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and os.environ.get("NO_SKIPS"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"Nothing may be skipped here (NO_SKIPS is set). {reason}"
