"""The traffic log: every call that the app made, in memory and as one JSON object a line."""

import json
from pathlib import Path
from typing import BinaryIO

from sandbox.model import Json


class Recorder:
    """Keeps `{"method", "request", "response"}` of every call; also appends it to a file when given one."""

    def __init__(self, path: Path | None) -> None:
        self.calls: list[Json] = []
        self._file: BinaryIO | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered, so that every line is one write and several sandboxes can share the file.
            self._file = path.open("ab", buffering=0)

    def add(self, method: str, request: Json, response: object) -> None:
        """Note one call; tokens are left out."""
        shown = {key: value for key, value in request.items() if key != "token"}
        call = {"method": method, "request": shown, "response": response}
        self.calls.append(call)
        if self._file is not None:
            self._file.write((json.dumps(call, ensure_ascii=False) + "\n").encode("utf-8", "replace"))

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
