"""Skips are for machines that lack a tool; with NO_SKIPS set, as `.ci/run` sets it, each is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SKIPPING = """
import pytest

@pytest.mark.skipif(True, reason="promtool is not installed")
def test_with_a_mark() -> None: ...

def test_within() -> None:
    pytest.skip("no network")

@pytest.mark.xfail(reason="known")
def test_known() -> None:
    raise ValueError
"""
WHOLE_FILE = 'import pytest\npytest.skip("nothing here", allow_module_level=True)\n'


def run(folder: Path, **environment: str) -> str:
    """The last lines of a run of two files that skip."""
    (folder / "test_skipping.py").write_text(SKIPPING)
    (folder / "test_whole_file.py").write_text(WHOLE_FILE)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider", str(folder)]
    given = {name: value for name, value in os.environ.items() if name != "NO_SKIPS"}
    command += ["--continue-on-collection-errors", "-c", os.devnull]
    return subprocess.run(
        command, cwd=ROOT, env={**given, **environment}, capture_output=True, text=True, check=False
    ).stdout


def test_skips_are_allowed_where_tools_may_lack(tmp_path: Path) -> None:
    assert "3 skipped, 1 xfailed" in run(tmp_path)


def test_skips_fail_and_name_their_reason_where_nothing_may_lack(tmp_path: Path) -> None:
    said = run(tmp_path, NO_SKIPS="1")
    last = said.splitlines()[-1]
    assert "1 failed, 1 xfailed" in last and "2 errors" in last and "skipped" not in last
    for reason in ("promtool is not installed", "no network", "nothing here"):
        assert f"NO_SKIPS is set). Skipped: {reason}" in said
