"""What a workspace has before an import: loaded once, and updated as the import adds to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.values.slugs import folded
from bot.features.imports.account_rows import ImportedAccount
from bot.features.imports.cells import Unreadable
from bot.features.imports.members import Directory
from bot.store import ledger, portfolios, schema
from bot.store.entities import Entity
from bot.store.ledger import Author


@dataclass(slots=True)
class LedgerSnapshot:
    """Accounts by external id and by name, members, and portfolios.

    `taken` maps an account to the line that is about it. `default_portfolio`, the only portfolio there is, is for new
    accounts without one in the file.
    """

    workspace_id: int
    directory: Directory
    portfolio_names: dict[int, str]
    default_portfolio: int | None = None
    by_external_id: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    unnumbered: set[int] = field(default_factory=set)
    taken: dict[int, int] = field(default_factory=dict)

    @classmethod
    def load(cls, session: Session, workspace_id: int, *, says_portfolio: bool) -> LedgerSnapshot:
        """Read the workspace; `says_portfolio` tells whether the import itself names portfolios."""
        existing = portfolios.of_workspace(session, workspace_id)
        default_portfolio = existing[0].id if len(existing) == 1 and not says_portfolio else None
        snapshot = cls(
            workspace_id,
            Directory(session, workspace_id),
            {portfolio.id: portfolio.name for portfolio in existing},
            default_portfolio,
        )
        table = schema.account
        columns = (table.c.id, table.c.external_id, table.c.name)
        for row in session.execute(select(*columns).where(table.c.workspace_id == workspace_id)):
            snapshot.add(row.id, row.external_id, row.name)
        return snapshot

    def add(self, account_id: int, external_id: str | None, name: str) -> None:
        """Remember an account, so that later lines find it."""
        self.by_name.setdefault(_name_key(name), []).append(account_id)
        if external_id is None:
            self.unnumbered.add(account_id)
        else:
            self.by_external_id[external_id] = account_id

    def match(self, line: ImportedAccount) -> int | None:
        """The account that this line is about, None for a new one; raises `Unreadable` when it is not clear."""
        account_id = self.find(line.external_id, line.name)
        if account_id is not None and self.taken.setdefault(account_id, line.line) != line.line:
            raise Unreadable(f"is the account of line {self.taken[account_id]} already; one row an account")
        return account_id

    def portfolio(self, name: str) -> int | None:
        """The portfolio of this name, whatever its case."""
        return next(
            (
                portfolio_id
                for portfolio_id, existing in self.portfolio_names.items()
                if folded(existing) == folded(name)
            ),
            None,
        )

    def ensure_portfolio(self, session: Session, by: Author, name: str, now: datetime) -> int:
        """The id of the portfolio of this name, which is added if it is not there."""
        portfolio_id = self.portfolio(name)
        if portfolio_id is None:
            portfolio_id = ledger.add(session, by, Entity.PORTFOLIO, now, workspace_id=by.workspace_id, name=name)
            self.portfolio_names[portfolio_id] = name
        return portfolio_id

    def find(self, external_id: str | None, name: str) -> int | None:
        """The account with this id, else of this name; raises `Unreadable` when several have it."""
        if external_id in self.by_external_id:
            return self.by_external_id[external_id]
        candidates = self.by_name.get(_name_key(name), [])
        if external_id is not None:
            # An account with the same name and another id is a different one.
            candidates = [account_id for account_id in candidates if account_id in self.unnumbered]
        if len(candidates) > 1:
            raise Unreadable(f"is the name of {len(candidates)} accounts here; add a column with the CRM's account id")
        return candidates[0] if candidates else None


def _name_key(name: str) -> str:
    return " ".join(folded(name).split())
