"""What confirmations say beside their templates; `templates/confirmations/phrases.yml` words each."""

from __future__ import annotations

from bot.phrases import Phrase


class ConfirmationPhrase(Phrase):
    """An acceptance as a claim in the shared channel, and money in one; how an acceptance stands once it is answered,
    and why it was withdrawn; what a digest's message to the manager says of people of customers who confirm."""

    SEVERAL_TITLE = "confirmations/phrases.several_title"
    SEVERAL = "confirmations/phrases.several"
    PACKET = "confirmations/phrases.packet"
    ACCEPTED_BY = "confirmations/phrases.accepted_by"
    WORTH = "confirmations/phrases.worth"
    ACCEPTANCE = "confirmations/phrases.acceptance"
    DISPUTED = "confirmations/phrases.disputed"
    TAKEN_BACK = "confirmations/phrases.taken_back"
