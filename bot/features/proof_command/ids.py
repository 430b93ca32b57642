"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class ProofActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    CHOOSE_ACCOUNT = "card.choose"
    SET_MEETINGS = "cadence.open"
    SHARE_AGENDA = "agenda.share"
    COPY_AGENDA = "agenda.copy"
    ADD_NAMED = "card.new"
