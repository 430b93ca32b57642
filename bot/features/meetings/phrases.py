"""What the meetings room says beside its templates: the codes that `templates/meetings/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class MeetingPhrase(Phrase):
    """Reasons of what the bot does by itself with answers and prompts, as the ledger keeps them."""

    TAKEN_OUT = "meetings/phrases.taken_out"
    DONE_SINCE = "meetings/phrases.done_since"
    AWAY = "meetings/phrases.away"
