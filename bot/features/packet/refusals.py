"""Why something in packet cannot be done; `templates/packet/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class PacketRefusal(Refusal):
    NOBODY_NAMED = "packet.nobody_named"
    PERSON_HAD_LEFT = "packet.person_had_left"
    ACCEPTED_IN_FUTURE = "packet.accepted_in_future"
    NOT_ACCEPTED_YET = "packet.not_accepted_yet"
    NOTHING_PROVEN = "packet.nothing_proven"
    PERSON_MISSING = "packet.person_missing"
