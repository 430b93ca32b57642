"""What an import did or would do, as plain values for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out: where, in which column, what stands there, and why it cannot be taken."""

    line: int
    column: str | None
    value: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One value that differs between the file and the ledger, as a reader sees it."""

    line: int
    name: str
    field: str
    before: str
    after: str


@dataclass(slots=True)
class Report:
    """The sum of an import. `kept` are values that somebody changed here after the file's value was last taken."""

    file: str
    dry_run: bool = False
    created: list[tuple[int, str]] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    changed_rows: int = 0
    unchanged: int = 0
    kept: list[Changed] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    new_members: list[str] = field(default_factory=list)
    new_portfolios: list[str] = field(default_factory=list)
    read_as: list[tuple[str, str]] = field(default_factory=list)
    without_portfolio: int = 0
    ignored: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """Rows that are in the ledger after this, whether or not they changed anything."""
        return len(self.created) + self.changed_rows + self.unchanged
