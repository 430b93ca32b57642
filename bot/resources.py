"""Where the files that are no Python stand: templates, migrations and the Slack manifest.

In a checkout, and in an editable install of it, they are folders beside `bot`. A wheel carries them inside the package,
in `bot/shipped`: `bot.packaging` puts them there.
"""

from __future__ import annotations

from pathlib import Path

_SHIPPED = Path(__file__).parent / "shipped"
INSTALLED = _SHIPPED.is_dir()
"""Whether this code was installed from a wheel, so that Python finds it from any folder."""

CODE = Path(__file__).parents[1]
"""The folder that holds the packages `bot` and `sandbox`."""

_ROOT = _SHIPPED if INSTALLED else CODE
TEMPLATES = _ROOT / "templates"
MIGRATIONS = _ROOT / "migrations"
MANIFEST = _ROOT / "manifest.yml"
