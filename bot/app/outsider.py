"""Somebody of another organisation who acts in a channel that we share with them.

They are no `Actor`, so no use case takes them but the one that was written for them (`bot.features.confirmations`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.values import working_hours
from bot.store.ledger import Author

SURFACE = "customer"
"""The surface of what people of the customer do, as history names it."""


@dataclass(frozen=True, slots=True)
class Outsider:
    """A Slack user of another organisation, as Slack itself says; `workspace_id` is the one of ours where they act.

    `is_guest` tells that they are a guest of their own organisation, or have left it.
    """

    workspace_id: int
    slack_id: str
    team_id: str
    name: str
    email: str | None
    tz: str
    is_guest: bool

    @property
    def author(self) -> Author:
        """Whom the ledger names as author of what they say: nobody of ours."""
        return Author(self.workspace_id, None, SURFACE)

    def today(self, now: datetime) -> date:
        """The date at the moment `now` where they are."""
        return working_hours.local_day(now, self.tz)
