"""Why something in packet cannot be done; `templates/packet/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class PacketRefusal(Refusal):
    NOBODY_WHO_COULD = "packet.nobody_who_could"
    COULD_NOT_ACCEPT = "packet.could_not_accept"
    PERSON_HAD_LEFT = "packet.person_had_left"
    ACCEPTED_IN_FUTURE = "packet.accepted_in_future"
    REFERENCE_USED = "packet.reference_used"
    REFERENCE_FAILED = "packet.reference_failed"
    ONLY_THE_MANAGER = "packet.only_the_manager"
    ACCEPTANCE_WITHDRAWN = "packet.acceptance_withdrawn"
    NOTHING_PROVEN = "packet.nothing_proven"
    PERSON_MISSING = "packet.person_missing"
