"""What the plan room says beside its templates: the codes that `templates/plan/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class PlanPhrase(Phrase):
    """Parts of lines of the success plan, and what its forms say before they save."""

    PERSON_STATE = "plan/phrases.person_state"
    MEASURE = "plan/phrases.measure"
    EASIER = "plan/phrases.easier"
    LOOKS_ALIKE = "plan/phrases.looks_alike"
