"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class ImportActionId(StrEnum):
    """The `action_id` of what can be pressed under a dropped file."""

    IMPORT_FILE = "import.file"
    CANCEL_FILE = "import.cancel"
    CHOOSE_KIND = "import.kind"
    UNDO_FILE = "import.undo"
