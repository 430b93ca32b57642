"""The ids of this room in Slack; `bot.rooms` collects them for the templates."""

from __future__ import annotations

from enum import StrEnum


class PacketActionId(StrEnum):
    """The `action_id` of what can be clicked or chosen outside of an input."""

    SHARE_PACKET = "packet.share"
    COPY_PACKET = "packet.copy"
    ACCEPT_PACKET = "packet.accept"
    OPEN_PACKET = "packet.open"
    OPEN_ACCEPTANCE_FILE = "acceptance.file"
    ACCEPTANCE_SHOWS = "acceptance.shows"
    PACKET_SHOWS = "packet.shows"
    ACCEPTANCE_DOES_NOT_SHOW = "acceptance.not"
    ACCEPTANCE_CANNOT_OPEN = "acceptance.cannot_open"
    PACKET_CANNOT_OPEN = "packet.cannot_open"


class PacketCallback(StrEnum):
    """The `callback_id` of each modal."""

    ACCEPT_PACKET = "accept_packet"
    ACCEPTANCE_NOT_SHOWN = "acceptance_not_shown"
