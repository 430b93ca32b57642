"""The wheel carries all that the bot needs and nothing else, and works from any folder."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.store.admin.migrations import head

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NOT_BUILT_FROM = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__", "*.sqlite3*")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
PATIENCE = 300
"""Seconds after which a process that has not answered is taken for stuck."""


@dataclass(frozen=True)
class Installed:
    """An environment that holds the wheel, and a folder with packages called as ours in which commands are typed."""

    folder: Path
    anywhere: Path

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the environment of the tests but what a program needs to start."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.anywhere), "TMPDIR": str(self.anywhere)}

    def command(self, *words: str) -> list[str]:
        """A `proofline` command."""
        return [str(self.folder / "bin" / "proofline"), *words]

    def proofline(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What a `proofline` command says, typed in a folder that is no checkout."""
        return self._finished(self.command(*words), self.anywhere)

    def python(self, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """What Python says with these arguments, in a folder."""
        return self._finished([str(self.folder / "bin" / "python"), *words], cwd)

    def _finished(self, command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
        ended = subprocess.run(
            command, cwd=cwd, env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert "Traceback" not in ended.stdout + ended.stderr
        return ended


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network from a copy of the tree in which an earlier build has left a file."""
    tree = tmp_path_factory.mktemp("built") / "tree"
    shutil.copytree(ROOT, tree, ignore=NOT_BUILT_FROM)
    stale = tree / "build" / "lib" / "bot" / "stale.py"
    stale.parent.mkdir(parents=True)
    stale.touch()
    build = (
        *PIP,
        "wheel",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(tree.parent),
        str(tree),
    )
    subprocess.run(build, check=True, timeout=PATIENCE)
    [built] = tree.parent.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An environment with the wheel and nothing else; what it depends on is read where the tests have it."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run(
        (*PIP, "--python", str(python), "install", "--no-index", "--no-deps", "--no-compile", str(wheel)),
        check=True,
        timeout=PATIENCE,
    )
    [packages] = (folder / "venv").glob("lib/python*/site-packages")
    # A folder named in a .pth file is searched, but its own .pth files are not read: the checkout stays out of sight.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    anywhere = folder / "anywhere"
    for name in ("bot", "sandbox"):
        (anywhere / name).mkdir(parents=True)
        (anywhere / name / "__init__.py").write_text('raise ImportError("this is no package of Proofline")')
    return Installed(folder / "venv", anywhere)


def test_it_carries_every_file_that_the_bot_needs_and_no_other(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
        manifest = archive.read("bot/shipped/manifest.yml")
    wanted = {str(file.relative_to(ROOT)) for room in ("bot", "sandbox") for file in (ROOT / room).rglob("*.py")}
    wanted |= {f"bot/demo/{name}.yml" for name in ("book", "workspace")}
    wanted |= {str(file.relative_to(ROOT)) for file in (ROOT / "sandbox" / "page").iterdir() if file.suffix != ".md"}
    shipped = [ROOT / "manifest.yml", *(ROOT / "templates").rglob("*.*")]
    shipped += [file for ending in ("*.py", "*.mako") for file in (ROOT / "migrations").rglob(ending)]
    wanted |= {f"bot/shipped/{file.relative_to(ROOT)}" for file in shipped}
    assert carried == wanted - {"bot/packaging.py"}
    assert manifest == (ROOT / "manifest.yml").read_bytes()


def test_nothing_of_the_tests_or_the_tools_is_asked_for(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [name] = (name for name in archive.namelist() if name.endswith("METADATA"))
        told = archive.read(name).decode()
        code = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".py")]
    asked_for = [line for line in told.splitlines() if line.startswith("Requires-Dist:") and "extra ==" not in line]
    assert asked_for
    assert not re.search(r"pytest|hypothesis|playwright|setuptools|mypy|ruff|psutil|pgserver", "\n".join(asked_for))
    assert not [
        text for text in code if re.search(r"^\s*(from|import) (tests|pytest|hypothesis|setuptools)\b", text, re.M)
    ]


def test_only_the_wheel_is_found(installed: Installed, tmp_path: Path) -> None:
    asked = """
from importlib.util import find_spec
import bot, sandbox
print(bot.__file__, sandbox.__file__, find_spec("tests"), sep="\\n")
"""
    *ours, tests = installed.python("-c", asked, cwd=tmp_path).stdout.splitlines()
    assert [Path(file).is_relative_to(installed.folder) for file in ours] == [True, True]
    assert tests == "None"


def test_the_command_is_the_module(installed: Installed, tmp_path: Path) -> None:
    by_command, by_module = installed.proofline("version"), installed.python("-m", "bot", "version", cwd=tmp_path)
    assert by_command.stdout == by_module.stdout
    assert f"schema {head()}," in by_command.stdout


def test_migrate_import_doctor_and_run(installed: Installed) -> None:
    assert installed.proofline("migrate").stdout == f"Migrated to {head()}.\n"
    assert (installed.anywhere / "proofline.sqlite3").exists()
    (installed.anywhere / "book.csv").write_text("Account Name,ARR,Currency\nAcme,48000,EUR\nBrick,1200,EUR\n")
    imported = installed.proofline("import", "accounts", "book.csv")
    assert imported.stdout.splitlines()[-2] == "book.csv: 2 added, 0 changed, 0 unchanged, 0 left out."
    examined = installed.proofline("doctor")
    assert examined.returncode == 1
    assert "✓ migrations: up to date\n" in examined.stdout
    assert "SLACK_BOT_TOKEN is not set. Copy it from OAuth & Permissions of the app.\n" in examined.stdout
    started = installed.proofline("run")
    assert started.returncode == 1
    assert "SLACK_BOT_TOKEN" in started.stderr and started.stderr.count("\n") == 1


def test_the_demo_opens_its_page_and_stops_when_asked(installed: Installed) -> None:
    with demo(installed) as (running, url):
        with urllib.request.urlopen(url, timeout=PATIENCE) as page:
            assert page.status == 200 and b"<html" in page.read()
        with urllib.request.urlopen(f"{url}/app.js", timeout=PATIENCE) as script:
            assert script.status == 200
        running.send_signal(signal.SIGTERM)
        assert running.wait(PATIENCE) == 0
    assert list(installed.anywhere.glob("proofline-demo-*")) == []


@contextmanager
def demo(installed: Installed) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The demo once it says where its page is, and that address; killed if it has not ended by then."""
    with subprocess.Popen(
        installed.command("demo", "--port", "0"),
        cwd=installed.anywhere,
        env=installed.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        watchdog = threading.Timer(PATIENCE, running.kill)
        watchdog.start()
        try:
            assert running.stdout is not None
            said = []
            for line in running.stdout:
                said.append(line)
                if address := re.search(r"http://[\w.:]+", line):
                    yield running, address.group()
                    return
            raise AssertionError("".join(said))
        finally:
            watchdog.cancel()
            running.kill()
