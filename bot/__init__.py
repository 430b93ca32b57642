"""Proofline."""

from __future__ import annotations

import sys

if "rich" not in sys.modules:
    # structlog loads rich wherever it is installed, to draw tracebacks, which we never let it do. That takes 4 MB of
    # every running bot; the command line loads rich itself when it prints.
    sys.modules["rich"] = None  # type: ignore[assignment]  # Python's own mark of a module that cannot be imported
    try:
        import structlog  # noqa: F401 - it is loaded for this alone
    finally:
        del sys.modules["rich"]
