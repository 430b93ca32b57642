"""What all tests share: the search of hypothesis is the same in every run, unless a wider one is asked for."""

from __future__ import annotations

import os

import pytest
from hypothesis import Phase, settings

from tests.support.databases import database, databases, postgres, sqlite_template

__all__ = ["database", "databases", "postgres", "pytest_xdist_auto_num_workers", "sqlite_template"]

_PHASES = [phase for phase in Phase if phase is not Phase.explain]
"""Explaining a failure traces every line, which takes many minutes where a database is asked."""
# No deadline: an example that is slow on a busy machine is not wrong.
settings.register_profile("steady", derandomize=True, deadline=None, phases=_PHASES)
settings.register_profile("search", derandomize=False, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS", "steady"))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One worker more than there are cores: much of the time a test waits for processes and sockets."""
    return (os.cpu_count() or 1) + 1
