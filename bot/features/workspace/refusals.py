"""Why something about the workspace cannot be done; `templates/workspace/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class WorkspaceRefusal(Refusal):
    ONLY_ADMINS = "workspace.only_admins"
    NO_FULL_MEMBER = "workspace.no_full_member"
