"""The agenda of a meeting as it is shared and copied."""

from __future__ import annotations

from dataclasses import dataclass

from bot.features.meetings.views import AgendaView


@dataclass(frozen=True, slots=True)
class SharedAgendaView:
    """An agenda that `by` shares with a channel."""

    agenda: AgendaView
    by: str


@dataclass(frozen=True, slots=True)
class AgendaTextView:
    """An agenda as plain text, to be copied."""

    agenda: AgendaView
