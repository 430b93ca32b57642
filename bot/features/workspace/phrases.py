"""What the workspace room says beside its templates: the codes that `templates/workspace/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class WorkspacePhrase(Phrase):
    """What became of an imported owner, as the ledger keeps it, and why Slack did not let us in."""

    OWNER_IS = "workspace/phrases.owner_is"
    OWNER_IS_NOBODY = "workspace/phrases.owner_is_nobody"
    UNREACHABLE = "workspace/phrases.unreachable"
    TOKEN_REFUSED = "workspace/phrases.token_refused"
    NOT_ANSWERING = "workspace/phrases.not_answering"
