"""What a workspace has before an import: loaded once, and updated as the import adds to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.values import slugs
from bot.domain.values.slugs import folded
from bot.features.imports.account_rows import ImportedAccount
from bot.features.imports.cells import name_key
from bot.features.imports.colleagues import Who
from bot.features.imports.members import Directory
from bot.features.imports.record_ids import canonical
from bot.features.imports.remarks import Remark, Unreadable
from bot.store import ledger, merges, portfolios, schema
from bot.store.accounts import Slugs, aliases_of_workspace
from bot.store.entities import Entity
from bot.store.ledger import Author


@dataclass(slots=True)
class LedgerSnapshot:
    """Accounts by external id and by name, members, and portfolios.

    `taken` maps an account to the line that is about it. `default_portfolio`, the only portfolio there is, is for new
    accounts without one in the file. `numbered_names` are the names of accounts that had an id before this import.
    """

    workspace_id: int
    directory: Directory
    slugs: Slugs
    portfolio_names: dict[int, str]
    default_portfolio: int | None = None
    by_external_id: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    old_names: dict[str, set[int]] = field(default_factory=dict)
    merged_ids: set[str] = field(default_factory=set)
    merged_names: set[str] = field(default_factory=set)
    unnumbered: set[int] = field(default_factory=set)
    taken: dict[int, int] = field(default_factory=dict)
    numbered_names: dict[str, str] = field(default_factory=dict)
    called: list[str] = field(default_factory=list)
    members: dict[Who, int | None] = field(default_factory=dict)

    @classmethod
    def load(cls, session: Session, workspace_id: int, *, says_portfolio: bool) -> LedgerSnapshot:
        """Read the workspace; `says_portfolio` tells whether the import itself names portfolios."""
        existing = portfolios.of_workspace(session, workspace_id)
        default_portfolio = existing[0].id if len(existing) == 1 and not says_portfolio else None
        snapshot = cls(
            workspace_id,
            Directory(session, workspace_id),
            Slugs(session, workspace_id),
            {portfolio.id: portfolio.name for portfolio in existing},
            default_portfolio,
        )
        table = schema.account
        columns = (table.c.id, table.c.external_id, table.c.name)
        there = (table.c.workspace_id == workspace_id) & table.c.taken_back_at.is_(None)
        for row in session.execute(select(*columns).where(there)):
            snapshot.add(row.id, row.external_id, row.name)
            snapshot.called.append(row.name)
            if row.external_id is not None:
                snapshot.numbered_names.setdefault(name_key(row.name), row.external_id)
        snapshot._add_old_names(session)
        return snapshot

    def _add_old_names(self, session: Session) -> None:
        """Have old names and ids lead to the account that has them now: of renamed accounts, and of merged ones."""
        for account_id, external_id, name in merges.merged_accounts(session, self.workspace_id):
            self.old_names.setdefault(slugs.slug(name), set()).add(account_id)
            self.merged_names.add(name_key(name))
            if external_id is not None and external_id not in self.by_external_id:
                self.merged_ids |= {external_id, canonical(external_id)}
                self.by_external_id.setdefault(external_id, account_id)
                self.by_external_id.setdefault(canonical(external_id), account_id)
        for account_id, word in aliases_of_workspace(session, self.workspace_id):
            self.old_names.setdefault(word, set()).add(account_id)

    def add(self, account_id: int, external_id: str | None, name: str) -> None:
        """Remember an account, so that later lines find it."""
        self.by_name.setdefault(name_key(name), []).append(account_id)
        if external_id is None:
            self.unnumbered.add(account_id)
        else:
            self.by_external_id[external_id] = account_id
            self.by_external_id.setdefault(canonical(external_id), account_id)

    def names(self) -> list[str]:
        """The names of the accounts that were here before the import."""
        return self.called

    def member(self, who: Who) -> int | None:
        """The member who is meant, None for somebody new; raises `Unreadable` when two could be meant."""
        if who not in self.members:
            member = self.directory.find(who)
            self.members[who] = member.id if member else None
        return self.members[who]

    def ensure_member(self, session: Session, by: Author, who: Who, now: datetime) -> int:
        """The id of the member who is meant; somebody new is added."""
        member_id = self.member(who)
        if member_id is None:
            member_id = self.directory.ensure(session, by, who, now)
            # Somebody else of the file may be the same person by this address or name.
            self.members = {key: member for key, member in self.members.items() if member is not None}
            self.members[who] = member_id
        return member_id

    def namesake(self, line: ImportedAccount) -> str | None:
        """The id of an account that was here before with this name and another id."""
        return self.numbered_names.get(name_key(line.name)) if line.external_id else None

    def match(self, line: ImportedAccount) -> int | None:
        """The account that this line is about, None for a new one; raises `Unreadable` when it is not clear."""
        self._must_not_be_merged(line)
        account_id = self.find(line.external_id, line.name)
        if account_id is not None and self.taken.setdefault(account_id, line.line) != line.line:
            raise Unreadable(Remark.ACCOUNT_TWICE, line=self.taken[account_id])
        return account_id

    def _must_not_be_merged(self, line: ImportedAccount) -> None:
        """A line about an account that was merged says nothing of the whole that it is part of now."""
        if line.external_id in self.merged_ids:
            raise Unreadable(Remark.MERGED_HERE)
        is_named = line.external_id is None and name_key(line.name) in self.merged_names
        if is_named and not self.by_name.get(name_key(line.name)):
            raise Unreadable(Remark.MERGED_HERE)

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
        candidates = self.by_name.get(name_key(name), [])
        if external_id is not None:
            # An account with the same name and another id is a different one.
            candidates = [account_id for account_id in candidates if account_id in self.unnumbered]
        if not candidates:
            was_called = self.old_names.get(slugs.slug(name), set())
            candidates = [of for of in sorted(was_called) if external_id is None or of in self.unnumbered]
        if len(candidates) > 1:
            raise Unreadable(Remark.NAME_OF_SEVERAL, count=len(candidates))
        return candidates[0] if candidates else None
