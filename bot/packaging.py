"""The build hook of the wheel: puts the folders that stand beside `bot` inside it, where `bot.resources` finds them.

setuptools loads this file by its path when it builds; nothing imports it, and the wheel goes without it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools.command.build_py import build_py

SHIPPED = (
    "manifest.yml",
    "templates/**/*.html",
    "templates/**/*.yml",
    "migrations/*.py",
    "migrations/*.mako",
    "migrations/versions/*.py",
)


class BuildWithResources(build_py):  # type: ignore[misc]  # setuptools has no types
    """Builds the packages of an empty folder, so that no file of an earlier build is in the wheel."""

    def run(self) -> None:
        """Copy the packages, then what is shipped with them, into the build folder."""
        if self.editable_mode:
            return
        built = Path(self.build_lib)
        shutil.rmtree(built, ignore_errors=True)
        super().run()
        (built / "bot" / Path(__file__).name).unlink()
        for source in _shipped():
            target = built / "bot" / "shipped" / source
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)

    def get_source_files(self) -> list[str]:
        """What a source distribution has to carry, so that the wheel can be built from it."""
        files: list[str] = super().get_source_files()
        return files + [str(source) for source in _shipped()]


def _shipped() -> list[Path]:
    """The files to ship, by their path in the repository; setuptools builds in its root."""
    return sorted(file for pattern in SHIPPED for file in Path().glob(pattern))
