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

from bot.domain.enums import AccountStatus, Tier
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

# The low-touch owner is asked once a month, which is enough until somebody sets the tier.
DEFAULT_TIER = Tier.LOW_TOUCH
# An amount means nothing without its currency, so the import takes both or keeps both.
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
        """What messages call the line."""
        return self.line.name

    @property
    def newcomers(self) -> list[str]:
        """The names of colleagues whom this line adds."""
        return [value.name for value in self.values.values() if isinstance(value, Who)]

    @property
    def new_portfolios(self) -> list[str]:
        """The names of portfolios that this line adds."""
        return [value.name for value in self.values.values() if isinstance(value, NewPortfolio)]


def plan(session: Session, snapshot: LedgerSnapshot, lines: Sequence[ImportedAccount]) -> list[Planned | BadRow]:
    """What each line would do, in order; nothing is written. Reads the ledger in a fixed number of queries.

    The column of a bad row is given as the field's name.
    """
    matches: list[tuple[ImportedAccount, int | None] | BadRow] = []
    for line in lines:
        try:
            matches.append((line, snapshot.match(line)))
        except Unreadable as error:
            matches.append(BadRow(line.line, "name", line.name[:80], str(error)))
    ids = [match[1] for match in matches if not isinstance(match, BadRow) and match[1] is not None]
    rows = _rows(session, snapshot.workspace_id, ids)
    imported = merge_policy.last_imported(session, snapshot.workspace_id, schema.account, ids)
    planned: list[Planned | BadRow] = []
    for match in matches:
        if isinstance(match, BadRow):
            planned.append(match)
            continue
        line, account_id = match
        try:
            values = _values_of(snapshot, line)
            change = (
                _new(snapshot, line, values)
                if account_id is None
                else _planned_change(snapshot, line, values, rows[account_id], imported.get(account_id, {}))
            )
            planned.append(_unfit_colleague(snapshot, change) or change)
        except Unreadable as error:
            planned.append(BadRow(line.line, "owner", line.owner.name if line.owner else None, str(error)))
    return planned


def apply(
    session: Session, by: Author, snapshot: LedgerSnapshot, planned: Planned, *, file: str, now: datetime
) -> None:
    """Write one planned line with its history; the caller commits."""
    values = {name: _resolved(session, by, snapshot, value, now) for name, value in planned.values.items()}
    why = f"{file}, line {planned.line.line}"
    if planned.row_id is None:
        line = planned.line
        account_id = accounts.create(session, by, now, line.name, why=why, stage_since=now.date(), **values)
        snapshot.add(account_id, line.external_id, line.name)
        snapshot.taken[account_id] = line.line
    elif values:
        ledger.change(session, by, Entity.ACCOUNT, planned.row_id, now, why=why, **values)
        if "name" in values:
            accounts.index_words(session, by.workspace_id, planned.row_id, values["name"])


def _values_of(snapshot: LedgerSnapshot, line: ImportedAccount) -> dict[str, Any]:
    """The columns that this line speaks of, with the values it gives them."""
    values = dict(line.values)
    for name, who in (("owner_id", line.owner), ("deputy_id", line.deputy)):
        if who is not None:
            member = snapshot.directory.find(who)
            values[name] = member.id if member else who
    if line.portfolio:
        values["portfolio_id"] = snapshot.portfolio(line.portfolio) or NewPortfolio(line.portfolio)
    if line.external_id is not None:
        values["external_id"] = line.external_id
    return values


def _unfit_colleague(snapshot: LedgerSnapshot, planned: Planned) -> BadRow | None:
    """The line as a bad row if it would give a customer to a guest or to somebody who has left."""
    if planned.line.values.get("status") is AccountStatus.FORMER:
        return None
    for column in ("owner_id", "deputy_id"):
        member = snapshot.directory.members.get(planned.values.get(column, 0))
        if member is not None and (member.is_guest or member.is_deactivated):
            why = "has left" if member.is_deactivated else "is a guest"
            reason = f"{why} in Slack; name a full member, or leave the cell empty"
            return BadRow(planned.line.line, column.removesuffix("_id"), member.name[:80], reason)
    return None


def _new(snapshot: LedgerSnapshot, line: ImportedAccount, values: dict[str, Any]) -> Planned:
    values.setdefault("tier", DEFAULT_TIER)
    if snapshot.default_portfolio is not None:
        values.setdefault("portfolio_id", snapshot.default_portfolio)
    return Planned(line, None, values)


def _planned_change(
    snapshot: LedgerSnapshot, line: ImportedAccount, file_values: Row, row: Row, imported: Row
) -> Planned:
    differing = merge_policy.differing({**file_values, "name": line.name}, row)
    kept_names = _kept(differing, row, imported)
    changes: dict[bool, list[Changed]] = {True: [], False: []}
    for name in differing:
        if name == "currency" and "arr_minor" in differing:
            continue
        changes[name in kept_names].append(
            _described_change(snapshot, line, row, "arr_minor" if name == "currency" else name, file_values)
        )
    values = {name: value for name, value in differing.items() if name not in kept_names}
    return Planned(line, row["id"], values, tuple(changes[False]), tuple(changes[True]))


def _kept(differing: Row, row: Row, imported: Row) -> set[str]:
    """The columns that keep our value: the CRM has not changed them since the last import, or a person set the tier."""
    kept_names = merge_policy.unchanged_there(differing, imported)
    if not _MONEY & differing.keys() <= kept_names:
        kept_names -= _MONEY
    return kept_names | ({"tier"} & differing.keys() if row["tier_reason"] else set())


def _resolved(session: Session, by: Author, snapshot: LedgerSnapshot, value: Any, now: datetime) -> Any:
    if isinstance(value, Who):
        return snapshot.directory.ensure(session, by, value, now)
    if isinstance(value, NewPortfolio):
        return snapshot.ensure_portfolio(session, by, value.name, now)
    return value


def _rows(session: Session, workspace_id: int, ids: Sequence[int]) -> dict[int, Row]:
    table = schema.account
    statement = select(table).where(table.c.workspace_id == workspace_id, table.c.id.in_(ids))
    return {row["id"]: dict(row) for row in session.execute(statement).mappings()}


def _described_change(
    snapshot: LedgerSnapshot, line: ImportedAccount, row: Row, name: str, file_values: Row
) -> Changed:
    """One difference in words."""
    before: Any = row[name]
    after: Any = file_values.get(name, line.name if name == "name" else before)
    if name == "arr_minor":
        before, after = money(before, row["currency"]), money(after, file_values.get("currency", row["currency"]))
    elif name in ("owner_id", "deputy_id"):
        before, after = snapshot.directory.name(before), _name_of(after) or snapshot.directory.name(after)
    elif name == "portfolio_id":
        before, after = snapshot.portfolio_names.get(before), _name_of(after) or snapshot.portfolio_names.get(after)
    label = column_label(name)
    return Changed(line.line, row["name"], label, shown(before), shown(after))


def _name_of(value: object) -> str | None:
    return value.name if isinstance(value, Who | NewPortfolio) else None
