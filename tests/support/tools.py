"""Programs and libraries that some tests need and pip does not bring: found, or the reason to skip."""

from __future__ import annotations

import os
import shutil
from ctypes.util import find_library

import pytest

_PROGRAMS = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "promtool": ("promtool",),
    "npm": ("npm",),
    "pgbouncer": ("pgbouncer",),
}
_LIBRARIES = {"pango": "pango-1.0"}
_DEBIAN = {
    "chromium": "chromium",
    "promtool": "prometheus",
    "npm": "npm",
    "pgbouncer": "pgbouncer",
    "pango": "libpango-1.0-0",
}


def find(tool: str) -> str | None:
    """Where a tool is: what a variable of its name says (`CHROMIUM`), else the first on the path; None if nowhere."""
    if tool in _LIBRARIES:
        return find_library(_LIBRARIES[tool])
    given = os.environ.get(tool.upper())
    return given or next((path for name in _PROGRAMS[tool] if (path := shutil.which(name))), None)


def path_of(tool: str) -> str:
    """Where a tool is that a test `needs`."""
    path = find(tool)
    assert path is not None, tool
    return path


def needs(tool: str) -> pytest.MarkDecorator:
    """Skip where `tool`, one of those above, is missing, and say so; with NO_SKIPS set that fails."""
    return pytest.mark.skipif(
        find(tool) is None, reason=f"{tool} is not installed; on Debian: apt-get install {_DEBIAN[tool]}"
    )
