"""The listeners, a module a feature. Each has `register(app, edge)`; a listener parses, makes one call, renders."""

from __future__ import annotations

from typing import Protocol

from slack_bolt.async_app import AsyncApp

from bot.slack.edge import Edge
from bot.slack.listeners import (
    accounts,
    answers,
    evidence,
    home,
    loops,
    packets,
    plan,
    portfolios,
    proof,
    risks,
    stages,
)


class Listeners(Protocol):
    """A module of listeners."""

    def register(self, app: AsyncApp, edge: Edge) -> None: ...


MODULES: tuple[Listeners, ...] = (
    proof,
    answers,
    evidence,
    accounts,
    plan,
    loops,
    risks,
    portfolios,
    stages,
    packets,
    home,
)


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` every listener that we have."""
    for module in MODULES:
        module.register(app, edge)
