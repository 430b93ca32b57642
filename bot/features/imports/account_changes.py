"""Compares account lines with the ledger, and writes what differs.

An account is found by its external id, else by its name. The CRM is the source of what it exports, with one
exception: a value that somebody changed here since an import last took it stays, until the CRM's own value changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.enums import Tier
from bot.domain.labels import column_label
from bot.domain.values.money import money
from bot.features.imports import merge_policy
from bot.features.imports.account_rows import ImportedAccount
from bot.features.imports.cells import Unreadable, Who
from bot.features.imports.ledger_snapshot import LedgerSnapshot
from bot.features.imports.merge_policy import Row, shown
from bot.features.imports.report import BadRow, Changed
from bot.store import accounts, ledger, schema
from bot.store.entities import Entity
from bot.store.ledger import Author

# Asked once a month: neither forgotten nor nagged, until somebody says which tier it is.
DEFAULT_TIER = Tier.LOW_TOUCH
# An amount and its currency mean something only together: both are taken, or both stay.
_MONEY = {"arr_minor", "currency"}


@dataclass(frozen=True, slots=True)
class NewPortfolio:
    """A portfolio that the file names and nobody has set up."""

    name: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of one line. `row_id` is None for a new account; `values` are the columns to write.

    In `values`, people and portfolios that are not there yet stand as `Who` and `NewPortfolio` until they are added.
    """

    line: ImportedAccount
    row_id: int | None
    values: Row
    changes: tuple[Changed, ...] = ()
    kept: tuple[Changed, ...] = ()

    @property
    def title(self) -> str:
        return self.line.name

    @property
    def newcomers(self) -> list[str]:
        return [value.name for value in self.values.values() if isinstance(value, Who)]

    @property
    def new_portfolios(self) -> list[str]:
        return [value.name for value in self.values.values() if isinstance(value, NewPortfolio)]


def plan(session: Session, book: LedgerSnapshot, lines: Sequence[ImportedAccount]) -> list[Planned | BadRow]:
    """What each line would do, in order; nothing is written. Reads the ledger in a fixed number of queries.

    The column of a bad row is given as the field's name.
    """
    found: list[tuple[ImportedAccount, int | None] | BadRow] = []
    for line in lines:
        try:
            found.append((line, book.match(line)))
        except Unreadable as error:
            found.append(BadRow(line.line, "name", line.name[:80], str(error)))
    ids = [one[1] for one in found if not isinstance(one, BadRow) and one[1] is not None]
    rows = _rows(session, book.workspace_id, ids)
    imported = merge_policy.last_imported(session, book.workspace_id, schema.account, ids)
    planned: list[Planned | BadRow] = []
    for one in found:
        if isinstance(one, BadRow):
            planned.append(one)
            continue
        line, account_id = one
        try:
            wanted = _wanted(book, line)
            if account_id is None:
                planned.append(_new(book, line, wanted))
            else:
                planned.append(_compared(book, line, wanted, rows[account_id], imported.get(account_id, {})))
        except Unreadable as error:
            planned.append(BadRow(line.line, "owner", line.owner.name if line.owner else None, str(error)))
    return planned


def apply(session: Session, by: Author, book: LedgerSnapshot, planned: Planned, file: str, now: datetime) -> None:
    """Write one planned line with its history; the caller commits."""
    values = {name: _settled(session, by, book, value, now) for name, value in planned.values.items()}
    why = f"{file}, line {planned.line.line}"
    if planned.row_id is None:
        line = planned.line
        account_id = accounts.create(session, by, now, line.name, why=why, stage_since=now.date(), **values)
        book.add(account_id, line.external_id, line.name)
        book.taken[account_id] = line.line
    elif values:
        ledger.change(session, by, Entity.ACCOUNT, planned.row_id, now, why=why, **values)
        if "name" in values:
            accounts.index_words(session, by.workspace_id, planned.row_id, values["name"])


def _wanted(book: LedgerSnapshot, line: ImportedAccount) -> dict[str, Any]:
    """The columns that this line speaks of, with the values it gives them."""
    wanted = dict(line.values)
    for name, who in (("owner_id", line.owner), ("deputy_id", line.deputy)):
        if who is not None:
            found = book.directory.find(who)
            wanted[name] = found.id if found else who
    if line.portfolio:
        wanted["portfolio_id"] = book.portfolio(line.portfolio) or NewPortfolio(line.portfolio)
    if line.external_id is not None:
        wanted["external_id"] = line.external_id
    return wanted


def _new(book: LedgerSnapshot, line: ImportedAccount, wanted: dict[str, Any]) -> Planned:
    wanted.setdefault("tier", DEFAULT_TIER)
    if book.default_portfolio is not None:
        wanted.setdefault("portfolio_id", book.default_portfolio)
    return Planned(line, None, wanted)


def _compared(book: LedgerSnapshot, line: ImportedAccount, wanted: Row, row: Row, imported: Row) -> Planned:
    differing = merge_policy.differing({**wanted, "name": line.name}, row)
    kept = _kept(differing, row, imported)
    changes: dict[bool, list[Changed]] = {True: [], False: []}
    for name in differing:
        if name == "currency" and "arr_minor" in differing:
            continue
        changes[name in kept].append(_told(book, line, row, "arr_minor" if name == "currency" else name, wanted))
    values = {name: value for name, value in differing.items() if name not in kept}
    return Planned(line, row["id"], values, tuple(changes[False]), tuple(changes[True]))


def _kept(differing: Row, row: Row, imported: Row) -> set[str]:
    """What stays as it is here: the CRM has not changed it since it was last taken, or a human overruled the tier."""
    kept = merge_policy.unchanged_there(differing, imported)
    if not _MONEY & differing.keys() <= kept:
        kept -= _MONEY
    return kept | ({"tier"} & differing.keys() if row["tier_reason"] else set())


def _settled(session: Session, by: Author, book: LedgerSnapshot, value: Any, now: datetime) -> Any:
    if isinstance(value, Who):
        return book.directory.ensure(session, by, value, now)
    if isinstance(value, NewPortfolio):
        return book.ensure_portfolio(session, by, value.name, now)
    return value


def _rows(session: Session, workspace_id: int, ids: Sequence[int]) -> dict[int, Row]:
    table = schema.account
    ours = select(table).where(table.c.workspace_id == workspace_id, table.c.id.in_(ids))
    return {row["id"]: dict(row) for row in session.execute(ours).mappings()}


def _told(book: LedgerSnapshot, line: ImportedAccount, row: Row, name: str, wanted: Row) -> Changed:
    """One difference in words."""
    before: Any = row[name]
    after: Any = wanted.get(name, line.name if name == "name" else before)
    if name == "arr_minor":
        before, after = money(before, row["currency"]), money(after, wanted.get("currency", row["currency"]))
    elif name in ("owner_id", "deputy_id"):
        before, after = book.directory.name(before), _name_of(after) or book.directory.name(after)
    elif name == "portfolio_id":
        before, after = book.portfolio_names.get(before), _name_of(after) or book.portfolio_names.get(after)
    label = column_label(name)
    return Changed(line.line, row["name"], label, shown(before), shown(after))


def _name_of(value: object) -> str | None:
    return value.name if isinstance(value, Who | NewPortfolio) else None
