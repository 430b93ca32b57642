"""What a run of `make chaos` is told by its environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from bot.outbox.sender import SenderSettings

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "manifest.yml"
REPORT = ROOT / "build" / "chaos.json"

SENDING = SenderSettings(lease_seconds=6, http_seconds=2, margin_seconds=1, poll_seconds=5)
"""As in production, with a shorter lease: so that a run of minutes sees many of them run out."""


@dataclass(frozen=True, slots=True)
class Options:
    """How one run goes.

    Business time runs `speed` times as fast as the wall clock (1440: a day a minute). Something is broken every `gap`
    seconds on average. When `blind`, Slack refuses to show any history, so that nobody can look what arrived.
    """

    minutes: float = 2.0
    seed: int = 7
    replicas: int = 3
    databases: tuple[str, ...] = ("postgresql", "sqlite")
    accounts: int = 1200
    owners: int = 140
    portfolios: int = 12
    speed: float = 1440.0
    gap: float = 0.55
    blind: bool = False
    keep: bool = False

    def of(self, database: str) -> Options:
        """The same run on one database; SQLite belongs to one process, which is hit less often, as it is alone."""
        if database == "postgresql":
            return replace(self, databases=(database,))
        return replace(self, databases=(database,), replicas=1, gap=self.gap * 1.3)


def from_environment() -> Options:
    """MINUTES, SEED, REPLICAS, DATABASES (comma separated), ACCOUNTS, GAP, BLIND and KEEP (the replicas' logs)."""
    usual, say = Options(), os.environ.get
    return replace(
        usual,
        minutes=float(say("MINUTES") or usual.minutes),
        seed=int(say("SEED") or usual.seed),
        replicas=int(say("REPLICAS") or usual.replicas),
        databases=tuple((say("DATABASES") or ",".join(usual.databases)).split(",")),
        accounts=int(say("ACCOUNTS") or usual.accounts),
        gap=float(say("GAP") or usual.gap),
        blind=bool(say("BLIND")),
        keep=bool(say("KEEP")),
    )
