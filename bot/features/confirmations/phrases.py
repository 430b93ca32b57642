"""What confirmations say in sentences beside their templates; `templates/confirmations/phrases.yml` words each."""

from __future__ import annotations

from bot.phrases import Phrase


class ConfirmationPhrase(Phrase):
    """What a digest's message to the manager says of people of customers who confirm."""

    SEVERAL_TITLE = "confirmations/phrases.several_title"
    SEVERAL = "confirmations/phrases.several"
