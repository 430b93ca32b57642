"""Why a step of the setup cannot be done; `templates/setup/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class SetupRefusal(Refusal):
    ONLY_ADMINS = "setup.only_admins"
    NOBODY_TO_TELL = "setup.nobody_to_tell"
