"""Examples beside recorded traffic: with TRAFFIC set, CI holds them against Slack's contract and Slack's own types."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Any

from sandbox.record import Recorder

_METHODS = {"message": "chat.postMessage", "modal": "views.open", "home": "views.publish"}


def record(surface: str, payload: dict[str, Any]) -> None:
    """Add a message's text and blocks, or a whole view, as if it had been sent; nothing without TRAFFIC.

    The recorder writes a line at once, so that workers can share the file.
    """
    if traffic := os.environ.get("TRAFFIC"):
        with closing(Recorder(Path(traffic))) as recorder:
            recorder.add(_METHODS[surface], payload if surface == "message" else {"view": payload}, {"ok": True})
