"""What the actions room says beside its templates: the codes that `templates/actions/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class StepPhrase(Phrase):
    """What the ledger keeps of a step that nobody had to be told of."""

    DONE = "actions/phrases.done"
