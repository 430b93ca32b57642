"""Joins rows of contracts, readings and events to accounts: by the account's id, else by its name.

A billing or usage system has ids of its own. Where none of a file's ids is known here, its rows are joined by name, and
the report says so; where some are, a row with another id is about somebody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.orm import Session

from bot.features.imports.ledger_snapshot import LedgerSnapshot
from bot.features.imports.remarks import Note, Remark, Unreadable, note
from bot.features.imports.report import BadRow
from bot.store import accounts


class AboutAccount(Protocol):
    """A row of a file that names the account it is about."""

    @property
    def line(self) -> int: ...
    @property
    def account_id(self) -> str | None: ...
    @property
    def account(self) -> str: ...


@dataclass(slots=True)
class Joining:
    """How the rows of one file find their accounts; `header` is that of the ids."""

    snapshot: LedgerSnapshot
    header: str | None
    by_name: bool = False
    joined: int = 0
    example: tuple[str, str] = ("", "")
    names: dict[int, str] = field(default_factory=dict)
    _ids: dict[tuple[str | None, str], int | BadRow] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: LedgerSnapshot, header: str | None, lines: Sequence[AboutAccount]) -> Joining:
        """The joining of a whole file."""
        ids = {line.account_id for line in lines if line.account_id}
        unknown = not any(account_id in snapshot.by_external_id for account_id in ids)
        return cls(snapshot, header, bool(ids) and unknown)

    def account_of(self, line: AboutAccount, title: str) -> int | BadRow:
        """The id of the account that a row is about, or why there is none."""
        who = (line.account_id, line.account)
        if who not in self._ids:
            self._ids[who] = self._found(line, title)
        account = self._ids[who]
        if isinstance(account, BadRow):
            return BadRow(line.line, account.column, account.value, account.reason, title)
        if self.by_name and line.account_id:
            self.joined += 1
            if not self.example[0]:
                self.example = (line.account_id, line.account)
        return account

    def named(self, session: Session, joined: Sequence[int | BadRow]) -> list[int]:
        """The accounts that rows were joined to, each once; `names` has what they are called here."""
        ids = sorted({account for account in joined if isinstance(account, int)})
        new = [account_id for account_id in ids if account_id not in self.names]
        by_id = accounts.by_ids(session, self.snapshot.workspace_id, new) if new else {}
        self.names |= {account_id: account.name for account_id, account in by_id.items()}
        return ids

    def notes(self) -> list[Note]:
        """What is to be said of the joining; complete when all rows were joined."""
        if not self.joined:
            return []
        example, meant = self.example
        facts = {"count": self.joined, "header": self.header or "", "example": example, "meant": meant}
        return [note(Remark.ACCOUNTS_BY_NAME, **facts)]

    def _found(self, line: AboutAccount, title: str) -> int | BadRow:
        try:
            account = self.snapshot.find(None if self.by_name else line.account_id, line.account)
            if account is None:
                raise Unreadable(Remark.ACCOUNT_UNKNOWN)
            return account
        except Unreadable as error:
            column = "account_id" if line.account_id and not self.by_name else "account"
            return BadRow(line.line, column, line.account_id or line.account, error.note, title)
